import { type Deadline, untilTold, type Waiter } from "../sync/park.ts";

/**
 * The queue of one thread's own calls that wait for one object: only the first
 * waits for the shared word, so that calls end in the order in which they were
 * made and a thousand cost no more wake-ups than one.
 */
export class Turns {
  readonly #waiting = new Set<Waiter>();
  #taken = false;

  /** Whether no call waits. */
  get empty(): boolean {
    return !this.#taken;
  }

  /** Runs `body` when its turn has come; `undefined` at the deadline, rejects with the signal's reason. */
  async run<T>(
    deadline: Deadline,
    signal: AbortSignal | undefined,
    body: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    if (this.#taken) {
      const told = await untilTold({ deadline, signal }, {
        enter: (waiter) => this.#waiting.add(waiter),
        leave: (waiter) => this.#waiting.delete(waiter),
      });
      if (!told) return undefined;
    } else this.#taken = true;
    try {
      return await body();
    } finally {
      this.#pass();
    }
  }

  #pass(): void {
    for (const next of this.#waiting) return next(true);
    this.#taken = false;
  }
}
