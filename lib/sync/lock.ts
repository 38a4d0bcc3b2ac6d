import { checkTimeout } from "../base/check.ts";
import { InvalidStateError } from "../base/errors.ts";
import type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
import { Handle, type HandleData } from "../memory/handle.ts";
import { BlockKind, LOCK_BYTES, LOCK_PID_SHIFT, LOCK_STATE } from "../memory/layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { isDead, self } from "../memory/process_table.ts";
import { registerShareable, SHARE, type Shareable, type Shared } from "../memory/shareable.ts";
import { INSPECT, ownerName } from "./_inspect.ts";
import { localOf } from "./_local.ts";
import { GIVE_BACK, type Guard, Hold, type Holdable } from "./guard.ts";
import {
  giveBack,
  giveBackOfAnyone,
  LOCKING,
  type Locking,
  LockLocal,
  Take,
  takeAsync,
  takeSync,
} from "./lock_word.ts";
import { deadlineAfter, deadlineOf, signalOf } from "./park.ts";

/**
 * A mutual exclusion lock that processes share. It can be passed to other
 * processes as an argument, in a queue, or inside of another object.
 *
 * It is not reentrant, and any process may release it. Waiters of one process
 * come in their order; between processes a newcomer may be faster, but who has
 * waited for two milliseconds is served next.
 *
 * A lock whose holder ended while holding it goes to the next waiter, whose
 * guard alone is `abandoned`.
 *
 * @example
 * ```ts
 * import { Lock } from "@lanes/lanes/sync";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const lock = new Lock();
 * {
 *   using _held = await lock.acquire();
 *   assert(lock.locked());
 *   assertEquals(await lock.acquire({ timeout: 10 }), null);
 * }
 * assert(!lock.locked());
 * ```
 */
export class Lock implements Shareable, Holdable {
  readonly #handle: Handle;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #local: LockLocal;

  /** A new lock that nobody holds. */
  constructor() {
    const handle = adopted ?? Handle.create(LOCK_BYTES, BlockKind.Lock);
    this.#handle = handle;
    this.#words = wordsAt(handle.offset, LOCK_BYTES / 4);
    this.#local = localOf(handle, () => new LockLocal());
  }

  /**
   * Acquires the lock. Resolves to `null` when the timeout passed before.
   *
   * @throws {TypeError} When the timeout is not a number or the signal no `AbortSignal`.
   * @throws The signal's reason, when it is aborted.
   */
  async acquire(options?: WaitOptions): Promise<Guard | null> {
    const deadline = deadlineOf(options);
    const signal = signalOf(options);
    return this.#hold(await takeAsync(this.#words, this.#local, { deadline, signal }));
  }

  /**
   * As {@linkcode Lock.acquire}, blocking the thread.
   *
   * @throws {TypeError} When the timeout is not a number.
   */
  acquireSync(options?: WaitSyncOptions): Guard | null {
    const timeout = options === undefined ? Infinity : checkTimeout(options.timeout);
    const mine = self() << LOCK_PID_SHIFT;
    if (Atomics.compareExchange(this.#words, LOCK_STATE, 0, mine) === 0) return this.#hold(Take.Taken);
    return this.#hold(takeSync(this.#words, deadlineAfter(timeout)));
  }

  /**
   * Releases the lock, whoever acquired it.
   *
   * @throws {InvalidStateError} When nobody holds it.
   */
  release(): void {
    if (giveBack(this.#words) || isDead() || giveBackOfAnyone(this.#words)) return;
    throw new InvalidStateError("Cannot release a lock that is not locked: acquire it first");
  }

  /** Whether somebody holds the lock; a holder that has ended counts until the lock is acquired again. */
  locked(): boolean {
    return Atomics.load(this.#words, LOCK_STATE) !== 0;
  }

  #hold(take: Take): Guard | null {
    if (take === Take.Failed) return null;
    return new Hold(this, this.#local.nextSerial(), take === Take.Abandoned);
  }

  /** What disposing a guard does; for the library's own use. */
  [GIVE_BACK](serial: number): void {
    // A guard outlived by an explicit release must not release what was acquired later.
    if (this.#local.serial === serial) giveBack(this.#words);
  }

  /** What a condition needs; for the library's own use. */
  get [LOCKING](): Locking {
    return { words: this.#words, local: this.#local, reentrant: false };
  }

  /** How the lock travels; for the library's own use. */
  [SHARE](): Shared {
    return { kind: "Lock", data: this.#handle.share("Lock") };
  }

  /** How the lock is printed: as in Python, with the name of its owner. */
  [INSPECT](): string {
    return `<Lock(owner=${ownerName(Atomics.load(this.#words, LOCK_STATE) >>> LOCK_PID_SHIFT)})>`;
  }
}

/** The handle that the next lock is made from, when it is one that arrived here. */
let adopted: Handle | null = null;

registerShareable("Lock", (data: HandleData): Lock => {
  adopted = Handle.adopt(data);
  try {
    return new Lock();
  } finally {
    adopted = null;
  }
});
