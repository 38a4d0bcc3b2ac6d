import { PoolClosedError, TransportError } from "../base/errors.ts";
import { checkFunction, checkInteger, checkIterable, checkTimeout, quoted } from "../base/check.ts";
import { encode } from "../channel/codec.ts";
import { SHARE } from "../memory/shareable.ts";
import { Dispatcher } from "../pool/dispatcher.ts";
import { forJob } from "../pool/functions.ts";
import { Imap } from "../pool/imap.ts";
import { type Settings, settle } from "../pool/options.ts";
import { isPlain, type KnownFunction, type Task } from "../pool/task.ts";
import { checkNotImporting } from "../worker/importing.ts";
import { Order } from "../worker/protocol.ts";
import { Future } from "./future.ts";
import { MapResults } from "./_map_results.ts";

/** How a {@linkcode ProcessPoolExecutor} is made. */
export interface ExecutorOptions {
  /** How many workers. Default: `cpuCount()`. */
  readonly maxWorkers?: number | undefined;
  /** Called once in each worker before its first call. */
  // deno-lint-ignore no-explicit-any -- its arguments are whatever `initargs` holds
  readonly initializer?: ((...args: any[]) => unknown) | undefined;
  /** What `initializer` is called with. */
  readonly initargs?: readonly unknown[] | undefined;
  /** After how many calls a worker is replaced by a fresh one. Default: never. */
  readonly maxTasksPerChild?: number | undefined;
}

/** How {@linkcode ProcessPoolExecutor.map} goes about it. */
export interface ExecutorMapOptions {
  /** In milliseconds from the call. */
  readonly timeout?: number | undefined;
  /** How many calls go to a worker at once. Default: 1. */
  readonly chunksize?: number | undefined;
  /** How many items may be pulled whose results have not been read. Default: some thousands. */
  readonly buffersize?: number | undefined;
}

/** How {@linkcode ProcessPoolExecutor.shutdown} goes about it. */
export interface ShutdownOptions {
  /** Whether the promise waits for all calls and the workers' end. Default: `true`. */
  readonly wait?: boolean | undefined;
  /** Whether calls that no worker has started on are cancelled. Default: `false`. */
  readonly cancelFutures?: boolean | undefined;
}

/** How far `map` runs ahead of its reader unless told: calls start at once, and an endless input does no harm. */
const WINDOW = 4096;

/**
 * Workers that calls are submitted to.
 *
 * Source: Python's `concurrent.futures.ProcessPoolExecutor`.
 *
 * @example
 * ```ts
 * import { ProcessPoolExecutor } from "@lanes/lanes/futures";
 * import { assertEquals } from "@std/assert";
 *
 * await using executor = new ProcessPoolExecutor(2);
 * const squares = executor.map((x: number) => x * x, [1, 2, 3]);
 * assertEquals(await Array.fromAsync(squares), [1, 4, 9]);
 * ```
 */
export class ProcessPoolExecutor implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #dispatcher: Dispatcher;
  readonly #futures = new Set<Future<unknown>>();
  #closed = false;

  /**
   * An executor; its workers start as there are calls for them.
   *
   * @throws {RangeError} If there would be fewer than 1 worker.
   * @throws {TypeError} If an option is of the wrong type.
   */
  constructor(maxWorkers?: number | ExecutorOptions) {
    checkNotImporting("ProcessPoolExecutor");
    const options: ExecutorOptions = typeof maxWorkers === "object" && maxWorkers !== null
      ? maxWorkers
      : { maxWorkers: maxWorkers ?? undefined };
    const { maxWorkers: processes, ...rest } = options;
    if (processes !== undefined && processes !== null) checkInteger("maxWorkers", processes, 1);
    this.#settings = settle({ ...rest, processes: processes ?? undefined, name: "ProcessPoolWorker" });
    this.#dispatcher = new Dispatcher(this.#settings);
  }

  /**
   * Submits a call.
   *
   * @throws {PoolClosedError} After `shutdown`.
   * @throws {BrokenPoolError} After the initializer failed.
   */
  submit<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Future<Awaited<R>> {
    const known = this.#enter(fn);
    const future: Future<Awaited<R>> = new Future<Awaited<R>>((settled) => {
      let task: Task | null = null;
      try {
        task = this.#dispatcher.submit({
          order: Order.Call,
          fn: known,
          payload: isPlain(args) ? args : encode(args, { where: "args", blocks: this.#dispatcher.blocks }),
          index: 0,
          events: { value: (value) => settled.resolve(value as Awaited<R>), error: (error) => settled.reject(error) },
        });
      } catch (error) {
        settled.reject(error);
      }
      return {
        begun: () => task !== null && this.#dispatcher.begun(task),
        withdraw: () => task !== null && this.#dispatcher.withdraw(task, null, { silent: true }),
      };
    });
    if (!future.done()) {
      this.#futures.add(future as Future<unknown>);
      future.addDoneCallback(() => void this.#futures.delete(future as Future<unknown>));
    }
    return future;
  }

  /**
   * Calls `fn` with the first item of each of `iterables`, then the second, …, until the shortest ends. The calls
   * start at once; results come in order; an item's error rejects its own `next()` only.
   *
   * @throws {RangeError} If `chunksize` or `buffersize` is less than 1.
   */
  map<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    ...iterables: [...{ [K in keyof A]: Iterable<A[K]> }, ExecutorMapOptions?]
  ): AsyncIterableIterator<Awaited<R>> {
    const known = this.#enter(fn);
    const { inputs, options } = split(iterables as unknown[]);
    const { chunksize = 1, buffersize } = options;
    const timeout = checkTimeout(options.timeout);
    if (buffersize !== undefined && buffersize !== null) checkInteger("buffersize", buffersize, 1);
    const work = {
      fn: forJob(known),
      items: zip(inputs),
      workers: this.#settings.processes,
      ordered: true,
      spread: true,
      shared: true,
      window: buffersize ?? Math.max(WINDOW, chunksize),
    };
    return new MapResults(new Imap<Awaited<R>>(this.#dispatcher, work, { chunksize }), timeout);
  }

  /** Takes no more calls; resolves, unless `wait` is false, when all are done and the workers have ended. */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    const { wait = true, cancelFutures = false } = options;
    if (cancelFutures) {
      for (const future of [...this.#futures]) future.cancel();
    }
    if (!this.#closed) {
      this.#closed = true;
      this.#dispatcher.close();
    }
    if (wait) await this.#dispatcher.gone;
  }

  /** Ends every worker at once, whatever it is doing; what is pending is cancelled, what runs fails. */
  async terminateWorkers(): Promise<void> {
    for (const future of [...this.#futures]) future.cancel();
    this.#closed = true;
    this.#dispatcher.terminate();
    await this.#dispatcher.gone;
  }

  /** The same as {@linkcode ProcessPoolExecutor.terminateWorkers}: there is nothing gentler to tell it from. */
  async killWorkers(): Promise<void> {
    await this.terminateWorkers();
  }

  /** An executor belongs to the process that made it: as an argument it is a {@linkcode TransportError}. */
  [SHARE](): never {
    throw new TransportError("A ProcessPoolExecutor cannot travel: it belongs to the process that made it");
  }

  /** Shuts it down and waits. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  #enter(fn: unknown): KnownFunction {
    if (this.#closed) throw new PoolClosedError("Cannot submit work: the executor was shut down");
    if (this.#dispatcher.broken !== null) throw this.#dispatcher.broken;
    checkFunction("fn", fn);
    return this.#dispatcher.known(fn, "fn");
  }
}

/** Tells the iterables from the options that may follow them. */
function split(given: unknown[]): { inputs: Iterable<unknown>[]; options: ExecutorMapOptions } {
  const last = given.at(-1);
  const isOptions = typeof last === "object" && last !== null && !(Symbol.iterator in last);
  const inputs = isOptions ? given.slice(0, -1) : given;
  for (const input of inputs) checkIterable("iterables", input);
  if (given.length > 0 && inputs.length === 0 && !isOptions) {
    throw new TypeError(`Expected iterables, got ${quoted(last)}`);
  }
  return { inputs: inputs as Iterable<unknown>[], options: isOptions ? last as ExecutorMapOptions : {} };
}

/** The first of each, the second of each, …, until the shortest ends; the others are closed then. */
function* zip(inputs: Iterable<unknown>[]): Generator<unknown[]> {
  if (inputs.length === 0) return;
  const iterators = inputs.map((input) => input[Symbol.iterator]());
  try {
    for (;;) {
      const row: unknown[] = [];
      for (const iterator of iterators) {
        const step = iterator.next();
        if (step.done) return;
        row.push(step.value);
      }
      yield row;
    }
  } finally {
    for (const iterator of iterators) iterator.return?.();
  }
}
