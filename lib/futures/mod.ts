/**
 * Executors and futures, as Python's `concurrent.futures`.
 *
 * @example
 * ```ts
 * import { ProcessPoolExecutor } from "@lanes/lanes/futures";
 * import { assertEquals } from "@std/assert";
 *
 * await using executor = new ProcessPoolExecutor();
 * assertEquals(await executor.submit(Math.hypot, 3, 4).result(), 5);
 * ```
 *
 * @module
 */
export {
  BrokenPoolError,
  CancelledError,
  LanesError,
  PoolClosedError,
  TimeoutError,
  TransportError,
  type WorkerDeath,
  WorkerDiedError,
} from "../base/errors.ts";
export type { WaitOptions } from "../base/options.ts";
export {
  type ExecutorMapOptions,
  type ExecutorOptions,
  ProcessPoolExecutor,
  type ShutdownOptions,
} from "./executor.ts";
export { Future, type FutureControl, type FutureSettle } from "./future.ts";
export { asCompleted, type ReturnWhen, type WaitedFutures, waitFutures, type WaitFuturesOptions } from "./wait.ts";
