import { CancelledError, TimeoutError } from "../base/errors.ts";
import { checkFunction } from "../base/check.ts";
import type { WaitOptions } from "../base/options.ts";
import { Latch } from "../worker/waiter.ts";

/** What an executor gives a {@linkcode Future} to ask and act on its call with. */
export interface FutureControl {
  /** Whether a worker has started on the call. */
  begun(): boolean;
  /** Drops the call if no worker has started on it; `false` when one has. */
  withdraw(): boolean;
}

/** How an executor settles a {@linkcode Future}; the first call counts. */
export interface FutureSettle<R> {
  /** It returned `value`. */
  resolve(value: R): void;
  /** It threw `error`. */
  reject(error: unknown): void;
}

type State<R> =
  | { readonly name: "pending" }
  | { readonly name: "cancelled" }
  | { readonly name: "finished"; readonly ok: true; readonly value: R }
  | { readonly name: "finished"; readonly ok: false; readonly error: unknown };

/**
 * The result of a call that an executor has taken on. One that fails unseen is
 * not an unhandled rejection.
 *
 * Source: Python's `concurrent.futures.Future`.
 *
 * @example
 * ```ts
 * import { ProcessPoolExecutor } from "@lanes/lanes/futures";
 * import { assertEquals } from "@std/assert";
 *
 * await using executor = new ProcessPoolExecutor(1);
 * const future = executor.submit((x: number) => x * x, 7);
 * assertEquals(await future.result(), 49);
 * assertEquals(future.done(), true);
 * ```
 */
export class Future<R> {
  readonly #latch = new Latch();
  readonly #callbacks: ((future: never) => void)[] = [];
  #control: FutureControl | null;
  #state: State<R> = { name: "pending" };

  /** For the library's own use: futures come from an executor's `submit`. */
  constructor(start: (settle: FutureSettle<R>) => FutureControl) {
    this.#control = null;
    const control = start({
      resolve: (value) => this.#settle({ name: "finished", ok: true, value }),
      reject: (error) => this.#settle({ name: "finished", ok: false, error }),
    });
    if (!this.done()) this.#control = control;
  }

  /** Cancels the call if no worker has started on it; `false` when it runs or is finished. */
  cancel(): boolean {
    if (this.#state.name === "cancelled") return true;
    if (this.#state.name === "finished" || !this.#control?.withdraw()) return false;
    this.#settle({ name: "cancelled" });
    return true;
  }

  /** Whether it was cancelled. */
  cancelled(): boolean {
    return this.#state.name === "cancelled";
  }

  /** Whether a worker is at it now. */
  running(): boolean {
    return this.#state.name === "pending" && (this.#control?.begun() ?? false);
  }

  /** Whether it is finished or cancelled. */
  done(): boolean {
    return this.#state.name !== "pending";
  }

  /**
   * What the call returned; rejects with what it threw.
   *
   * @throws {TimeoutError} At the timeout; the call goes on.
   * @throws {CancelledError} If it was cancelled.
   */
  async result(options: WaitOptions = {}): Promise<R> {
    const state = await this.#ended(options);
    if (state.ok) return state.value;
    throw state.error;
  }

  /**
   * What the call threw, or `null` when it succeeded.
   *
   * @throws {TimeoutError} At the timeout; the call goes on.
   * @throws {CancelledError} If it was cancelled.
   */
  async exception(options: WaitOptions = {}): Promise<unknown> {
    const state = await this.#ended(options);
    return state.ok ? null : state.error;
  }

  /** Calls `callback` with this future once it is done: at once when it is. What it throws is reported on stderr. */
  addDoneCallback(callback: (future: Future<R>) => void): void {
    checkFunction("callback", callback);
    if (this.done()) this.#call(callback);
    else this.#callbacks.push(callback);
  }

  /** What `console.log` shows of it. */
  [Symbol.for("Deno.customInspect")](): string {
    const state = this.#state;
    if (state.name !== "finished") return `<Future state=${this.running() ? "running" : state.name}>`;
    if (state.ok) return `<Future state=finished returned ${typeof state.value}>`;
    const { error } = state;
    return `<Future state=finished raised ${error instanceof Error ? error.name : typeof error}>`;
  }

  async #ended(options: WaitOptions): Promise<Extract<State<R>, { name: "finished" }>> {
    if (await this.#latch.wait(options) === "timeout") {
      throw new TimeoutError(`No result within ${options.timeout} ms; the call goes on`);
    }
    if (this.#state.name === "finished") return this.#state;
    throw new CancelledError("The future was cancelled");
  }

  #settle(state: State<R>): void {
    if (this.done()) return;
    this.#state = state;
    this.#control = null;
    this.#latch.open();
    for (const callback of this.#callbacks.splice(0)) this.#call(callback);
  }

  #call(callback: (future: never) => void): void {
    try {
      callback(this as never);
    } catch (error) {
      // deno-lint-ignore no-console -- as Python does: nobody else could hear of it
      console.error("Exception calling callback for a future:", error);
    }
  }
}
