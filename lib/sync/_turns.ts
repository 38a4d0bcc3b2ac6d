import { type Deadline, untilTold, type Waiter } from "./park.ts";

/**
 * The queue of one thread's own waits for one object: only the first in it
 * waits on the shared word, so that a thousand tasks cost no more wake-ups
 * than one, and the tasks of a thread come in their order.
 */
export class Turns {
  readonly #waiting = new Set<Waiter>();
  #taken = false;

  /** Whether nobody is in the queue. */
  get empty(): boolean {
    return !this.#taken;
  }

  /** Waits for the turn, which {@linkcode Turns.pass} must end; `false` at the deadline. */
  async take(deadline: Deadline, signal: AbortSignal | undefined): Promise<boolean> {
    if (!this.#taken) return this.#taken = true;
    if (deadline === 0) return false;
    return await untilTold({ deadline, signal }, {
      enter: (waiter) => this.#waiting.add(waiter),
      leave: (waiter) => this.#waiting.delete(waiter),
    });
  }

  /** Ends a turn: it goes to the next in the queue. */
  pass(): void {
    for (const next of this.#waiting) return next(true);
    this.#taken = false;
  }
}
