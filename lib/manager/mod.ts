/**
 * State that processes share: arrays, values, named memory and lists in the
 * program's shared memory, and objects that a manager keeps in a process of its
 * own.
 *
 * @example
 * ```ts
 * import { SharedArray, SharedValue } from "@lanes/lanes/shared";
 * import { assertEquals } from "@std/assert";
 *
 * using xs = new SharedArray("f64", [1, 2, 3]);
 * using total = new SharedValue("f64");
 * for (const x of xs) total.add(x);
 * assertEquals(total.value, 6);
 * ```
 *
 * @module
 */
// For its side effect: what getLock() gives is made by this module.
import "../sync/rlock.ts";

export { ClosedError, InvalidStateError, TransportError, WorkerDiedError } from "../base/errors.ts";
export type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
export { SharedArray } from "../memory/array.ts";
export type {
  DType,
  DTypeLetters,
  DTypeName,
  DTypeOf,
  ElementInput,
  ElementOf,
  TypedArrayOf,
  TypedCopyOf,
} from "../memory/dtype.ts";
export type { LockOption, LockOptions, ReentrantLock } from "../memory/lock_port.ts";
export { SharedMemory, type SharedMemoryOptions } from "../memory/named.ts";
export { ShareableList, type ShareableListItem, type ShareableListOptions } from "../memory/shareable_list.ts";
export { SharedMemoryManager } from "../memory/shared_memory_manager.ts";
export { SharedValue } from "../memory/value.ts";
export { ManagerClient } from "./client.ts";
export {
  Manager,
  type ManagerStartOptions,
  type RegisterOptions,
  type Registrable,
  type WithRegistered,
} from "./manager.ts";
export type { ManagedObject } from "./proxy.ts";
export type { ArrayProxy, DictProxy, ListProxy, NamespaceProxy, ProxyOf, SetProxy, Twin, ValueProxy } from "./types.ts";
