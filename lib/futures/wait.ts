import { TimeoutError } from "../base/errors.ts";
import { checkIterable, checkTimeout, quoted } from "../base/check.ts";
import type { WaitOptions } from "../base/options.ts";
import { Latch } from "../worker/waiter.ts";
import { Future } from "./future.ts";

/** When {@linkcode waitFutures} returns. */
export type ReturnWhen = "FIRST_COMPLETED" | "FIRST_EXCEPTION" | "ALL_COMPLETED";

/** Options of {@linkcode waitFutures}. */
export interface WaitFuturesOptions extends WaitOptions {
  /** Default: "ALL_COMPLETED". */
  readonly returnWhen?: ReturnWhen | undefined;
}

/** What {@linkcode waitFutures} found. */
export interface WaitedFutures<R> {
  /** Those that are finished or cancelled. */
  readonly done: Set<Future<R>>;
  /** The others. */
  readonly notDone: Set<Future<R>>;
}

const RETURN_WHEN: readonly unknown[] = ["FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"];

function setOf<R>(futures: Iterable<Future<R>>): Set<Future<R>> {
  checkIterable("futures", futures);
  const set = new Set(futures);
  for (const future of set) {
    if (!(future instanceof Future)) throw new TypeError(`Expected a Future, got ${quoted(future)}`);
  }
  return set;
}

/**
 * Waits until one, or all, of `futures` are done, or one has failed, or the
 * timeout: which is no error.
 *
 * Source: Python's `concurrent.futures.wait`.
 *
 * @throws {TypeError} If something is no future, or `returnWhen` is none of its values.
 *
 * @example
 * ```ts
 * import { ProcessPoolExecutor, waitFutures } from "@lanes/lanes/futures";
 * import { assertEquals } from "@std/assert";
 *
 * await using executor = new ProcessPoolExecutor(2);
 * const futures = [1, 2, 3].map((x) => executor.submit((x: number) => x * x, x));
 * const { done, notDone } = await waitFutures(futures);
 * assertEquals([done.size, notDone.size], [3, 0]);
 * ```
 */
export async function waitFutures<R>(
  futures: Iterable<Future<R>>,
  options: WaitFuturesOptions = {},
): Promise<WaitedFutures<R>> {
  const { returnWhen = "ALL_COMPLETED", signal } = options;
  const timeout = checkTimeout(options.timeout);
  if (!RETURN_WHEN.includes(returnWhen)) {
    throw new TypeError(`Expected "returnWhen" to be one of ${RETURN_WHEN.join(", ")}, got ${quoted(returnWhen)}`);
  }
  signal?.throwIfAborted();
  const set = setOf(futures);
  if (!await isEnough(set, returnWhen) && timeout > 0) await enough(set, returnWhen, { timeout, signal });
  const done = new Set<Future<R>>(), notDone = new Set<Future<R>>();
  for (const future of set) (future.done() ? done : notDone).add(future);
  return { done, notDone };
}

async function failed(future: Future<unknown>): Promise<boolean> {
  return future.done() && !future.cancelled() && await rejects(future);
}

async function rejects(future: Future<unknown>): Promise<boolean> {
  try {
    await future.result();
    return false;
  } catch {
    return true;
  }
}

/** Whether what is done already is what the caller waits for. */
async function isEnough(futures: Set<Future<unknown>>, when: ReturnWhen): Promise<boolean> {
  const done = [...futures].filter((future) => future.done());
  if (done.length === futures.size) return true;
  if (when === "FIRST_COMPLETED") return done.length > 0;
  if (when === "ALL_COMPLETED") return false;
  return (await Promise.all(done.map(failed))).includes(true);
}

/** Waits until it is enough, or the timeout; rejects with the signal's reason. */
async function enough(futures: Set<Future<unknown>>, when: ReturnWhen, options: WaitOptions): Promise<void> {
  const latch = new Latch();
  const look = async (): Promise<void> => {
    if (await isEnough(futures, when)) latch.open();
  };
  for (const future of futures) future.addDoneCallback(() => void look());
  await latch.wait(options);
}

/**
 * Gives each of `futures` as it gets done, those done already first.
 *
 * Source: Python's `concurrent.futures.as_completed`.
 *
 * @throws {TimeoutError} When not all are done at the timeout, after those that are.
 *
 * @example
 * ```ts
 * import { asCompleted, ProcessPoolExecutor } from "@lanes/lanes/futures";
 * import { assertEquals } from "@std/assert";
 *
 * await using executor = new ProcessPoolExecutor(2);
 * const futures = [1, 2, 3].map((x) => executor.submit((x: number) => x * x, x));
 * let sum = 0;
 * for await (const future of asCompleted(futures)) sum += await future.result();
 * assertEquals(sum, 14);
 * ```
 */
export async function* asCompleted<R>(
  futures: Iterable<Future<R>>,
  options: WaitOptions = {},
): AsyncIterableIterator<Future<R>> {
  const timeout = checkTimeout(options.timeout);
  const deadline = performance.now() + timeout;
  const waiting = setOf(futures);
  const { size } = waiting;
  const done: Future<R>[] = [];
  let more = new Latch();
  for (const future of waiting) {
    future.addDoneCallback((future) => {
      done.push(future);
      more.open();
    });
  }
  while (waiting.size > 0) {
    options.signal?.throwIfAborted();
    const future = done.shift();
    if (future !== undefined) {
      waiting.delete(future);
      yield future;
      continue;
    }
    const left = deadline - performance.now();
    if (left <= 0) throw new TimeoutError(`${waiting.size} (of ${size}) futures unfinished after ${timeout} ms`);
    more = new Latch();
    await more.wait({ timeout: left, signal: options.signal });
  }
}
