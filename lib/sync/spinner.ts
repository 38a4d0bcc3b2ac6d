import { type Deadline, sleepSync, spin } from "./park.ts";

/**
 * Whether a wait should look at its word for a while before it sleeps.
 *
 * It pays off while the other side runs on another core. Where both share one,
 * because the machine is busy, looking only keeps the other side from running:
 * a round trip of 5 µs takes 50 or more, and others lose the core as well.
 * Nobody says which it is, so it is tried; where it does not pay off, only now
 * and then.
 */

/** After so many spins in a row that ended in sleep, waits sleep at once for {@linkcode PAUSE} milliseconds, then one spins. */
const MOST_MISSES = 4;
/** A spin takes about 50 µs: those in vain take up at most a thirtieth of the time. */
const PAUSE = 1.6;

/** Learns from what became of the spins of one waiter, or of several in the same situation. */
export class Spinner {
  #misses = 0;
  #sleepUntil = 0;

  /** Looks at the word for a while, if that pays off now and then; `true` as soon as it is not `expected`. */
  spin(words: Int32Array<SharedArrayBuffer>, index: number, expected: number): boolean {
    const unlucky = this.#misses >= MOST_MISSES;
    if (unlucky && performance.now() < this.#sleepUntil) return false;
    if (spin(words, index, expected)) {
      this.#misses = 0;
      return true;
    }
    this.#misses++;
    if (unlucky) this.#sleepUntil = performance.now() + PAUSE;
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
