import type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
import { registerSweeper } from "../memory/arena.ts";
import { Handle, type HandleData } from "../memory/handle.ts";
import { BlockKind, EVENT_BYTES, EVENT_EPOCH_SHIFT, EVENT_SET, EVENT_STATE, EVENT_WAITERS } from "../memory/layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { registerShareable, SHARE, type Shareable, type Shared } from "../memory/shareable.ts";
import { INSPECT } from "./_inspect.ts";
import { chaos } from "./chaos.ts";
import { deadlineOf, isPast, parkAsync, signalOf, sleepSync, spinBriefly, wake } from "./park.ts";
import { Spinner } from "./spinner.ts";

/**
 * A flag that processes share and can wait for.
 *
 * Who waits at a {@linkcode Event.set} is told, even if a
 * {@linkcode Event.clear} follows at once.
 *
 * @example
 * ```ts
 * import { Event } from "@lanes/lanes/sync";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const event = new Event();
 * assertFalse(await event.wait({ timeout: 10 }));
 * event.set();
 * assert(await event.wait());
 * ```
 */
export class Event implements Shareable {
  readonly #handle: Handle;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #spinner = new Spinner();

  /** A new event that is not set. */
  constructor() {
    this.#handle = adopted ?? Handle.create(EVENT_BYTES, BlockKind.Event);
    this.#words = wordsAt(this.#handle.offset, EVENT_BYTES / 4);
  }

  /** Whether the event is set. */
  isSet(): boolean {
    return (Atomics.load(this.#words, EVENT_STATE) & EVENT_SET) !== 0;
  }

  /** Sets the event and wakes all who wait; nothing happens if it is set. */
  set(): void {
    const words = this.#words;
    while (true) {
      const state = Atomics.load(words, EVENT_STATE);
      if (chaos !== null) chaos();
      if ((state & EVENT_SET) !== 0) return;
      const next = (state >>> EVENT_EPOCH_SHIFT) + 1 << EVENT_EPOCH_SHIFT | EVENT_SET;
      if (Atomics.compareExchange(words, EVENT_STATE, state, next) !== state) continue;
      if ((state & EVENT_WAITERS) !== 0) wake(words, EVENT_STATE);
      return;
    }
  }

  /** Takes {@linkcode Event.set} back; nothing happens if it is not set. */
  clear(): void {
    // Nobody is marked as waiting while it is set, and the epoch stays.
    Atomics.and(this.#words, EVENT_STATE, ~EVENT_SET);
  }

  /**
   * Waits until the event is set. Resolves to `false` when the timeout passed before.
   *
   * @throws {TypeError} When the timeout is not a number or the signal no `AbortSignal`.
   * @throws The signal's reason, when it is aborted.
   */
  async wait(options?: WaitOptions): Promise<boolean> {
    const words = this.#words;
    const deadline = deadlineOf(options);
    const signal = signalOf(options);
    const first = Atomics.load(words, EVENT_STATE);
    while (true) {
      const state = this.#waiting(first);
      if (state === DONE) return true;
      if (isPast(deadline)) return false;
      if (spinBriefly(words, EVENT_STATE, state)) continue;
      await parkAsync(words, EVENT_STATE, state, { deadline, signal });
    }
  }

  /**
   * As {@linkcode Event.wait}, blocking the thread.
   *
   * @throws {TypeError} When the timeout is not a number.
   */
  waitSync(options?: WaitSyncOptions): boolean {
    const words = this.#words;
    const deadline = deadlineOf(options);
    const first = Atomics.load(words, EVENT_STATE);
    if ((first & EVENT_SET) !== 0) return true;
    // Not marked yet: whoever sets it while this thread spins has nobody to wake.
    if (deadline !== 0) this.#spinner.spin(words, EVENT_STATE, first);
    while (true) {
      const state = this.#waiting(first);
      if (state === DONE) return true;
      if (isPast(deadline)) return false;
      sleepSync(words, EVENT_STATE, state, deadline);
    }
  }

  /** Marks that someone waits; returns the word then, or {@linkcode DONE} when the event was set since the word was `first`. */
  #waiting(first: number): number {
    const words = this.#words;
    while (true) {
      const state = Atomics.load(words, EVENT_STATE);
      if (chaos !== null) chaos();
      if (isSince(first, state)) return DONE;
      if ((state & EVENT_WAITERS) !== 0) return state;
      const marked = state | EVENT_WAITERS;
      if (Atomics.compareExchange(words, EVENT_STATE, state, marked) === state) return marked;
    }
  }

  /** How the event travels; for the library's own use. */
  [SHARE](): Shared {
    return { kind: "Event", data: this.#handle.share("Event") };
  }

  /** How the event is printed: as in Python, whether it is set. */
  [INSPECT](): string {
    return `<Event at 0x${this.#handle.offset.toString(16)} ${this.isSet() ? "set" : "unset"}>`;
  }
}

/** What no word of an event that someone waits for can be: set. */
const DONE = EVENT_SET;

/** Whether the event is, or was, set between the words `first` and `state`. */
function isSince(first: number, state: number): boolean {
  return (state & EVENT_SET) !== 0 || state >>> EVENT_EPOCH_SHIFT !== first >>> EVENT_EPOCH_SHIFT;
}

/** The handle that the next event is made from, when it is one that arrived here. */
let adopted: Handle | null = null;

registerShareable("Event", (data: HandleData): Event => {
  adopted = Handle.adopt(data);
  try {
    return new Event();
  } finally {
    adopted = null;
  }
});

// The dead may have set the event and not come to wake those who wait.
registerSweeper(BlockKind.Event, (offset) => void wake(wordsAt(offset, EVENT_BYTES / 4), EVENT_STATE));
