import { quoted } from "../base/check.ts";
import { InvalidStateError, LanesError } from "../base/errors.ts";
import type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
import { attach, attachedTo, release, retain } from "./arena.ts";
import { Handle, type HandleData } from "./handle.ts";
import { BlockKind, LOCK_BYTES } from "./layout.ts";
import { reviveShared } from "./shareable.ts";

/**
 * The lock that goes with a shared array or value. Locks are made of what this
 * layer offers and so are above it: a lock is asked for by its kind, as if it
 * had arrived from another thread, and whatever class registered that kind
 * makes it.
 */

/**
 * What `acquire` gives: disposing it releases what was acquired, once.
 *
 * @example
 * ```ts
 * import { Lock } from "@lanes/lanes/sync";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const lock = new Lock();
 * {
 *   using _held = await lock.acquire();
 *   assert(lock.locked());
 * }
 * assertFalse(lock.locked());
 * ```
 */
export interface Guard extends Disposable {
  /**
   * Whether the holder before ended (killed, threw, exited or returned) while
   * it held this: what it guards may be half changed. `true` for the one guard
   * that took over, `false` for all others.
   */
  readonly abandoned: boolean;
}

/**
 * A lock that belongs to a process, which may acquire it again while it holds
 * it, and has to release it as often. Tasks of one process share it: it keeps
 * out other processes, not the process's own tasks.
 *
 * If the process ends while it holds the lock, the lock goes to the next waiter
 * whatever the count was; that waiter's guard alone is `abandoned`.
 *
 * @example
 * ```ts
 * import { RLock } from "@lanes/lanes/sync";
 * import { assert } from "@std/assert";
 *
 * const lock = new RLock();
 * using _outer = await lock.acquire();
 * using _inner = await lock.acquire();
 * assert(lock.locked());
 * ```
 */
export interface ReentrantLock {
  /**
   * Acquires the lock, once more if this process holds it already. Resolves to
   * `null` when the timeout passed before.
   *
   * @throws {TypeError} When the timeout is not a number or the signal no `AbortSignal`.
   * @throws The signal's reason, when it is aborted.
   */
  acquire(options?: WaitOptions): Promise<Guard | null>;
  /**
   * As {@linkcode ReentrantLock.acquire}, blocking the thread.
   *
   * @throws {TypeError} When the timeout is not a number.
   */
  acquireSync(options?: WaitSyncOptions): Guard | null;
  /**
   * Releases the lock once.
   *
   * @throws {InvalidStateError} When this process does not hold it.
   */
  release(): void;
  /** Whether some process holds the lock; one that has ended counts until the lock is acquired again. */
  locked(): boolean;
}

/** The option `lock` of shared arrays and values: `true` for an `RLock` of its own (the default), `false` for none, or a lock. */
export type LockOption = boolean | ReentrantLock | null | undefined;

/** Options of a new shared array or value. */
export interface LockOptions {
  /** An `RLock` of its own (`true`, the default), none (`false`), or this lock. */
  readonly lock?: LockOption;
}

/**
 * The option, checked.
 *
 * @throws {TypeError} When it is neither a boolean nor a lock.
 */
export function checkLock(lock: unknown): boolean | ReentrantLock {
  if (lock === undefined || lock === null) return true;
  if (typeof lock === "boolean") return lock;
  const candidate = lock as Partial<ReentrantLock>;
  if (typeof lock === "object" && typeof candidate.acquire === "function" && typeof candidate.release === "function") {
    return lock as ReentrantLock;
  }
  throw new TypeError(`Expected "lock" to be a boolean or a lock, got ${quoted(lock)}`);
}

/** The lock of the object `what` whose block is `handle`: the given one, or the block's own, made at the first call of any thread. */
export function lockOf(handle: Handle, option: boolean | ReentrantLock, what: string): ReentrantLock {
  handle.check(what);
  if (typeof option === "object") return option;
  if (!option) throw new InvalidStateError(`This ${what} has no lock: it was made with lock: false`);
  const attached = attachedTo(handle.offset) ?? attachLock(handle, what);
  if (!retain(attached.offset, attached.generation)) handle.check(what);
  const lock = reviveShared({ kind: "RLock", data: [attached.offset, attached.generation] satisfies HandleData });
  if (lock !== undefined) return lock as ReentrantLock;
  release(attached.offset, attached.generation);
  throw new LanesError(`The lock of a ${what} needs the locks' module: import "@lanes/lanes/sync" first`);
}

/** A new lock's block, unless another thread is faster. A lock that nobody holds is all zero. */
function attachLock(handle: Handle, what: string): { offset: number; generation: number } {
  const made = Handle.create(LOCK_BYTES, BlockKind.RLock);
  const [offset] = made.share("lock");
  const attached = attach(handle.offset, offset);
  if (attached?.offset !== offset) release(offset);
  made.close();
  if (attached === null) handle.check(what);
  return attached!;
}
