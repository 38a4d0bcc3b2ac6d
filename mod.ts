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
export { wait, waitSync } from "./lib/channel/wait.ts";

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

// Synchronization
export { Barrier, type BarrierOptions } from "./lib/sync/barrier.ts";
export { Condition } from "./lib/sync/condition.ts";
export { Event } from "./lib/sync/event.ts";
export type { Guard } from "./lib/sync/guard.ts";
export { Lock } from "./lib/sync/lock.ts";
export { RLock } from "./lib/sync/rlock.ts";
export { BoundedSemaphore, Semaphore } from "./lib/sync/semaphore.ts";

// Queues and pipes
export { Queue, type QueueOptions, type ShutdownOptions } from "./lib/channel/queue.ts";
export { JoinableQueue } from "./lib/channel/joinable_queue.ts";
export { SimpleQueue } from "./lib/channel/simple_queue.ts";
export { Connection } from "./lib/channel/connection.ts";
export type { Bytes } from "./lib/channel/_bytes.ts";
export { Pipe } from "./lib/channel/pipe.ts";

// Shared state
export { SharedArray } from "./lib/memory/array.ts";
export { SharedValue } from "./lib/memory/value.ts";
export type {
  DType,
  DTypeLetters,
  DTypeName,
  DTypeOf,
  ElementInput,
  ElementOf,
  TypedArrayOf,
  TypedCopyOf,
} from "./lib/memory/dtype.ts";
export type { LockOption, LockOptions, ReentrantLock } from "./lib/memory/lock_port.ts";
export { SharedMemory, type SharedMemoryOptions } from "./lib/memory/named.ts";
export { ShareableList, type ShareableListItem, type ShareableListOptions } from "./lib/memory/shareable_list.ts";
export { SharedMemoryManager } from "./lib/memory/shared_memory_manager.ts";
export { ManagerClient } from "./lib/manager/client.ts";
export {
  Manager,
  type ManagerStartOptions,
  type RegisterOptions,
  type Registrable,
  type WithRegistered,
} from "./lib/manager/manager.ts";
export type { ManagedObject } from "./lib/manager/proxy.ts";
export type {
  ArrayProxy,
  DictProxy,
  ListProxy,
  MethodName,
  NamespaceProxy,
  ProxyOf,
  PublicName,
  Remoted,
  SetProxy,
  Twin,
  ValueProxy,
} from "./lib/manager/types.ts";

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
