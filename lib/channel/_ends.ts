import { PIPE_EPOCH, PIPE_HOLDERS, PIPE_LOCK, PIPE_MOST_HOLDERS, PIPE_UNDERWAY } from "../memory/layout.ts";
import { alive, deaths, self } from "../memory/process_table.ts";
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

  /** Notes a copy of `end` that `pid` holds; 0 for one that is on its way to whoever takes it. */
  add(end: End, pid: number = self()): void {
    this.#change(() => {
      const place = pid === 0 ? -1 : this.#place(end, pid);
      if (place < 0) this.#words[PIPE_UNDERWAY + end]!++;
      else {
        if (this.#words[place] !== pid) {
          this.#words[place + 1] = 0;
          this.#words[place] = pid;
        }
        this.#words[place + 1]!++;
      }
    });
  }

  /** Notes that a copy is no more, closed or arrived; of a process, or of those on their way. */
  remove(end: End, pid: number = self()): void {
    this.#change(() => {
      const place = pid === 0 ? -1 : this.#place(end, pid);
      if (place < 0 || this.#words[place] !== pid) {
        if (this.#words[PIPE_UNDERWAY + end]! > 0) this.#words[PIPE_UNDERWAY + end]!--;
      } else if (--this.#words[place + 1]! <= 0) this.#words[place] = 0;
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

  /** Index of the entry of `pid`, else of one that it may take, else -1. */
  #place(end: End, pid: number): number {
    const first = PIPE_HOLDERS + end * 2 * PIPE_MOST_HOLDERS;
    let free = -1;
    for (let entry = first; entry < first + 2 * PIPE_MOST_HOLDERS; entry += 2) {
      const holder = this.#words[entry]!;
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
    const first = PIPE_HOLDERS + end * 2 * PIPE_MOST_HOLDERS;
    for (let entry = first; entry < first + 2 * PIPE_MOST_HOLDERS; entry += 2) {
      const holder = Atomics.load(this.#words, entry);
      if (holder !== 0 && alive(holder)) return false;
    }
    return true;
  }
}
