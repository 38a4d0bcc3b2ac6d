import { InvalidStateError, PoolClosedError, TransportError } from "../base/errors.ts";
import { checkFunction, checkIterable, quoted } from "../base/check.ts";
import { discard, encode } from "../channel/codec.ts";
import { type ComputedBy, type ComputeOptions, isKernel, type Kernel, type Operand } from "../kernels/kernel.ts";
import { SHARE } from "../memory/shareable.ts";
import { checkNotImporting } from "../worker/importing.ts";
import { Order } from "../worker/protocol.ts";
import { runCompute } from "./compute.ts";
import { Dispatcher } from "./dispatcher.ts";
import { forJob } from "./functions.ts";
import { Imap } from "./imap.ts";
import { Job, type JobOptions } from "./_job.ts";
import { mapJob } from "./_map.ts";
import {
  type Callbacks,
  checkTask,
  type MapOptions,
  type PoolOptions,
  type PoolStats,
  type Settings,
  settle,
  type TaskOptions,
} from "./options.ts";
import { AsyncResult } from "./result.ts";
import { type Callable, isPacket, isPlain, type KnownFunction, type Payload, type TaskEvents } from "./task.ts";

/*
 * A task's way, from pool.map(f, items) and back:
 *
 *   pool.map ──> Job ──> Task ──> Dispatcher ──────> Member ──> Lane ───────┐
 *   chunks       one     encoded   one queue; who      what one   ring of   │ shared
 *   the items    result  once      has least to do     worker     orders    │ memory
 *                                                      has                  v
 *   promise  <── Job <── outcome <─ Dispatcher <────── Member <── Lane     Desk ──> Runner ──> f
 *   settles      counts  decoded    pumps the queue               ring of <─┘       one task
 *                                                                 answers           at a time
 *
 * Everything on the left of the rings runs in the thread that owns the pool,
 * when its bell (worker/bell.ts) says that an answer came; everything on the
 * right in the worker. When a worker dies, its Member tells the Dispatcher
 * which task it had begun, and that one alone fails.
 */

const NO_ARGUMENTS: readonly unknown[] = [];
const NO_OPTIONS: TaskOptions = {};

/** The items of a `map`. */
export type Items<T> = Iterable<T> | AsyncIterable<T>;
/** Whether a pool takes work. */
type State = "open" | "closed" | "terminated";

/**
 * A number of workers that functions are sent to.
 *
 * Source: Python's `multiprocessing.Pool`.
 *
 * @example
 * ```ts
 * import { Pool } from "@lanes/lanes";
 * import { assertEquals } from "@std/assert";
 *
 * await using pool = new Pool(2);
 * assertEquals(await pool.map((x: number) => x * x, [1, 2, 3]), [1, 4, 9]);
 * ```
 */
export class Pool implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #dispatcher: Dispatcher;
  #state: State = "open";

  /**
   * A pool; its workers start as there is work for them.
   *
   * @throws {RangeError} If there would be fewer than 1 worker.
   * @throws {TypeError} If an option is of the wrong type.
   * @throws {BootstrapError} If a worker is importing the module that makes it.
   */
  constructor(processes?: number | PoolOptions) {
    checkNotImporting("Pool");
    this.#settings = settle(processes);
    this.#dispatcher = new Dispatcher(this.#settings);
  }

  /** How many workers it has at most. */
  get size(): number {
    return this.#settings.processes;
  }

  /** What it has done, and is doing. */
  stats(): PoolStats {
    return this.#dispatcher.stats();
  }

  /**
   * Calls `func` once, in one worker.
   *
   * @throws {PoolClosedError} After `close` or `terminate`.
   * @throws {TransportError} If the function or an argument cannot travel.
   */
  apply<A extends readonly unknown[], R>(
    func: (...args: A) => R,
    args?: A,
    options: TaskOptions = NO_OPTIONS,
  ): Promise<Awaited<R>> {
    return new Promise((resolve, reject) => {
      const fn = this.#enter(func, options);
      const payload = this.#arguments(args, options);
      const { signal, timeout, transfer } = options;
      const order = Order.Call;
      if (signal !== undefined) resolve(this.#apply<Awaited<R>>(fn, payload, options));
      else {
        const events = new PromiseEvents(resolve as (value: unknown) => void, reject);
        const parts = { order, fn, payload, index: 0, timeout, transfer, events };
        if (this.#dispatcher.door.free) this.#dispatcher.submit(parts);
        else this.#dispatcher.door.wait(() => this.#dispatcher.submit(parts));
      }
    });
  }

  /** As {@linkcode Pool.apply}, with a result that can be asked, waited for and cancelled. */
  applyAsync<A extends readonly unknown[], R>(
    func: (...args: A) => R,
    args?: A,
    options: TaskOptions & Callbacks<Awaited<R>> = {},
  ): AsyncResult<Awaited<R>> {
    return this.#apply<Awaited<R>>(this.#enter(func, options), this.#arguments(args, options), options);
  }

  /** A kernel over the whole of `items`, each worker over its own slices. */
  map<T extends Operand>(kernel: Kernel, items: T, options?: ComputeOptions): Promise<T>;
  /**
   * Calls `func` with each item; the results in the order of the items.
   *
   * The first error rejects it; what else runs of it goes on, and its results are dropped.
   *
   * @throws {RangeError} If `chunksize` is not a positive integer.
   */
  map<T, R>(func: (item: T) => R, items: Items<T>, options?: MapOptions): Promise<Awaited<R>[]>;
  async map(func: Kernel | Callable, items: unknown, options: MapOptions = {}): Promise<unknown> {
    if (isKernel(func)) return await this.compute(func, items as Operand, options as ComputeOptions) as unknown;
    const known = this.#enter(func, options);
    const list = isAsync(items) ? await Array.fromAsync(items) : listOf(items);
    return await this.#map(Order.Map, { known, items: list }, options);
  }

  /** As {@linkcode Pool.map}, with a result that can be asked, waited for and cancelled. */
  mapAsync<T, R>(
    func: (item: T) => R,
    items: Iterable<T>,
    options: MapOptions & Callbacks<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    const known = this.#enter(func, options);
    return this.#map(Order.Map, { known, items: listOf(items) }, options);
  }

  /** Calls `func` with the arguments in each of `argLists`; the results in their order. */
  async starmap<A extends readonly unknown[], R>(
    func: (...args: A) => R,
    argLists: Items<A>,
    options: MapOptions = {},
  ): Promise<Awaited<R>[]> {
    const known = this.#enter(func, options);
    const list = isAsync(argLists) ? await Array.fromAsync(argLists) : listOf(argLists);
    return await this.#map<Awaited<R>>(Order.Star, { known, items: argumentLists(list) }, options);
  }

  /** As {@linkcode Pool.starmap}, with a result that can be asked, waited for and cancelled. */
  starmapAsync<A extends readonly unknown[], R>(
    func: (...args: A) => R,
    argLists: Iterable<A>,
    options: MapOptions & Callbacks<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    const known = this.#enter(func, options);
    return this.#map(Order.Star, { known, items: argumentLists(listOf(argLists)) }, options);
  }

  /**
   * Calls `func` with each item, and gives the results one by one, in order. Pulls its input only a bounded distance
   * ahead; an item's error rejects its own `next()` only.
   */
  imap<T, R>(func: (item: T) => R, items: Items<T>, options: MapOptions = {}): AsyncIterableIterator<Awaited<R>> {
    return this.#imap(func, { items, ordered: true }, options);
  }

  /** As {@linkcode Pool.imap}, but gives each result as soon as it is there. */
  imapUnordered<T, R>(
    func: (item: T) => R,
    items: Items<T>,
    options: MapOptions = {},
  ): AsyncIterableIterator<Awaited<R>> {
    return this.#imap(func, { items, ordered: false }, options);
  }

  /**
   * Runs a kernel over its operands, in parallel: each worker, and this thread, over slices of shared memory.
   *
   * @throws {RangeError} If operands differ in length.
   * @throws {TypeError} If an operand is missing or wrong, or the kernel lacks the dtype.
   */
  async compute<K extends Kernel, O extends Operand | readonly Operand[]>(
    kernel: K,
    operands: O,
    options: ComputeOptions = {},
  ): Promise<ComputedBy<K, O>> {
    this.#checkOpen();
    if (!isKernel(kernel)) throw new TypeError(`Expected a kernel, got ${quoted(kernel)}`);
    options.signal?.throwIfAborted();
    // Workers that share no memory cannot help: this thread does all.
    const work = { kernel, operands, workers: this.#shared ? this.size : 1 };
    return await runCompute(this.#dispatcher, work, options) as ComputedBy<K, O>;
  }

  /** Takes no more work; the workers end once all is done. */
  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closed";
    this.#dispatcher.close();
  }

  /** Ends every worker at once; what is pending rejects with `PoolTerminatedError`. Resolves when they have ended. */
  async terminate(): Promise<void> {
    if (this.#state !== "terminated") {
      this.#state = "terminated";
      this.#dispatcher.terminate();
    }
    await this.#dispatcher.gone;
  }

  /**
   * Resolves when the workers have ended, after `close` or `terminate`.
   *
   * @throws {InvalidStateError} If the pool is still open.
   */
  async join(): Promise<void> {
    if (this.#state === "open") {
      throw new InvalidStateError("Cannot join a pool that is still open: close or terminate it first");
    }
    await this.#dispatcher.gone;
  }

  /** Terminates it, as Python's `with Pool()` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminate();
  }

  /** A pool belongs to the process that made it: as an argument it is a {@linkcode TransportError}. */
  [SHARE](): never {
    throw new TransportError("A Pool cannot travel: it belongs to the process that made it");
  }

  /** What `console.log` shows of it. */
  [Symbol.for("Deno.customInspect")](): string {
    const state = { open: "RUN", closed: "CLOSE", terminated: "TERMINATE" }[this.#state];
    return `<Pool state=${state} size=${this.size}>`;
  }

  get #shared(): boolean {
    return this.#settings.isolation === "worker";
  }

  #checkOpen(): void {
    if (this.#state !== "open") throw new PoolClosedError(`Cannot submit work: the pool is ${this.#state}`);
    if (this.#dispatcher.broken !== null) throw this.#dispatcher.broken;
  }

  #enter(func: unknown, options: TaskOptions): KnownFunction {
    this.#checkOpen();
    checkTask(options);
    checkFunction("func", func);
    return this.#dispatcher.known(func, "func");
  }

  #arguments(args: readonly unknown[] | undefined, options: TaskOptions): Payload {
    if (args !== undefined && args !== null) checkIterable("args", args);
    if (args === undefined || args === null) return NO_ARGUMENTS;
    const list = [...args];
    const { blocks } = this.#dispatcher;
    return isPlain(list)
      ? list
      : encode(list, { where: "args", shared: this.#shared, transfer: options.transfer ?? [], blocks });
  }

  #apply<R>(
    fn: KnownFunction,
    payload: Payload,
    options: TaskOptions & JobOptions<R>,
  ): AsyncResult<R> {
    return new AsyncResult<R>((settled) => {
      const job = new Job<R>(this.#dispatcher, settled, options);
      if (options.signal?.aborted) {
        if (isPacket(payload)) discard(payload);
        job.fail(options.signal.reason);
      } else {
        job.submit({
          order: Order.Call,
          fn,
          payload,
          index: 0,
          timeout: options.timeout,
          transfer: options.transfer,
          events: { value: (value) => job.succeed(value as R), error: (error) => job.fail(error) },
        });
      }
      return job;
    });
  }

  #map<R>(
    order: Order,
    work: { known: KnownFunction; items: ArrayLike<unknown> & { slice(begin: number, end: number): unknown } },
    options: MapOptions & JobOptions<R[]>,
  ): AsyncResult<R[]> {
    options.signal?.throwIfAborted();
    const fn = forJob(work.known);
    const { items } = work;
    return mapJob<R>(this.#dispatcher, { order, fn, items, workers: this.size, shared: this.#shared }, options);
  }

  #imap<R>(
    func: Callable,
    work: { items: Items<unknown>; ordered: boolean },
    options: MapOptions,
  ): AsyncIterableIterator<Awaited<R>> {
    const fn = forJob(this.#enter(func, options));
    if (!isAsync(work.items)) checkIterable("items", work.items);
    return new Imap<Awaited<R>>(this.#dispatcher, { ...work, fn, workers: this.size, shared: this.#shared }, options);
  }
}

/** The outcome of a task as that of a promise. */
class PromiseEvents implements TaskEvents {
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;

  constructor(resolve: (value: unknown) => void, reject: (error: unknown) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  value(value: unknown): void {
    this.#resolve(value);
  }

  error(error: unknown): void {
    this.#reject(error);
  }
}

function isAsync(items: unknown): items is AsyncIterable<unknown> {
  return typeof items === "object" && items !== null && Symbol.asyncIterator in items;
}

/** The items as something that can be cut: an array, or a typed array as it is. */
function listOf(items: unknown): unknown[] {
  if (ArrayBuffer.isView(items) && !(items instanceof DataView)) return items as unknown as unknown[];
  checkIterable("items", items);
  return Array.isArray(items) ? items : [...items];
}

function argumentLists(lists: unknown[]): unknown[] {
  return lists.map((list, index) => {
    if (typeof (list as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] !== "function") {
      throw new TypeError(`Expected item ${index} of "argLists" to be an array of arguments, got ${quoted(list)}`);
    }
    return [...list as Iterable<unknown>];
  });
}
