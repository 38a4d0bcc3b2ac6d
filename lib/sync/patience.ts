/**
 * Whether it is worth polling for a moment before falling asleep.
 *
 * A thread that polls hears of news 50 times sooner than one that sleeps, but
 * takes a core that others may need: perhaps the very one whose news it waits
 * for, and then a round trip of 5 µs takes 50 or more. Nobody says which it
 * is, so polling goes on as long as it pays off; after some times in vain, only
 * now and then, to find out whether things have changed.
 */

/** So many times in vain in a row, and polling becomes the exception. */
const MOST_MISSES = 4;
/** Then one poll is tried in so many milliseconds. */
const PAUSE = 1.6;

/** What one waiter has learnt about polling, or several in the same situation. */
export class Patience {
  #misses = 0;
  #pauseUntil = 0;

  /** Whether to poll this time. */
  worthATry(): boolean {
    if (this.#misses < MOST_MISSES) return true;
    const now = performance.now();
    if (now < this.#pauseUntil) return false;
    this.#pauseUntil = now + PAUSE;
    return true;
  }

  /** What was polled for came. */
  paidOff(): void {
    this.#misses = 0;
  }

  /** It did not come in time. */
  inVain(): void {
    this.#misses++;
  }
}
