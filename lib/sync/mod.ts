/**
 * Locks, semaphores, events, conditions and barriers that processes share, as
 * in Python's `multiprocessing`. All of them can be passed to other processes,
 * alone or inside of other values, and none is left hanging by a process that
 * dies.
 *
 * @example
 * ```ts
 * import { Lock } from "@lanes/lanes/sync";
 * import { assert } from "@std/assert";
 *
 * const lock = new Lock();
 * {
 *   using _held = await lock.acquire();
 *   assert(lock.locked());
 * }
 * ```
 *
 * @module
 */
export type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
export { BrokenBarrierError, InvalidStateError, LanesError } from "../base/errors.ts";
export { Barrier, type BarrierOptions } from "./barrier.ts";
export { Condition } from "./condition.ts";
export { Event } from "./event.ts";
export type { Guard } from "./guard.ts";
export { Lock } from "./lock.ts";
export type { ReentrantLock } from "../memory/lock_port.ts";
export { RLock } from "./rlock.ts";
export { BoundedSemaphore, Semaphore } from "./semaphore.ts";
