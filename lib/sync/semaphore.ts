import { checkInteger, checkTimeout } from "../base/check.ts";
import type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
import { Handle, type HandleData } from "../memory/handle.ts";
import {
  BlockKind,
  SEMAPHORE_FREE,
  SEMAPHORE_LIMIT,
  SEMAPHORE_MOST_TRACKED,
  SEMAPHORE_START,
  SEMAPHORE_TRACKED,
  SEMAPHORE_UNITS,
} from "../memory/layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { isDead } from "../memory/process_table.ts";
import { registerShareable, SHARE, type Shareable, type Shared } from "../memory/shareable.ts";
import { INSPECT } from "./_inspect.ts";
import { localOf } from "./_local.ts";
import { Turns } from "./_turns.ts";
import { GIVE_BACK, type Guard, Hold, type Holdable } from "./guard.ts";
import { deadlineAfter, deadlineOf, signalOf } from "./park.ts";
import { addUnit, countFree, freeUnit, isAbandoned, NONE, placeOf, takeAsync, takeSync } from "./units.ts";

/** The highest value a semaphore can have. */
const MOST = 0x7fff_ffff;

/**
 * A number of units that processes share: each `acquire` takes one, each
 * `release` gives one, whoever took it.
 *
 * Units that a process holds when it ends go back: the next one to acquire such
 * a unit has a guard that is `abandoned`. A process holds what it has acquired
 * and nobody has released, up to the start value (and of that, up to 256
 * units: of a larger semaphore, units that a process holds when it ends may be
 * lost): units that were added by `release` beyond the start value, as in
 * signalling with `new Semaphore(0)`, are used up by who acquires them.
 *
 * @example
 * ```ts
 * import { Semaphore } from "@lanes/lanes/sync";
 * import { assertEquals } from "@std/assert";
 *
 * const places = new Semaphore(2);
 * {
 *   using _place = await places.acquire();
 *   assertEquals(places.getValue(), 1);
 * }
 * assertEquals(places.getValue(), 2);
 * ```
 */
export class Semaphore implements Shareable, Holdable {
  readonly #handle: Handle;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #turns: Turns;

  /**
   * A semaphore with `value` free units.
   *
   * @throws {TypeError} When `value` is not a number.
   * @throws {RangeError} When it is negative, no integer, or above 2^31 - 1.
   */
  constructor(value: number = 1) {
    const handle = adopted ?? create(value, this instanceof BoundedSemaphore);
    this.#handle = handle;
    const tracked = wordsAt(handle.offset, SEMAPHORE_UNITS)[SEMAPHORE_TRACKED]!;
    this.#words = wordsAt(handle.offset, SEMAPHORE_UNITS + tracked);
    this.#turns = localOf(handle, () => new Turns());
  }

  /**
   * Takes a unit. Resolves to `null` when the timeout passed before one was free.
   *
   * @throws {TypeError} When the timeout is not a number or the signal no `AbortSignal`.
   * @throws The signal's reason, when it is aborted.
   */
  async acquire(options?: WaitOptions): Promise<Guard | null> {
    const deadline = deadlineOf(options);
    const signal = signalOf(options);
    return this.#hold(await takeAsync(this.#words, this.#turns, { deadline, signal }));
  }

  /**
   * As {@linkcode Semaphore.acquire}, blocking the thread.
   *
   * @throws {TypeError} When the timeout is not a number.
   */
  acquireSync(options?: WaitSyncOptions): Guard | null {
    const timeout = options === undefined ? Infinity : checkTimeout(options.timeout);
    return this.#hold(takeSync(this.#words, timeout === Infinity ? Infinity : deadlineAfter(timeout)));
  }

  /**
   * Gives a unit: one that this process holds if there is one, else one that
   * another holds, else a new one.
   *
   * @throws {RangeError} When that would be more than the highest value: 2^31 - 1, or a bounded semaphore's start value.
   */
  release(): void {
    if (freeUnit(this.#words, !isDead()) || isDead() || addUnit(this.#words)) return;
    const most = this.#words[SEMAPHORE_LIMIT]! + this.#words[SEMAPHORE_TRACKED]!;
    throw new RangeError(`Cannot release a semaphore above ${most}: release only what was acquired`);
  }

  /** How many units are free; those of a holder that has ended are not until they are acquired again. */
  getValue(): number {
    return countFree(this.#words);
  }

  /** Whether no unit is free. */
  locked(): boolean {
    return this.getValue() === 0;
  }

  #hold(take: number): Guard | null {
    return take === NONE ? null : new Hold(this, take, isAbandoned(take));
  }

  /** What disposing a guard does; for the library's own use. */
  [GIVE_BACK](take: number): void {
    const place = placeOf(take);
    if (place >= 0) freeUnit(this.#words, false, place);
    else if (!isDead() && !addUnit(this.#words)) freeUnit(this.#words, true);
  }

  /** How the semaphore travels; for the library's own use. */
  [SHARE](): Shared {
    const kind = this instanceof BoundedSemaphore ? "BoundedSemaphore" : "Semaphore";
    return { kind, data: this.#handle.share(kind) };
  }

  /** How the semaphore is printed: as in Python, with its value. */
  [INSPECT](): string {
    if (!(this instanceof BoundedSemaphore)) return `<Semaphore(value=${this.getValue()})>`;
    return `<BoundedSemaphore(value=${this.getValue()}, maxvalue=${this.#words[SEMAPHORE_START]})>`;
  }
}

/**
 * A semaphore that cannot be released above its start value.
 *
 * @example
 * ```ts
 * import { BoundedSemaphore } from "@lanes/lanes/sync";
 * import { assertThrows } from "@std/assert";
 *
 * const places = new BoundedSemaphore(2);
 * assertThrows(() => places.release(), RangeError);
 * ```
 */
export class BoundedSemaphore extends Semaphore {}

function create(value: number, bounded: boolean): Handle {
  checkInteger("value", value, 0);
  if (value > MOST) throw new RangeError(`Expected "value" to be at most ${MOST}, got ${value}`);
  const tracked = Math.min(value, SEMAPHORE_MOST_TRACKED);
  return Handle.create((SEMAPHORE_UNITS + tracked) * 4, BlockKind.Semaphore, (offset) => {
    const words = wordsAt(offset, SEMAPHORE_UNITS);
    words[SEMAPHORE_START] = value;
    words[SEMAPHORE_TRACKED] = tracked;
    words[SEMAPHORE_FREE] = value - tracked;
    words[SEMAPHORE_LIMIT] = (bounded ? value : MOST) - tracked;
  });
}

/** The handle that the next semaphore is made from, when it is one that arrived here. */
let adopted: Handle | null = null;

function revive(data: HandleData, make: new () => Semaphore): Semaphore {
  adopted = Handle.adopt(data);
  try {
    return new make();
  } finally {
    adopted = null;
  }
}

registerShareable("Semaphore", (data: HandleData): Semaphore => revive(data, Semaphore));
registerShareable("BoundedSemaphore", (data: HandleData): Semaphore => revive(data, BoundedSemaphore));
