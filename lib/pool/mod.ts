/**
 * Pools: a number of workers that functions, and kernels, are sent to.
 *
 * @example
 * ```ts
 * import { Pool } from "@lanes/lanes/pool";
 * import { assertEquals } from "@std/assert";
 *
 * await using pool = new Pool(2);
 * assertEquals(await pool.apply((x: number, y: number) => x + y, [1, 2]), 3);
 * ```
 *
 * @module
 */
export {
  BrokenPoolError,
  CancelledError,
  InvalidStateError,
  LanesError,
  PoolClosedError,
  PoolTerminatedError,
  TimeoutError,
  TransportError,
  type WorkerDeath,
  WorkerDiedError,
} from "../base/errors.ts";
export type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
export type { Callbacks, MapOptions, PoolOptions, PoolStats, Progress, TaskOptions, WorkerStats } from "./options.ts";
export type { ComputedBy, ComputeOptions, Kernel, Operand } from "../kernels/kernel.ts";
export { type Items, Pool } from "./pool.ts";
export { AsyncResult, type JobControl, type Settle } from "./result.ts";
