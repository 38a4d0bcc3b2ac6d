import { ClosedError } from "../base/errors.ts";
import { perRealm } from "../base/realm.ts";
import { enter, returnVacancy, strike, vacancy } from "./_ledger.ts";
import { allocate, commit, free, generationOf, lengthOf, release, retain } from "./arena.ts";
import { wordsTo } from "./_heap.ts";
import { BLOCK_GENERATION, type BlockKind, UNIT_BYTES, UNIT_WORDS } from "./layout.ts";
import { sharedBuffer } from "./memory.ts";
import { isDead } from "./process_table.ts";

/**
 * A process's hold on one block: what every object that lives in shared
 * memory has inside.
 *
 * - The one that creates the block disposes it: it is freed at once, and every
 *   other handle's next use is a `ClosedError`. Anyone else's `dispose` gives
 *   up its own hold.
 * - A handle that is collected gives up its reference; the block is freed with
 *   the last one. So is the hold of a process that dies, however it dies.
 * - {@linkcode Handle.share} takes a reference for the copy on its way,
 *   {@linkcode Handle.adopt} makes that the receiver's: what was shared once
 *   must be adopted once.
 * - Where the receiver answers, references can be lent instead
 *   ({@linkcode lending}): the sender holds them until the receiver has taken
 *   its own, so none is lost with either of them.
 */

/** What travels of a handle: byte offset and generation of the block. */
export type HandleData = readonly [offset: number, generation: number];

interface Hold {
  readonly offset: number;
  readonly generation: number;
  readonly entry: number;
}

/** Gives one reference back, unless the sweeper of a process declared dead has. */
function giveUp(hold: Hold): void {
  if (isDead()) return;
  const { offset, generation, entry } = hold;
  if (release(offset, generation, { entry })) returnVacancy(entry);
  else strike(entry, offset);
}

const collected = new FinalizationRegistry<Hold>(giveUp);

interface Lending {
  lent: Handle[] | null;
}

let lendings: Lending | null = null;

/** For every copy of this module in the thread: what is shared may be of another's class than what sends it. */
function lendingNow(): Lending {
  return lendings ??= perRealm("lending", () => ({ lent: null }));
}

/**
 * Runs `action`, which describes a shared object, or makes one that was
 * described in this way: {@linkcode Handle.share} adds a hold of this process
 * to `lent` instead of taking a reference for the copy, and
 * {@linkcode Handle.adopt} takes a reference of its own.
 */
export function lending<T>(lent: Handle[], action: () => T): T {
  const state = lendingNow();
  const before = state.lent;
  state.lent = lent;
  try {
    return action();
  } finally {
    state.lent = before;
  }
}

/** The error for the use of a `what` that was disposed. */
export function disposed(what: string): ClosedError {
  return new ClosedError(`This ${what} was disposed: make a new one`);
}

/** See the file's head. */
export class Handle {
  readonly #hold: Hold;
  readonly #creator: boolean;
  /** The memory's words, and the index of the block's generation among them: the check is one load. */
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #index: number;
  readonly #generation: number;
  #closed = false;

  private constructor(hold: Hold, creator: boolean) {
    this.#hold = hold;
    this.#creator = creator;
    this.#words = wordsTo(hold.offset / UNIT_BYTES);
    this.#index = (hold.offset / UNIT_BYTES - 1) * UNIT_WORDS + BLOCK_GENERATION;
    this.#generation = hold.generation;
    collected.register(this, hold, this);
  }

  /** Allocates a zeroed block; `initialize`, if given, fills it before any other thread can come across it. */
  static create(byteLength: number, kind: BlockKind, initialize?: (offset: number) => void): Handle {
    const entry = vacancy();
    let offset: number;
    try {
      offset = allocate(byteLength, kind, { entry, reserved: initialize !== undefined });
    } catch (error) {
      returnVacancy(entry);
      throw error;
    }
    if (initialize !== undefined) {
      initialize(offset);
      commit(offset, kind);
    }
    return new Handle({ offset, generation: generationOf(offset), entry }, true);
  }

  /** Makes the reference that {@linkcode Handle.share} took this process's own; throws when one that was lent is gone. */
  static adopt(data: HandleData): Handle {
    if (lendingNow().lent === null) return Handle.#own(data);
    const own = Handle.join(data);
    if (own === null) throw disposed("shared object");
    return own;
  }

  static #own([offset, generation]: HandleData): Handle {
    return new Handle({ offset, generation, entry: enter(offset, generation) }, false);
  }

  /** A hold of its own on a block that somebody in this process is known to hold; `null` when it is gone. */
  static join([offset, generation]: HandleData): Handle | null {
    const entry = vacancy();
    if (retain(offset, generation, { entry })) return new Handle({ offset, generation, entry }, false);
    returnVacancy(entry);
    return null;
  }

  /** Sends a reference that is nobody's: it is the copy's on its way, or lent. */
  static pass(data: HandleData): HandleData {
    lendingNow().lent?.push(Handle.#own(data));
    return data;
  }

  /** Byte offset of the block's payload. */
  get offset(): number {
    return this.#hold.offset;
  }

  /** Generation of the block. */
  get generation(): number {
    return this.#hold.generation;
  }

  /** Whether the block may be used: not given up here and not freed by its creator. */
  get open(): boolean {
    return !this.#closed && Atomics.load(this.#words, this.#index) === this.#generation;
  }

  /**
   * Throws unless the block may be used; `what` names the object in the message.
   *
   * @throws {ClosedError} When it was given up here or freed by its creator.
   */
  check(what: string): void {
    if (this.#closed || Atomics.load(this.#words, this.#index) !== this.#generation) throw disposed(what);
  }

  /**
   * Takes a reference for a copy that is about to be sent.
   *
   * @throws {ClosedError} When the block may not be used any more.
   */
  share(what: string): HandleData {
    const { offset, generation } = this.#hold;
    const { lent } = lendingNow();
    const hold = lent === null || this.#closed ? null : Handle.join([offset, generation]);
    if (hold !== null) lent!.push(hold);
    else if (lent !== null || this.#closed || !retain(offset, generation)) this.check(what);
    return [offset, generation];
  }

  /** Gives up this process's hold; the block goes with the last one. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    collected.unregister(this);
    giveUp(this.#hold);
  }

  /** Frees the block at once if this process's handle created it, else as {@linkcode Handle.close}. Idempotent. */
  dispose(): void {
    if (this.#creator && !this.#closed) {
      this.#closed = true;
      collected.unregister(this);
      const { offset, generation, entry } = this.#hold;
      // In this order: what is freed has another generation, so whoever sweeps after this process lets it be.
      free(offset, generation);
      strike(entry, offset);
      return;
    }
    this.close();
  }
}

const keptBy = new WeakMap<SharedArrayBuffer, Handle>();

/**
 * The whole shared memory as a buffer object of its own, which keeps `handle`
 * from being collected: any view of it, and any view made from such a view,
 * holds the block.
 */
export function bufferKeeping(handle: Handle): SharedArrayBuffer {
  const buffer = structuredClone(sharedBuffer(handle.offset + lengthOf(handle.offset)));
  keptBy.set(buffer, handle);
  return buffer;
}
