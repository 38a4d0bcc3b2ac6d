import { LanesError } from "../base/errors.ts";
import { registerSweeper } from "../memory/arena.ts";
import {
  BlockKind,
  CONDITION_BYTES,
  CONDITION_COUNTS,
  CONDITION_CURSOR,
  CONDITION_NOTIFIED_SHIFT,
  CONDITION_PID,
  CONDITION_PROCESSES,
  CONDITION_SLOTS,
  CONDITION_USED,
} from "../memory/layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { alive, self } from "../memory/process_table.ts";
import { chaos } from "./chaos.ts";
import { type Deadline, isPast, parkAsync, wake } from "./park.ts";
import { Spinner } from "./spinner.ts";

/**
 * Who waits for a condition: one slot a process, with how many of its tasks
 * wait and how many of those have been notified. See README.md, "Condition".
 */

type Words = Int32Array<SharedArrayBuffer>;

/** Of all of this thread's waits for notifications. */
const spinner = new Spinner();

const MASK = (1 << CONDITION_NOTIFIED_SHIFT) - 1;
const ONE_NOTIFIED = 1 << CONDITION_NOTIFIED_SHIFT;

/** How many processes' tasks wait, by the counts of a slot. */
function waitingIn(counts: number): number {
  return counts & MASK;
}

function notifiedIn(counts: number): number {
  return counts >>> CONDITION_NOTIFIED_SHIFT;
}

/** This thread's part in the waiters of one condition. */
export class Waiters {
  readonly #words: Words;
  /** Index of the counts in this thread's slot; -1 while it has none. */
  #counts = -1;
  /** How many of the notified have a task that goes on because of it. */
  #claimed = 0;

  /** The waiters in `words`. */
  constructor(words: Words) {
    this.#words = words;
  }

  /** Begins a wait. Whoever holds the condition's lock after the caller sees it. */
  enter(): void {
    if (this.#counts < 0) this.#counts = takeSlot(this.#words);
    const before = Atomics.add(this.#words, this.#counts, 1);
    if (waitingIn(before) < MASK) return;
    Atomics.sub(this.#words, this.#counts, 1);
    throw new LanesError(`Cannot wait for a condition in more than ${MASK} tasks of a process`);
  }

  /** Blocks until a task of this thread is notified; `false` at the deadline. */
  waitSync(deadline: Deadline): boolean {
    while (true) {
      const counts = Atomics.load(this.#words, this.#counts);
      if (this.#claim(counts)) return true;
      if (isPast(deadline)) {
        if (this.#quit(counts)) return false;
        continue;
      }
      spinner.park(this.#words, this.#counts, counts, deadline);
    }
  }

  /** As {@linkcode Waiters.waitSync}, without blocking; rejects when the signal aborts, and the wait is as if it had not been. */
  async wait(deadline: Deadline, signal: AbortSignal | undefined): Promise<boolean> {
    while (true) {
      const counts = Atomics.load(this.#words, this.#counts);
      if (this.#claim(counts)) return true;
      if (isPast(deadline)) {
        if (this.#quit(counts)) return false;
        continue;
      }
      try {
        await parkAsync(this.#words, this.#counts, counts, { deadline, signal });
      } catch (reason) {
        while (!this.#quit(Atomics.load(this.#words, this.#counts))) {
          if (!this.#claim(Atomics.load(this.#words, this.#counts))) continue;
          this.leave();
          notify(this.#words, 1);
          break;
        }
        throw reason;
      }
    }
  }

  /** Ends the wait of a notified task. Only now is the notification used up: until then it goes to another if this thread dies. */
  leave(): void {
    this.#claimed--;
    const before = Atomics.sub(this.#words, this.#counts, ONE_NOTIFIED + 1);
    if (waitingIn(before) === 1) this.#freeSlot();
  }

  #claim(counts: number): boolean {
    if (notifiedIn(counts) <= this.#claimed) return false;
    this.#claimed++;
    return true;
  }

  /** Ends a wait that was not notified; `false` when the counts have changed. */
  #quit(counts: number): boolean {
    if (waitingIn(counts) <= notifiedIn(counts)) return false;
    if (chaos !== null) chaos();
    if (Atomics.compareExchange(this.#words, this.#counts, counts, counts - 1) !== counts) return false;
    if (waitingIn(counts) === 1) this.#freeSlot();
    return true;
  }

  #freeSlot(): void {
    const pid = this.#counts - CONDITION_COUNTS + CONDITION_PID;
    this.#counts = -1;
    Atomics.compareExchange(this.#words, pid, self(), 0);
  }
}

/** Takes a slot; returns the index of its counts. */
function takeSlot(words: Words): number {
  const me = self();
  for (let slot = 0; slot < CONDITION_PROCESSES; slot++) {
    const at = CONDITION_SLOTS + 2 * slot;
    if (Atomics.compareExchange(words, at + CONDITION_PID, 0, me) !== 0) continue;
    Atomics.store(words, at + CONDITION_COUNTS, 0);
    for (let used = Atomics.load(words, CONDITION_USED); used <= slot;) {
      const found = Atomics.compareExchange(words, CONDITION_USED, used, slot + 1);
      if (found === used) break;
      used = found;
    }
    return at + CONDITION_COUNTS;
  }
  throw new LanesError(`Cannot wait for a condition in more than ${CONDITION_PROCESSES} processes at once`);
}

/** Notifies up to `count` tasks that wait, one of each process in turn. */
export function notify(words: Words, count: number): void {
  const used = Atomics.load(words, CONDITION_USED);
  let left = count;
  let missed = 0;
  let slot = Atomics.load(words, CONDITION_CURSOR) % Math.max(1, used);
  // Over when nobody was found in a whole round.
  while (left > 0 && missed < used) {
    if (notifySlot(words, slot)) {
      left--;
      missed = 0;
    } else missed++;
    slot = (slot + 1) % used;
  }
  Atomics.store(words, CONDITION_CURSOR, slot);
}

/** Notifies one more task of the slot's process; `false` when none waits. */
function notifySlot(words: Words, slot: number): boolean {
  const at = CONDITION_SLOTS + 2 * slot;
  while (true) {
    const pid = Atomics.load(words, at + CONDITION_PID);
    if (pid === 0 || !alive(pid)) return false;
    const counts = Atomics.load(words, at + CONDITION_COUNTS);
    if (notifiedIn(counts) >= waitingIn(counts)) return false;
    if (chaos !== null) chaos();
    if (Atomics.compareExchange(words, at + CONDITION_COUNTS, counts, counts + ONE_NOTIFIED | 0) !== counts) continue;
    wake(words, at + CONDITION_COUNTS);
    return true;
  }
}

/** After a death: notifications that the dead had not used up go to others. */
registerSweeper(BlockKind.Condition, (offset, deadPid) => {
  const words = wordsAt(offset, CONDITION_BYTES / 4);
  const used = Atomics.load(words, CONDITION_USED);
  for (let slot = 0; slot < used; slot++) {
    const at = CONDITION_SLOTS + 2 * slot;
    if (Atomics.load(words, at + CONDITION_PID) === deadPid) {
      const counts = Atomics.exchange(words, at + CONDITION_COUNTS, 0);
      Atomics.compareExchange(words, at + CONDITION_PID, deadPid, 0);
      notify(words, notifiedIn(counts));
    }
    // The dead may have notified it and not come to wake it.
    wake(words, at + CONDITION_COUNTS);
  }
});
