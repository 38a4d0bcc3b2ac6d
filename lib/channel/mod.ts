/**
 * Queues and pipes: values from process to process, through shared memory.
 *
 * @example
 * ```ts
 * import { Queue } from "@lanes/lanes/queues";
 * import { assertEquals } from "@std/assert";
 *
 * const queue = new Queue<string>();
 * await queue.put("hello");
 * assertEquals(await queue.get(), "hello");
 * ```
 *
 * @module
 */
export {
  BufferTooShort,
  ClosedError,
  EOFError,
  InvalidStateError,
  LanesError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  TimeoutError,
  TransportError,
} from "../base/errors.ts";
export { WAITABLE, type Waitable, type WaitState } from "../base/waitable.ts";
export type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
export type { Bytes } from "./_bytes.ts";
export { Connection } from "./connection.ts";
export { JoinableQueue } from "./joinable_queue.ts";
export { Pipe } from "./pipe.ts";
export { Queue, type QueueOptions, type ShutdownOptions } from "./queue.ts";
export { SimpleQueue } from "./simple_queue.ts";
export { wait, waitSync } from "./wait.ts";
