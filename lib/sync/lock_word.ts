import { registerSweeper } from "../memory/arena.ts";
import {
  BlockKind,
  LOCK_BYTES,
  LOCK_OFFERED,
  LOCK_OFFERED_AT,
  LOCK_ORPHAN,
  LOCK_PID_SHIFT,
  LOCK_SLEEPERS,
  LOCK_STARVED,
  LOCK_STATE,
  LOCK_TURN,
  LOCK_WATCHERS,
} from "../memory/layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { alive, self } from "../memory/process_table.ts";
import { Turns } from "./_turns.ts";
import { chaos } from "./chaos.ts";
import { type Deadline, isPast, parkAsync, sleepSync, spinBriefly, wake } from "./park.ts";
import { Spinner } from "./spinner.ts";

/**
 * The words of a lock and what is done to them: see README.md, "Lock". Every
 * function takes the words of one lock.
 */

type Words = Int32Array<SharedArrayBuffer>;

/** What trying to take a lock came to. */
export const Take = {
  /** Somebody else holds it. */
  Failed: 0,
  /** It is held now. */
  Taken: 1,
  /** It is held now, and was held by a process that has died. */
  Abandoned: 2,
} as const;
/** One of the values of {@linkcode Take}. */
export type Take = typeof Take[keyof typeof Take];

/** Who has waited for so long, in milliseconds, is offered the lock by the next release. */
const STARVED_AFTER = 2;
/** How long, in milliseconds, an offer stands. */
const OFFER = 5;
/** How often a waiter that sees the lock change hands tries again before it sleeps. */
const MOST_SPINS = 50;

/** Of all of this thread's waits for locks. */
const spinner = new Spinner();

const FLAGS = LOCK_SLEEPERS | LOCK_WATCHERS;

/** How often a reentrant lock is held by somebody who does not hold it just now. */
export interface Depth {
  /** The levels. */
  count: number;
}

/** What a thread knows of a lock besides the words. */
export class LockLocal {
  /** The queue of its own waits. */
  readonly turns: Turns = new Turns();
  /** How often the thread holds a reentrant lock. */
  count = 0;
  /** Levels that tasks waiting for a condition have given up and will take again. */
  readonly suspended: Set<Depth> = new Set();
  /** Tells the guard of a plain lock from older ones: changes each time the thread takes the lock. */
  serial = 0;
  #lastSerial = 0;

  /** A serial that no guard has. */
  nextSerial(): number {
    this.serial = this.#lastSerial = this.#lastSerial + 1 | 0;
    return this.serial;
  }

  /** Counts a reentrant lock that was just taken. */
  enter(depth: Depth): void {
    this.count += depth.count;
    this.suspended.delete(depth);
  }
}

/** Key of what a condition needs of its lock; a symbol, so that it is no part of the public API. */
export const LOCKING: unique symbol = Symbol.for("lanes.locking") as never;

/**
 * What a condition needs of its lock.
 *
 * @internal
 */
export interface Locking {
  /** The lock's words. */
  readonly words: Words;
  /** What the thread knows of it. */
  readonly local: LockLocal;
  /** Whether its holder may take it again. */
  readonly reentrant: boolean;
}

/** Whether this process holds the lock. */
export function isMine(words: Words): boolean {
  const state = Atomics.load(words, LOCK_STATE);
  return state >>> LOCK_PID_SHIFT === self() && (state & LOCK_OFFERED) === 0;
}

/** Takes the lock if that needs no waiting; `flags` are set in the word then. */
export function tryTake(words: Words, flags = 0): Take {
  const me = self();
  const mine = me << LOCK_PID_SHIFT | flags;
  while (true) {
    const state = Atomics.load(words, LOCK_STATE);
    if (chaos !== null) chaos();
    if (state === 0) {
      if (Atomics.compareExchange(words, LOCK_STATE, 0, mine) === 0) return Take.Taken;
      continue;
    }
    const holder = state >>> LOCK_PID_SHIFT;
    const offered = (state & LOCK_OFFERED) !== 0;
    if (offered ? holder !== me && alive(holder) && !isExpired(words) : alive(holder)) return Take.Failed;
    if (Atomics.compareExchange(words, LOCK_STATE, state, mine | state & FLAGS) !== state) continue;
    return offered ? Take.Taken : Take.Abandoned;
  }
}

function isExpired(words: Words): boolean {
  const age = (Date.now() | 0) - Atomics.load(words, LOCK_OFFERED_AT) | 0;
  return age > OFFER || age < 0;
}

/** Sets `flag` in the word if the lock is held; returns the word, or 0 when the caller is to try again. */
function markWaiting(words: Words, flag: number): number {
  const state = Atomics.load(words, LOCK_STATE);
  if (chaos !== null) chaos();
  if (state === 0 || (state & flag) !== 0) return state;
  return Atomics.compareExchange(words, LOCK_STATE, state, state | flag) === state ? state | flag : 0;
}

/** When a waiter looks again though nobody woke it: an offer to someone else may expire. */
function lookAgain(state: number, deadline: Deadline): Deadline {
  return (state & LOCK_OFFERED) === 0 ? deadline : Math.min(deadline, performance.now() + OFFER + 1);
}

/** Takes the lock, blocking until then or until the deadline. */
export function takeSync(words: Words, deadline: Deadline): Take {
  let flags = 0;
  let since = 0;
  let spins = 0;
  while (true) {
    const take = tryTake(words, flags);
    if (take !== Take.Failed) {
      if (since !== 0) forgetHunger(words);
      return take;
    }
    if (deadline === 0) return take;
    if (since === 0 && spins++ < MOST_SPINS) {
      const state = Atomics.load(words, LOCK_STATE);
      // The thread cannot release it while it spins itself.
      if (state >>> LOCK_PID_SHIFT !== self() && spinner.spin(words, LOCK_STATE, state)) continue;
    }
    // Marked before the deadline is looked at: a wake-up that came for this waiter must reach the others if it leaves.
    const state = markWaiting(words, LOCK_SLEEPERS);
    if (state === 0) continue;
    if (isPast(deadline)) return giveUp(words, flags);
    const now = performance.now();
    if (since === 0) since = now;
    else if (now - since > STARVED_AFTER) Atomics.compareExchange(words, LOCK_STARVED, 0, self());
    if (chaos !== null) chaos();
    sleepSync(words, LOCK_STATE, state, lookAgain(state, deadline));
    // Others may sleep on: whoever releases after this one has to wake the next.
    flags = LOCK_SLEEPERS;
  }
}

/** How {@linkcode takeAsync} waits. */
export interface TakeOptions {
  /** When to give up. */
  readonly deadline: Deadline;
  /** What ends the wait early. */
  readonly signal?: AbortSignal | undefined;
  /** For a lock that its holder may take again: the levels, counted when it is taken. */
  readonly depth?: Depth;
}

/** Takes the lock when its turn has come; rejects when the signal aborts. */
export async function takeAsync(words: Words, local: LockLocal, options: TakeOptions): Promise<Take> {
  const { deadline, signal, depth } = options;
  const { turns } = local;
  function attempt(): Take {
    const take = depth !== undefined && isMine(words) ? Take.Taken : tryTake(words);
    // In the same turn of the event loop as the word: another task may release at any time after.
    if (depth !== undefined && take !== Take.Failed) local.enter(depth);
    return take;
  }
  if (turns.empty) {
    const take = attempt();
    if (take !== Take.Failed) return take;
  }
  if (!await turns.take(deadline, signal)) return Take.Failed;
  let since = 0;
  try {
    while (true) {
      const turn = Atomics.load(words, LOCK_TURN);
      const take = attempt();
      if (take !== Take.Failed) return take;
      if (isPast(deadline)) {
        // Unless it was just offered.
        forgetHunger(words);
        return attempt();
      }
      const state = markWaiting(words, LOCK_WATCHERS);
      if (state === 0) continue;
      const now = performance.now();
      if (since === 0) since = now;
      else if (now - since > STARVED_AFTER) Atomics.compareExchange(words, LOCK_STARVED, 0, self());
      if (chaos !== null) chaos();
      if (spinBriefly(words, LOCK_TURN, turn)) continue;
      await parkAsync(words, LOCK_TURN, turn, { deadline: lookAgain(state, deadline), signal });
    }
  } finally {
    if (since !== 0) forgetHunger(words);
    turns.pass();
  }
}

function forgetHunger(words: Words): void {
  Atomics.compareExchange(words, LOCK_STARVED, self(), 0);
}

/** Leaves without the lock, unless it was just offered. */
function giveUp(words: Words, flags: number): Take {
  forgetHunger(words);
  return tryTake(words, flags);
}

/** Gives the lock back; `false`, and nothing done, when this process does not hold it. */
export function giveBack(words: Words): boolean {
  const mine = self() << LOCK_PID_SHIFT;
  if (Atomics.compareExchange(words, LOCK_STATE, mine, 0) === mine) return true;
  while (true) {
    const state = Atomics.load(words, LOCK_STATE);
    if (state >>> LOCK_PID_SHIFT !== self() || (state & LOCK_OFFERED) !== 0) return false;
    if (free(words, state)) return true;
  }
}

/** Gives the lock back whoever holds it; `false` when nobody does. */
export function giveBackOfAnyone(words: Words): boolean {
  while (true) {
    const state = Atomics.load(words, LOCK_STATE);
    if (state === 0 || (state & LOCK_OFFERED) !== 0) return false;
    if (free(words, state)) return true;
  }
}

/** From held as `state` says to free, or to offered; `false` when the word is not `state` any more. */
function free(words: Words, state: number): boolean {
  const starved = Atomics.load(words, LOCK_STARVED);
  if (chaos !== null) chaos();
  if (starved !== 0 && (state & FLAGS) !== 0 && alive(starved)) {
    Atomics.store(words, LOCK_OFFERED_AT, Date.now() | 0);
    const offer = starved << LOCK_PID_SHIFT | LOCK_OFFERED | state & FLAGS;
    if (Atomics.compareExchange(words, LOCK_STATE, state, offer) !== state) return false;
    Atomics.compareExchange(words, LOCK_STARVED, starved, 0);
    wakeAll(words);
    return true;
  }
  if (Atomics.compareExchange(words, LOCK_STATE, state, 0) !== state) return false;
  if ((state & LOCK_WATCHERS) !== 0) {
    Atomics.add(words, LOCK_TURN, 1);
    wake(words, LOCK_TURN);
  }
  // One is enough: it marks the word again, for those who sleep on.
  if ((state & LOCK_SLEEPERS) !== 0) wake(words, LOCK_STATE, 1);
  return true;
}

function wakeAll(words: Words): void {
  Atomics.add(words, LOCK_TURN, 1);
  wake(words, LOCK_TURN);
  wake(words, LOCK_STATE);
}

/** After a death: changes what waiters compare before they sleep, and wakes those who sleep. */
export function sweepLock(words: Words, deadPid: number): void {
  while (true) {
    const state = Atomics.load(words, LOCK_STATE);
    if (state >>> LOCK_PID_SHIFT !== deadPid || (state & LOCK_ORPHAN) !== 0) break;
    if (Atomics.compareExchange(words, LOCK_STATE, state, state | LOCK_ORPHAN) === state) break;
  }
  // Also when it was not the holder: it may have been the one that a release had woken.
  wakeAll(words);
}

function sweepBlock(offset: number, deadPid: number): void {
  sweepLock(wordsAt(offset, LOCK_BYTES / 4), deadPid);
}

registerSweeper(BlockKind.Lock, sweepBlock);
registerSweeper(BlockKind.RLock, sweepBlock);
