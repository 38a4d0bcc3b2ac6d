import { type Deadline, sleepSync, spin } from "./park.ts";
import { Patience } from "./patience.ts";

/** Looks at words for a while before a thread sleeps, as long as that pays off. */
export class Spinner {
  readonly #patience = new Patience();

  /** Looks at the word for a while, if that pays off now and then; `true` as soon as it is not `expected`. */
  spin(words: Int32Array<SharedArrayBuffer>, index: number, expected: number): boolean {
    if (!this.#patience.worthATry()) return false;
    const changed = spin(words, index, expected);
    if (changed) this.#patience.paidOff();
    else this.#patience.inVain();
    return changed;
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
