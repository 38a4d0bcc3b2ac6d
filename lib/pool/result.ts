import { CancelledError, InvalidStateError, type LanesError, TimeoutError } from "../base/errors.ts";
import { checkTimeout } from "../base/check.ts";
import type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
import { bell } from "../worker/bell.ts";
import { Latch } from "../worker/waiter.ts";

/** What the pool gives an {@linkcode AsyncResult} to act on its work with. */
export interface JobControl {
  /** Drops what is queued of the job and stops what is running. */
  cancel(error: unknown): void;
  /** Whether a part of the job waits for a later turn of the event loop before it can be sent. */
  deferred(): boolean;
}

/** Settles an {@linkcode AsyncResult}; the first call counts. */
export interface Settle<R> {
  /** It succeeded. */
  resolve(value: R): void;
  /** It failed. */
  reject(error: unknown): void;
}

/**
 * A result that is not there yet. It can be awaited like a promise; one that
 * fails unseen is not an unhandled rejection.
 *
 * Source: Python's `multiprocessing.pool.AsyncResult`.
 *
 * @example
 * ```ts
 * import { Pool } from "@lanes/lanes";
 * import { assertEquals } from "@std/assert";
 *
 * await using pool = new Pool(1);
 * const result = pool.applyAsync((x: number) => x * x, [7]);
 * assertEquals(await result.get({ timeout: 10_000 }), 49);
 * assertEquals(result.successful(), true);
 * ```
 */
export class AsyncResult<R> implements PromiseLike<R> {
  readonly #promise: Promise<R>;
  readonly #latch = new Latch();
  #control: JobControl | null;
  #settled: { ok: true; value: R } | { ok: false; error: unknown } | null = null;

  /** For the library's own use: results come from a pool's `applyAsync`, `mapAsync` and `starmapAsync`. */
  constructor(start: (settle: Settle<R>) => JobControl) {
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    this.#promise = promise;
    promise.catch(() => {});
    this.#control = null;
    const control = start({
      resolve: (value) => {
        if (this.#settled !== null) return;
        this.#settled = { ok: true, value };
        this.#end(() => resolve(value));
      },
      reject: (error) => {
        if (this.#settled !== null) return;
        this.#settled = { ok: false, error };
        this.#end(() => reject(error));
      },
    });
    if (this.#settled === null) this.#control = control;
  }

  /**
   * The result.
   *
   * @throws {TimeoutError} At the timeout; the work goes on.
   */
  async get(options: WaitOptions = {}): Promise<R> {
    if (await this.#latch.wait(options) === "timeout") throw notReady(options.timeout);
    return await this.#promise;
  }

  /**
   * The result; blocks until it is there.
   *
   * @throws {TimeoutError} At the timeout; the work goes on.
   */
  getSync(options: WaitSyncOptions = {}): R {
    this.waitSync(options);
    const settled = this.#settled;
    if (settled === null) throw notReady(options.timeout);
    if (!settled.ok) throw settled.error;
    return settled.value;
  }

  /** Resolves when the result is there, or at the timeout. */
  async wait(options: WaitOptions = {}): Promise<void> {
    await this.#latch.wait(options);
  }

  /** Blocks until the result is there, or the timeout. */
  waitSync(options: WaitSyncOptions = {}): void {
    const timeout = checkTimeout(options.timeout);
    const stuck = (): boolean => this.#control?.deferred() ?? false;
    bell().blockUntil(() => this.ready() || (stuck() && timeout > 0), performance.now() + timeout);
    if (!this.ready() && stuck() && timeout > 0) {
      throw new InvalidStateError(
        "Cannot block on this result yet: its function is a closure, which is sent in a later turn; " +
          "await something first, or export the function",
      );
    }
  }

  /** Whether the result, or the error, is there. */
  ready(): boolean {
    return this.#settled !== null;
  }

  /**
   * Whether the work succeeded.
   *
   * @throws {InvalidStateError} While it is not ready.
   */
  successful(): boolean {
    if (this.#settled === null) throw new InvalidStateError("Cannot tell whether the work succeeded: it is not ready");
    return this.#settled.ok;
  }

  /** Rejects the result with a {@linkcode CancelledError} and stops its work; `false` when it was ready already. */
  cancel(reason?: unknown): boolean {
    if (this.#settled !== null) return false;
    this.#control?.cancel(new CancelledError("The work was cancelled", reason === undefined ? {} : { cause: reason }));
    return true;
  }

  /** As of any promise. */
  then<A = R, B = never>(
    onfulfilled?: ((value: R) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#promise.then(onfulfilled, onrejected);
  }

  #end(settle: () => void): void {
    this.#control = null;
    this.#latch.open();
    settle();
  }
}

function notReady(timeout: number | undefined): LanesError {
  return new TimeoutError(`No result within ${timeout} ms; the work goes on`);
}
