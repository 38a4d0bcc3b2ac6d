import {
  HOLDER_COPIES,
  HOLDER_EXPECTED,
  HOLDER_PID,
  HOLDER_WORDS,
  PIPE_EPOCH,
  PIPE_HOLDERS,
  PIPE_LOCK,
  PIPE_MOST_HOLDERS,
  PIPE_UNDERWAY,
} from "../memory/layout.ts";
import { alive, deaths, self } from "../memory/process_table.ts";
import type { Redirection } from "./_address.ts";
import { enter, leave } from "./_gate.ts";

/**
 * Who holds copies of the two ends of a pipe: an end is gone when no live
 * process holds a copy of it and none is on its way. README.md, "Ends".
 */

/** One of the two ends. */
export type End = 0 | 1;

/** One thread's view of the tables of one pipe. */
export class Ends {
  readonly #words: Int32Array<SharedArrayBuffer>;
  // What was found when the tables and the processes were as these numbers say.
  #epoch = -1;
  #deaths = -1;
  readonly #gone: [boolean, boolean] = [false, false];

  /** The tables behind the words of a pipe. */
  constructor(words: Int32Array<SharedArrayBuffer>) {
    this.#words = words;
  }

  /** Notes a copy of `end` that this process holds from now on. */
  add(end: End): void {
    this.#change(() => this.#count(end, self(), 1));
  }

  /** Notes that this process holds one copy less. */
  remove(end: End): void {
    this.#change(() => this.#count(end, self(), -1));
  }

  /** Notes a copy that is on its way to whoever takes it. */
  send(end: End): void {
    this.#change(() => this.#count(end, 0, 1));
  }

  /** Says that a copy on its way will be that of the process `to`, and nobody else's. */
  address(end: End, { from, to }: Redirection): void {
    this.#change(() => {
      const entry = this.#count(end, to, 1);
      if (entry >= 0) this.#words[entry + HOLDER_EXPECTED]!++;
      if (from === 0) this.#count(end, 0, -1);
      else this.#unexpect(end, from);
    });
  }

  /** Takes back a copy that `pid` was to get, if it has not got it. */
  #unexpect(end: End, pid: number): void {
    const entry = this.#entry(end, pid);
    if (entry < 0 || this.#words[entry + HOLDER_PID] !== pid || this.#words[entry + HOLDER_EXPECTED]! <= 0) return;
    this.#words[entry + HOLDER_EXPECTED]!--;
    this.#count(end, pid, -1);
  }

  /** Notes that a copy on its way is this process's now: one that was expected, if there is one, which comes to the same. */
  receive(end: End): void {
    this.#change(() => {
      const entry = this.#entry(end, self());
      if (entry >= 0 && this.#words[entry + HOLDER_PID] === self() && this.#words[entry + HOLDER_EXPECTED]! > 0) {
        this.#words[entry + HOLDER_EXPECTED]!--;
      } else {
        // The new holder first: the end must not look gone in between.
        this.#count(end, self(), 1);
        this.#count(end, 0, -1);
      }
    });
  }

  #change(change: () => void): void {
    // A table that a dead process left half changed errs by one copy of its own, which died with it.
    enter(this.#words, PIPE_LOCK);
    try {
      change();
      Atomics.add(this.#words, PIPE_EPOCH, 1);
    } finally {
      leave(this.#words, PIPE_LOCK);
    }
  }

  /** Changes the number of copies of `pid`, 0 for those on their way: returns its entry; -1 for those, and where the table is full. */
  #count(end: End, pid: number, change: 1 | -1): number {
    const words = this.#words;
    const entry = pid === 0 ? -1 : this.#entry(end, pid);
    if (entry < 0 || change < 0 && words[entry + HOLDER_PID] !== pid) {
      words[PIPE_UNDERWAY + end] = Math.max(0, words[PIPE_UNDERWAY + end]! + change);
      return -1;
    }
    if (words[entry + HOLDER_PID] !== pid) {
      words[entry + HOLDER_COPIES] = 0;
      words[entry + HOLDER_EXPECTED] = 0;
      words[entry + HOLDER_PID] = pid;
    }
    words[entry + HOLDER_COPIES]! += change;
    if (words[entry + HOLDER_COPIES]! <= 0) words[entry + HOLDER_PID] = 0;
    return entry;
  }

  /** The entry of `pid`, else one that it may take, else -1. */
  #entry(end: End, pid: number): number {
    const first = PIPE_HOLDERS + end * HOLDER_WORDS * PIPE_MOST_HOLDERS;
    let free = -1;
    for (let entry = first; entry < first + HOLDER_WORDS * PIPE_MOST_HOLDERS; entry += HOLDER_WORDS) {
      const holder = this.#words[entry + HOLDER_PID]!;
      if (holder === pid) return entry;
      if (free < 0 && (holder === 0 || !alive(holder))) free = entry;
    }
    return free;
  }

  /** Whether nobody holds a copy of `end` any more. */
  gone(end: End): boolean {
    const epoch = Atomics.load(this.#words, PIPE_EPOCH);
    const dead = deaths();
    if (epoch !== this.#epoch || dead !== this.#deaths) {
      this.#gone[0] = this.#isGone(0);
      this.#gone[1] = this.#isGone(1);
      this.#epoch = epoch;
      this.#deaths = dead;
    }
    return this.#gone[end];
  }

  #isGone(end: End): boolean {
    if (Atomics.load(this.#words, PIPE_UNDERWAY + end) > 0) return false;
    const first = PIPE_HOLDERS + end * HOLDER_WORDS * PIPE_MOST_HOLDERS;
    for (let entry = first; entry < first + HOLDER_WORDS * PIPE_MOST_HOLDERS; entry += HOLDER_WORDS) {
      const holder = Atomics.load(this.#words, entry + HOLDER_PID);
      if (holder !== 0 && alive(holder)) return false;
    }
    return true;
  }
}
