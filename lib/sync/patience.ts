/**
 * Whether it is worth polling for a moment before falling asleep.
 *
 * A thread that polls hears of news 50 times sooner than one that sleeps, but
 * takes a core that others may need: perhaps the very one whose news it waits
 * for. So polling goes on as long as it pays off; after some times in vain only
 * one wait in many polls, to find out whether things have changed.
 */

/** So many times in vain in a row, and polling becomes the exception. */
const MOST_MISSES = 4;
/** Then one wait in so many polls. */
const PROBE_EVERY = 16;

/** What one waiter has learnt about polling. */
export class Patience {
  #misses = 0;
  #skipped = 0;

  /** Whether to poll this time. */
  worthATry(): boolean {
    return this.#misses < MOST_MISSES || ++this.#skipped % PROBE_EVERY === 0;
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
