/**
 * Python's `multiprocessing` for Deno: processes, pools, queues and locks over workers that share memory.
 *
 * Functions need no registration and no file of their own: exported ones travel by reference, others with what they
 * capture. A main module guards its main code with `if (import.meta.main)`.
 *
 * @example
 * ```ts
 * import { Pool } from "@lanes/lanes";
 * import { assertEquals } from "@std/assert";
 *
 * await using pool = new Pool(2);
 * assertEquals(await pool.map((x: number) => x * x, [1, 2, 3]), [1, 4, 9]);
 * ```
 *
 * @module
 */

// Processes
export { cpuCount } from "./lib/base/cpu.ts";
export { currentProcess, parentProcess, type ProcessInfo } from "./lib/worker/info.ts";
export { activeChildren, type Isolation, Process, type ProcessOptions, type Sentinel } from "./lib/worker/process.ts";

// Pools
export { type Items, Pool } from "./lib/pool/pool.ts";
export { AsyncResult, type JobControl, type Settle } from "./lib/pool/result.ts";
export type {
  Callbacks,
  MapOptions,
  PoolOptions,
  PoolStats,
  Progress,
  TaskOptions,
  WorkerStats,
} from "./lib/pool/options.ts";

// Waiting
export type { WaitOptions, WaitSyncOptions } from "./lib/base/options.ts";

// Errors
export {
  BootstrapError,
  BrokenBarrierError,
  BrokenPoolError,
  BufferTooShort,
  CancelledError,
  ClosedError,
  EOFError,
  InvalidStateError,
  LanesError,
  PoolClosedError,
  PoolTerminatedError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  TimeoutError,
  TransportError,
  type WorkerDeath,
  WorkerDiedError,
} from "./lib/base/errors.ts";
