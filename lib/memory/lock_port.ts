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

/** What acquiring a {@linkcode SharedLock} gives: disposing it releases once. */
export interface SharedLockGuard extends Disposable {
  /** Whether the lock's last holder ended while holding it. */
  readonly abandoned: boolean;
}

/** A lock that processes share: what `getLock` gives, an `RLock` unless another was given. */
export interface SharedLock {
  /** Acquires the lock; `null` at the timeout. */
  acquire(options?: WaitOptions): Promise<SharedLockGuard | null>;
  /** As `acquire`, blocking the thread. */
  acquireSync(options?: WaitSyncOptions): SharedLockGuard | null;
  /** Releases the lock. */
  release(): void;
  /** Whether somebody holds the lock. */
  locked(): boolean;
}

/** The option `lock` of shared arrays and values: `true` for an `RLock` of its own (the default), `false` for none, or a lock. */
export type LockOption = boolean | SharedLock | null | undefined;

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
export function checkLock(lock: unknown): boolean | SharedLock {
  if (lock === undefined || lock === null) return true;
  if (typeof lock === "boolean") return lock;
  const candidate = lock as Partial<SharedLock>;
  if (typeof lock === "object" && typeof candidate.acquire === "function" && typeof candidate.release === "function") {
    return lock as SharedLock;
  }
  throw new TypeError(`Expected "lock" to be a boolean or a lock, got ${quoted(lock)}`);
}

/** The lock of the object `what` whose block is `handle`: the given one, or the block's own, made at the first call of any thread. */
export function lockOf(handle: Handle, option: boolean | SharedLock, what: string): SharedLock {
  handle.check(what);
  if (typeof option === "object") return option;
  if (!option) throw new InvalidStateError(`This ${what} has no lock: it was made with lock: false`);
  const attached = attachedTo(handle.offset) ?? attachLock(handle, what);
  if (!retain(attached.offset, attached.generation)) handle.check(what);
  const lock = reviveShared({ kind: "RLock", data: [attached.offset, attached.generation] satisfies HandleData });
  if (lock !== undefined) return lock as SharedLock;
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
