import { checkFunction, checkInteger, quoted } from "../base/check.ts";
import { InvalidStateError } from "../base/errors.ts";
import type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
import { Handle, type HandleData } from "../memory/handle.ts";
import { BlockKind, CONDITION_BYTES } from "../memory/layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { registerShareable, SHARE, type Shareable, type Shared } from "../memory/shareable.ts";
import { localOf } from "./_local.ts";
import { INSPECT } from "./_inspect.ts";
import { notify, Waiters } from "./_waiters.ts";
import type { Guard } from "./guard.ts";
import type { Lock } from "./lock.ts";
import { type Depth, giveBack, isMine, LOCKING, type Locking, takeAsync, takeSync } from "./lock_word.ts";
import { type Deadline, deadlineOf, isPast, signalOf } from "./park.ts";
import { RLock } from "./rlock.ts";

/**
 * A condition variable: processes that hold its lock can wait for others to
 * notify them, and have the lock again when they go on.
 *
 * The default lock is an {@linkcode RLock}, which the tasks of one process
 * share; with a `Lock`, the tasks of a process keep each other out as well.
 *
 * @example
 * ```ts
 * import { Condition } from "@lanes/lanes/sync";
 * import { assert } from "@std/assert";
 *
 * const condition = new Condition();
 * let ready = false;
 * async function waiter(): Promise<boolean> {
 *   using _held = await condition.acquire();
 *   return await condition.waitFor(() => ready);
 * }
 * const waiting = waiter();
 * {
 *   using _held = await condition.acquire();
 *   ready = true;
 *   condition.notifyAll();
 * }
 * assert(await waiting);
 * ```
 */
export class Condition implements Shareable {
  readonly #handle: Handle;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #waiters: Waiters;
  readonly #lock: Lock | RLock;

  /**
   * A condition with that lock, or one of its own.
   *
   * @throws {TypeError} When `lock` is neither a `Lock` nor an `RLock`.
   */
  constructor(lock?: Lock | RLock) {
    if (lock !== undefined && lock !== null && !(typeof lock === "object" && LOCKING in lock)) {
      throw new TypeError(`Expected "lock" to be a Lock or an RLock, got ${quoted(lock)}`);
    }
    const handle = adopted ?? Handle.create(CONDITION_BYTES, BlockKind.Condition);
    const words = wordsAt(handle.offset, CONDITION_BYTES / 4);
    this.#handle = handle;
    this.#words = words;
    this.#waiters = localOf(handle, () => new Waiters(words));
    this.#lock = lock ?? new RLock();
  }

  /** Acquires the lock: see `Lock.acquire`. */
  acquire(options?: WaitOptions): Promise<Guard | null> {
    return this.#lock.acquire(options);
  }

  /** Acquires the lock, blocking: see `Lock.acquireSync`. */
  acquireSync(options?: WaitSyncOptions): Guard | null {
    return this.#lock.acquireSync(options);
  }

  /** Releases the lock: see `Lock.release`. */
  release(): void {
    this.#lock.release();
  }

  /**
   * Releases the lock, whatever its count, waits to be notified, and takes the
   * lock again to the same count. Resolves to `false` when the timeout passed
   * before.
   *
   * @throws {InvalidStateError} When this process does not hold the lock.
   * @throws {TypeError} When the timeout is not a number or the signal no `AbortSignal`.
   * @throws The signal's reason, when it is aborted; the lock is held again then.
   */
  async wait(options?: WaitOptions): Promise<boolean> {
    return await this.#wait(deadlineOf(options), signalOf(options));
  }

  /**
   * As {@linkcode Condition.wait}, blocking the thread.
   *
   * @throws {InvalidStateError} When this process does not hold the lock.
   * @throws {TypeError} When the timeout is not a number.
   */
  waitSync(options?: WaitSyncOptions): boolean {
    return this.#waitSync(deadlineOf(options));
  }

  /**
   * Waits until `predicate` gives a true value, and resolves to its last value:
   * a false one when the timeout passed. If it is true at once, the lock need
   * not be held.
   *
   * @throws {InvalidStateError} When it has to wait and this process does not hold the lock.
   * @throws {TypeError} When `predicate` is not a function, the timeout not a number or the signal no `AbortSignal`.
   * @throws The signal's reason, when it is aborted; the lock is held again then.
   */
  async waitFor<T>(predicate: () => T | PromiseLike<T>, options?: WaitOptions): Promise<T> {
    checkFunction("predicate", predicate);
    const deadline = deadlineOf(options);
    const signal = signalOf(options);
    while (true) {
      let value = predicate();
      // No turn of the event loop between the predicate and the wait unless it asks for one: another task may hold an RLock too.
      if (isThenable(value)) value = await value;
      if (value || isPast(deadline)) return value;
      await this.#wait(deadline, signal);
    }
  }

  /**
   * As {@linkcode Condition.waitFor}, blocking the thread.
   *
   * @throws {InvalidStateError} When it has to wait and this process does not hold the lock.
   * @throws {TypeError} When `predicate` is not a function or the timeout not a number.
   */
  waitForSync<T>(predicate: () => T, options?: WaitSyncOptions): T {
    checkFunction("predicate", predicate);
    const deadline = deadlineOf(options);
    let value = predicate();
    while (!value && !isPast(deadline)) {
      this.#waitSync(deadline);
      value = predicate();
    }
    return value;
  }

  /**
   * Wakes up to `n` of those who wait; never waits for them itself.
   *
   * @throws {InvalidStateError} When this process does not hold the lock.
   * @throws {TypeError} When `n` is not a number.
   * @throws {RangeError} When `n` is negative or no integer.
   */
  notify(n: number = 1): void {
    checkInteger("n", n, 0);
    this.#checkHeld("notify");
    notify(this.#words, n);
  }

  /**
   * Wakes all who wait.
   *
   * @throws {InvalidStateError} When this process does not hold the lock.
   */
  notifyAll(): void {
    this.#checkHeld("notify");
    notify(this.#words, Infinity);
  }

  #checkHeld(what: string): Locking {
    const locking = (this.#lock as unknown as { [LOCKING]: Locking })[LOCKING];
    if (isHeld(locking)) return locking;
    throw new InvalidStateError(`Cannot ${what} without the condition's lock: acquire it first`);
  }

  async #wait(deadline: Deadline, signal: AbortSignal | undefined): Promise<boolean> {
    const locking = this.#checkHeld("wait");
    const waiters = this.#waiters;
    waiters.enter();
    const held = unlock(locking);
    let notified = false;
    try {
      notified = await waiters.wait(deadline, signal);
    } finally {
      await relock(locking, held);
      if (notified) waiters.leave();
    }
    if (notified && signal?.aborted) {
      // Aborted while it took the lock again: the notification is for another.
      notify(this.#words, 1);
      throw signal.reason;
    }
    return notified;
  }

  #waitSync(deadline: Deadline): boolean {
    const locking = this.#checkHeld("wait");
    this.#waiters.enter();
    const held = unlock(locking);
    const notified = this.#waiters.waitSync(deadline);
    relockSync(locking, held);
    if (notified) this.#waiters.leave();
    return notified;
  }

  /** How the condition travels; for the library's own use. */
  [SHARE](): Shared {
    return { kind: "Condition", data: { block: this.#handle.share("Condition"), lock: this.#lock } };
  }

  /** How the condition is printed: with its lock, which says who holds it. */
  [INSPECT](): string {
    return `<Condition(${Deno.inspect(this.#lock)})>`;
  }
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as Partial<PromiseLike<T>> | null | undefined)?.then === "function";
}

/** What a task that waits has given up of its lock. */
interface Held {
  readonly serial: number;
  readonly depth: Depth;
}

/** Whether this process holds the lock, or did until another of its tasks began to wait. */
function isHeld({ words, local }: Locking): boolean {
  return isMine(words) || coHolder(local.suspended) !== undefined;
}

/** A task that has given up other tasks' levels of the lock besides its own. */
function coHolder(suspended: ReadonlySet<Depth>): Depth | undefined {
  for (const depth of suspended) if (depth.count > 1) return depth;
}

function unlock({ words, local, reentrant }: Locking): Held {
  const { serial, suspended } = local;
  if (!reentrant) {
    giveBack(words);
    return { serial, depth: { count: 0 } };
  }
  const depth = { count: 1 };
  if (isMine(words)) {
    depth.count = local.count;
    local.count = 0;
    giveBack(words);
  } else coHolder(suspended)!.count--;
  suspended.add(depth);
  return { serial, depth };
}

async function relock({ words, local, reentrant }: Locking, { serial, depth }: Held): Promise<void> {
  await takeAsync(words, local, reentrant ? { deadline: Infinity, depth } : { deadline: Infinity });
  local.serial = serial;
}

function relockSync({ words, local, reentrant }: Locking, { serial, depth }: Held): void {
  if (!reentrant || !isMine(words)) takeSync(words, Infinity);
  if (reentrant) local.enter(depth);
  local.serial = serial;
}

/** The handle that the next condition is made from, when it is one that arrived here. */
let adopted: Handle | null = null;

registerShareable("Condition", ({ block, lock }: { block: HandleData; lock: Lock | RLock }): Condition => {
  adopted = Handle.adopt(block);
  try {
    return new Condition(lock);
  } finally {
    adopted = null;
  }
});
