import { checkTimeout } from "../base/check.ts";
import { InvalidStateError } from "../base/errors.ts";
import type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
import { Handle, type HandleData } from "../memory/handle.ts";
import { BlockKind, LOCK_BYTES, LOCK_OFFERED, LOCK_PID_SHIFT, LOCK_STATE } from "../memory/layout.ts";
import type { ReentrantLock } from "../memory/lock_port.ts";
import { wordsAt } from "../memory/memory.ts";
import { isDead, self } from "../memory/process_table.ts";
import { registerShareable, SHARE, type Shareable, type Shared } from "../memory/shareable.ts";
import { INSPECT, ownerName } from "./_inspect.ts";
import { localOf } from "./_local.ts";
import { GIVE_BACK, type Guard, Hold, type Holdable } from "./guard.ts";
import { giveBack, isMine, LOCKING, type Locking, LockLocal, Take, takeAsync, takeSync } from "./lock_word.ts";
import { deadlineAfter, deadlineOf, signalOf } from "./park.ts";

/** What {@linkcode RLock} makes: a lock that is a few words of shared memory. */
class WordLock implements ReentrantLock, Shareable, Holdable {
  readonly #handle: Handle;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #local: LockLocal;

  constructor() {
    const handle = adopted ?? Handle.create(LOCK_BYTES, BlockKind.RLock);
    this.#handle = handle;
    this.#words = wordsAt(handle.offset, LOCK_BYTES / 4);
    this.#local = localOf(handle, () => new LockLocal());
  }

  async acquire(options?: WaitOptions): Promise<Guard | null> {
    const deadline = deadlineOf(options);
    const signal = signalOf(options);
    return this.#hold(await takeAsync(this.#words, this.#local, { deadline, signal, depth: { count: 1 } }));
  }

  acquireSync(options?: WaitSyncOptions): Guard | null {
    const timeout = options === undefined ? Infinity : checkTimeout(options.timeout);
    const mine = self() << LOCK_PID_SHIFT;
    const state = Atomics.compareExchange(this.#words, LOCK_STATE, 0, mine);
    const taken = state === 0 || (state >>> LOCK_PID_SHIFT === self() && (state & LOCK_OFFERED) === 0);
    const take = taken ? Take.Taken : takeSync(this.#words, deadlineAfter(timeout));
    if (take !== Take.Failed) this.#local.count++;
    return this.#hold(take);
  }

  release(): void {
    if (this.#releaseOnce() || isDead()) return;
    throw new InvalidStateError("Cannot release a lock that this process does not hold: acquire it first");
  }

  locked(): boolean {
    return Atomics.load(this.#words, LOCK_STATE) !== 0;
  }

  #releaseOnce(): boolean {
    const local = this.#local;
    if (local.count > 1 && isMine(this.#words)) {
      local.count--;
      return true;
    }
    if (!giveBack(this.#words)) return releaseSuspended(local);
    local.count = 0;
    return true;
  }

  #hold(take: Take): Guard | null {
    return take === Take.Failed ? null : new Hold(this, 0, take === Take.Abandoned);
  }

  /** What disposing a guard does; for the library's own use. */
  [GIVE_BACK](_token: number): void {
    this.#releaseOnce();
  }

  /** What a condition needs; for the library's own use. */
  get [LOCKING](): Locking {
    return { words: this.#words, local: this.#local, reentrant: true };
  }

  /** How the lock travels; for the library's own use. */
  [SHARE](): Shared {
    return { kind: "RLock", data: this.#handle.share("RLock") };
  }

  /** How the lock is printed: as in Python, with the name of its owner and the count. */
  [INSPECT](): string {
    const pid = Atomics.load(this.#words, LOCK_STATE) >>> LOCK_PID_SHIFT;
    const count = pid === 0 ? 0 : pid === self() ? this.#local.count : "nonzero";
    return `<RLock(${ownerName(pid)}, ${count})>`;
  }
}

/**
 * Another task of this process waits for the lock's condition, and with its
 * own levels has given up those of the caller: these are not taken again.
 */
function releaseSuspended(local: LockLocal): boolean {
  for (const depth of local.suspended) {
    if (depth.count <= 1) continue;
    depth.count--;
    return true;
  }
  return false;
}

/** The handle that the next lock is made from, when it is one that arrived here. */
let adopted: Handle | null = null;

/** See {@linkcode ReentrantLock}. */
export type RLock = ReentrantLock;

/**
 * Makes locks that a process may acquire again while it holds them; see the
 * interface of the same name. (Two declarations, so that shared arrays and
 * values, a layer below, can say that their lock is one.)
 */
export const RLock: new () => RLock = WordLock;
Object.defineProperty(WordLock, "name", { value: "RLock" });

registerShareable("RLock", (data: HandleData): RLock => {
  adopted = Handle.adopt(data);
  try {
    return new RLock();
  } finally {
    adopted = null;
  }
});
