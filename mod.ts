/**
 * Python's `multiprocessing` for Deno: processes, pools, queues and locks over workers that share memory.
 *
 * @module
 */
export { cpuCount } from "./lib/base/cpu.ts";
export { type WaitOptions, type WaitSyncOptions } from "./lib/base/options.ts";
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
  WorkerDiedError,
} from "./lib/base/errors.ts";
