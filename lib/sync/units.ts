import { registerSweeper } from "../memory/arena.ts";
import {
  BlockKind,
  LOCK_SLEEPERS,
  LOCK_WATCHERS,
  SEMAPHORE_FREE,
  SEMAPHORE_LIMIT,
  SEMAPHORE_SLEEP,
  SEMAPHORE_TRACKED,
  SEMAPHORE_TURN,
  SEMAPHORE_UNITS,
  SEMAPHORE_WAITERS,
} from "../memory/layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { alive, self } from "../memory/process_table.ts";
import type { Turns } from "./_turns.ts";
import { chaos } from "./chaos.ts";
import { type Deadline, isPast, parkAsync, type ParkOptions, sleepSync, spinBriefly, wake } from "./park.ts";
import { Spinner } from "./spinner.ts";

/**
 * The words of a semaphore and what is done to them: see README.md,
 * "Semaphore". Every function takes the words of one semaphore.
 */

type Words = Int32Array<SharedArrayBuffer>;

/** Of all of this thread's waits for units. */
const spinner = new Spinner();

/** No unit was taken. */
export const NONE = -1;
const UNTRACKED = 1 << 16;
const ABANDONED = 1 << 17;

/** Whether the holder of a taken unit had died. */
export function isAbandoned(take: number): boolean {
  return (take & ABANDONED) !== 0;
}

/** Which tracked unit was taken, or -1. */
export function placeOf(take: number): number {
  return (take & UNTRACKED) !== 0 ? -1 : take & ~ABANDONED;
}

/** Takes a unit if that needs no waiting. */
function tryTake(words: Words): number {
  while (true) {
    const releases = Atomics.load(words, SEMAPHORE_SLEEP);
    const take = scan(words);
    // A unit may have been freed where the scan had been already.
    if (take !== NONE || Atomics.load(words, SEMAPHORE_SLEEP) === releases) return take;
  }
}

/** Takes a unit that it comes across: a free one, else one of the dead. */
function scan(words: Words): number {
  const me = self();
  const tracked = words[SEMAPHORE_TRACKED]!;
  let orphan = tracked;
  for (let i = 0; i < tracked; i++) {
    const holder = Atomics.load(words, SEMAPHORE_UNITS + i);
    if (holder === 0) {
      if (chaos !== null) chaos();
      if (Atomics.compareExchange(words, SEMAPHORE_UNITS + i, 0, me) === 0) return i;
    } else if (orphan === tracked && !alive(holder)) orphan = i;
  }
  for (let free = Atomics.load(words, SEMAPHORE_FREE); free > 0;) {
    if (chaos !== null) chaos();
    const found = Atomics.compareExchange(words, SEMAPHORE_FREE, free, free - 1);
    if (found === free) return UNTRACKED;
    free = found;
  }
  for (let i = orphan; i < tracked; i++) {
    const holder = Atomics.load(words, SEMAPHORE_UNITS + i);
    if (holder !== 0 && alive(holder)) continue;
    if (chaos !== null) chaos();
    if (Atomics.compareExchange(words, SEMAPHORE_UNITS + i, holder, me) !== holder) continue;
    return holder === 0 ? i : i | ABANDONED;
  }
  return NONE;
}

/** Whether a unit could be taken now. */
function isAvailable(words: Words): boolean {
  if (Atomics.load(words, SEMAPHORE_FREE) > 0) return true;
  const tracked = words[SEMAPHORE_TRACKED]!;
  for (let i = 0; i < tracked; i++) {
    const holder = Atomics.load(words, SEMAPHORE_UNITS + i);
    if (holder === 0 || !alive(holder)) return true;
  }
  return false;
}

/** How many units nobody holds. */
export function countFree(words: Words): number {
  const tracked = words[SEMAPHORE_TRACKED]!;
  let free = Atomics.load(words, SEMAPHORE_FREE);
  for (let i = 0; i < tracked; i++) if (Atomics.load(words, SEMAPHORE_UNITS + i) === 0) free++;
  return free;
}

/** Takes a unit, blocking until then or until the deadline. */
export function takeSync(words: Words, deadline: Deadline): number {
  let first = true;
  while (true) {
    const turn = Atomics.load(words, SEMAPHORE_SLEEP);
    // Marked before it is tried: a release after that sees the mark, one before it has left the unit.
    if (!first) Atomics.or(words, SEMAPHORE_WAITERS, LOCK_SLEEPERS);
    const take = tryTake(words);
    if (take !== NONE) {
      // The release that woke this thread took the mark away; if two were released, the second saw none.
      if (!first && isAvailable(words)) wake(words, SEMAPHORE_SLEEP, 1);
      return take;
    }
    if (first) {
      if (deadline === 0) return NONE;
      first = false;
      spinner.spin(words, SEMAPHORE_SLEEP, turn);
      continue;
    }
    if (isPast(deadline)) return NONE;
    if (chaos !== null) chaos();
    sleepSync(words, SEMAPHORE_SLEEP, turn, deadline);
  }
}

/** Takes a unit when this thread's turn has come; rejects when the signal aborts. */
export async function takeAsync(words: Words, turns: Turns, options: ParkOptions): Promise<number> {
  const { deadline = Infinity, signal } = options;
  if (turns.empty) {
    const take = tryTake(words);
    if (take !== NONE) return take;
  }
  if (!await turns.take(deadline, signal)) return NONE;
  try {
    while (true) {
      const turn = Atomics.load(words, SEMAPHORE_TURN);
      Atomics.or(words, SEMAPHORE_WAITERS, LOCK_WATCHERS);
      const take = tryTake(words);
      if (take !== NONE || isPast(deadline)) return take;
      if (chaos !== null) chaos();
      if (!spinBriefly(words, SEMAPHORE_TURN, turn)) await parkAsync(words, SEMAPHORE_TURN, turn, options);
    }
  } finally {
    turns.pass();
  }
}

/**
 * Frees the unit at `place` if this process holds it; without `place`, any unit
 * that it holds, or else, if `others`, one that anyone holds. `false` when
 * there is none.
 */
export function freeUnit(words: Words, others: boolean, place?: number): boolean {
  if (place !== undefined) return place >= 0 && freeAt(words, place, self());
  const me = self();
  const tracked = words[SEMAPHORE_TRACKED]!;
  for (let i = 0; i < tracked; i++) {
    if (Atomics.load(words, SEMAPHORE_UNITS + i) === me && freeAt(words, i, me)) return true;
  }
  for (let i = 0; others && i < tracked; i++) {
    const holder = Atomics.load(words, SEMAPHORE_UNITS + i);
    if (chaos !== null) chaos();
    if (holder !== 0 && freeAt(words, i, holder)) return true;
  }
  return false;
}

function freeAt(words: Words, place: number, holder: number): boolean {
  if (Atomics.compareExchange(words, SEMAPHORE_UNITS + place, holder, 0) !== holder) return false;
  wakeNext(words);
  return true;
}

/** Adds a unit that is not tracked; `false` when there are as many as may be. */
export function addUnit(words: Words): boolean {
  for (let free = Atomics.load(words, SEMAPHORE_FREE); free < words[SEMAPHORE_LIMIT]!;) {
    if (chaos !== null) chaos();
    const found = Atomics.compareExchange(words, SEMAPHORE_FREE, free, free + 1);
    if (found === free) {
      wakeNext(words);
      return true;
    }
    free = found;
  }
  return false;
}

/** After a unit became free. */
function wakeNext(words: Words): void {
  Atomics.add(words, SEMAPHORE_SLEEP, 1);
  if (chaos !== null) chaos();
  if (Atomics.load(words, SEMAPHORE_WAITERS) === 0) return;
  const waiters = Atomics.exchange(words, SEMAPHORE_WAITERS, 0);
  if ((waiters & LOCK_WATCHERS) !== 0) {
    Atomics.add(words, SEMAPHORE_TURN, 1);
    wake(words, SEMAPHORE_TURN);
  }
  if ((waiters & LOCK_SLEEPERS) !== 0) wake(words, SEMAPHORE_SLEEP, 1);
}

// After a death: its units may be taken, or it may have been the one that a release had woken.
registerSweeper(BlockKind.Semaphore, (offset) => {
  const words = wordsAt(offset, SEMAPHORE_UNITS);
  Atomics.add(words, SEMAPHORE_SLEEP, 1);
  Atomics.add(words, SEMAPHORE_TURN, 1);
  wake(words, SEMAPHORE_SLEEP);
  wake(words, SEMAPHORE_TURN);
});
