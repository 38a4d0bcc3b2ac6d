import { TimeoutError } from "../base/errors.ts";
import type { Imap } from "../pool/imap.ts";

/** The results of an executor's `map`: past the timeout, which counts from the call, what has not started is dropped. */
export class MapResults<R> implements AsyncIterableIterator<R> {
  readonly #results: Imap<R>;
  readonly #timeout: number;
  readonly #deadline: number;

  /** Results that must be read within `timeout` milliseconds from now. */
  constructor(results: Imap<R>, timeout: number) {
    this.#results = results;
    this.#timeout = timeout;
    this.#deadline = performance.now() + timeout;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<R> {
    return this;
  }

  async next(): Promise<IteratorResult<R>> {
    const left = Math.max(0, this.#deadline - performance.now());
    const result = await this.#results.nextWithin(left);
    if (result !== null) return result;
    await this.#results.return();
    throw new TimeoutError(`Not all results were there within ${this.#timeout} ms`);
  }

  /** Ends the iteration: what has not started is dropped. */
  async return(value?: unknown): Promise<IteratorResult<R>> {
    return await this.#results.return(value);
  }
}
