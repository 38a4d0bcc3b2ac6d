import { type Deadline, sleepSync, spin } from "./park.ts";

/**
 * Whether a wait should look at its word for a while before it sleeps.
 *
 * It pays off while the other side runs on another core. Where both share one,
 * because the machine is busy, looking only keeps the other side from running:
 * a round trip of 5 µs takes 50 or more, and others lose the core as well.
 * Nobody says which it is, so it is tried, and less and less often where it
 * does not pay off.
 */

/** After so many spins in a row that ended in sleep, most waits sleep at once. */
const MOST_MISSES = 4;
/** One wait in so many spins then; twice as many after each that ended in sleep as well. */
const FIRST_PROBE = 16, LAST_PROBE = 256;

/** Learns from what became of the spins of one waiter, or of several in the same situation. */
export class Spinner {
  #misses = 0;
  #skipped = 0;
  #probeEvery = FIRST_PROBE;

  /** Looks at the word for a while, if that pays off now and then; `true` as soon as it is not `expected`. */
  spin(words: Int32Array<SharedArrayBuffer>, index: number, expected: number): boolean {
    if (this.#misses >= MOST_MISSES && ++this.#skipped < this.#probeEvery) return false;
    this.#skipped = 0;
    if (spin(words, index, expected)) {
      this.#misses = 0;
      this.#probeEvery = FIRST_PROBE;
      return true;
    }
    if (this.#misses < MOST_MISSES) this.#misses++;
    else this.#probeEvery = Math.min(LAST_PROBE, this.#probeEvery * 2);
    return false;
  }

  /**
   * Blocks this thread while the word is `expected`: spins first, if that pays
   * off, then sleeps. Returns `false` when the deadline passed with the word
   * unchanged.
   */
  park(words: Int32Array<SharedArrayBuffer>, index: number, expected: number, deadline: Deadline): boolean {
    if (Atomics.load(words, index) !== expected) return true;
    if (deadline === 0) return false;
    return this.spin(words, index, expected) || sleepSync(words, index, expected, deadline);
  }
}
