import { perRealm } from "../base/realm.ts";
import { allocate } from "../memory/arena.ts";
import { BELL_BYTES, BELL_COUNT, BELL_PARKED } from "../memory/lane_layout.ts";
import { BlockKind } from "../memory/layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { chaos } from "../sync/chaos.ts";
import { holdLoop, parkIdle, releaseLoop } from "../sync/park.ts";
import { Patience } from "../sync/patience.ts";
import { raise } from "../sync/raise.ts";
import { Spinner } from "../sync/spinner.ts";

/**
 * How a thread hears from all the workers that it owns: one word in shared
 * memory that each of them raises after it wrote an answer, and one loop that
 * looks at their rings when it changes.
 *
 * The loop polls for a moment after something happened (a short task answers
 * within microseconds), if that has paid off lately, then parks. While it polls
 * it lets promise continuations run after each look, and timers and messages at
 * least every few milliseconds. `channel/README.md` has the constants and their reasons.
 */

/** Something that answers may come from. */
export interface Belled {
  /** Handles what has come; `true` when anything had. */
  poll(): boolean;
}

/** How long, in milliseconds, the loop polls after a short task was sent or something came: longer than it takes to wake a worker. */
const SPIN_MS = 0.15;
/** The same where polling has not paid off lately. */
const BRIEF_MS = 0.003;
/** How long, in milliseconds, it may go on without letting timers and messages run. */
const TURN_MS = 4;

/** The bell of one thread. */
export class Bell {
  /** Byte offset of its words, for the workers that ring it. */
  readonly offset: number;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #spinner = new Spinner();
  readonly #watched = new Set<Belled>();
  #running = false;
  #holds = 0;
  readonly #patience = new Patience();
  #expected = false;
  /** Whether the runtime has been asked to tell when the word changes. */
  #listening = false;
  /** Ends the loop's sleep. */
  #goOn: (() => void) | null = null;

  /** A bell with words of its own. */
  constructor() {
    this.offset = allocate(BELL_BYTES, BlockKind.Data);
    this.#words = wordsAt(this.offset, BELL_BYTES / 4);
  }

  /** Looks at `source` from now on. */
  watch(source: Belled): void {
    this.#watched.add(source);
    this.#run();
  }

  /** Stops looking at `source`. */
  unwatch(source: Belled): void {
    this.#watched.delete(source);
    if (this.#watched.size === 0) this.#goOn?.();
  }

  /** Keeps the program alive until the matching {@linkcode Bell.release}: while an answer is due. */
  hold(): void {
    if (this.#holds++ === 0) holdLoop();
  }

  /** Takes back one {@linkcode Bell.hold}. */
  release(): void {
    if (--this.#holds === 0) releaseLoop();
  }

  /** Says that an answer is expected within microseconds, so that the loop polls for it. */
  expect(): void {
    this.#expected = true;
    this.#goOn?.();
  }

  /** Handles what has come, once; `true` when anything had. */
  poll(): boolean {
    let any = false;
    for (const source of this.#watched) {
      if (source.poll()) any = true;
    }
    return any;
  }

  /** Blocks this thread until `done()`, handling answers meanwhile; `false` at the deadline (of `performance.now()`). */
  blockUntil(done: () => boolean, deadline: number): boolean {
    for (;;) {
      const seen = Atomics.load(this.#words, BELL_COUNT);
      this.poll();
      if (done()) return true;
      if (performance.now() >= deadline) return false;
      if (chaos !== null) chaos();
      Atomics.store(this.#words, BELL_PARKED, 1);
      if (chaos !== null) chaos();
      this.#spinner.park(this.#words, BELL_COUNT, seen, deadline);
    }
  }

  /** The loop; ends when nothing is watched any more. */
  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    let turn = performance.now();
    /** Until when it polls; 0 when it does not, as it has just slept. */
    let until = 0;
    // Whoever calls watch() goes on first.
    await null;
    while (this.#watched.size > 0) {
      const seen = Atomics.load(this.#words, BELL_COUNT);
      const any = this.poll();
      const now = performance.now();
      if (any && until > 0) this.#patience.paidOff();
      if (any || this.#expected) {
        this.#expected = false;
        until = now + (this.#patience.worthATry() ? SPIN_MS : BRIEF_MS);
      }
      if (now - turn > TURN_MS) {
        await nextTurn();
        turn = performance.now();
      } else if (any || now < until) {
        await null;
      } else {
        if (until > 0) this.#patience.inVain();
        await this.#park(seen);
        until = 0;
        turn = performance.now();
      }
    }
    this.#running = false;
  }

  /** Sleeps until the word is not `seen`, or {@linkcode Bell.expect} is called. */
  async #park(seen: number): Promise<void> {
    const words = this.#words;
    Atomics.store(words, BELL_PARKED, 1);
    if (chaos !== null) chaos();
    // Looked at again only now: what changed before the mark is seen here, what changes after it wakes.
    if (Atomics.load(words, BELL_COUNT) === seen) {
      const awake = new Promise<void>((resolve) => this.#goOn = resolve);
      this.#listen(seen);
      await awake;
      this.#goOn = null;
    }
    Atomics.store(words, BELL_PARKED, 0);
  }

  /** A listener that was not told, as the loop went on by itself, is still there for its next sleep. */
  #listen(seen: number): void {
    if (this.#listening) return;
    this.#listening = true;
    if (chaos !== null) chaos();
    void parkIdle(this.#words, BELL_COUNT, seen).then(() => {
      this.#listening = false;
      this.#goOn?.();
    });
  }
}

/** A turn of the event loop: timers, messages and I/O get theirs. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Raises the bell whose words are `words`; of several who do so at once, one wakes its owner. */
export function ring(words: Int32Array<SharedArrayBuffer>): void {
  raise(words, BELL_COUNT, BELL_PARKED);
}

/** Raises the bell at the byte offset `offset`. */
export function ringAt(offset: number): void {
  ring(wordsAt(offset, BELL_BYTES / 4));
}

/** The bell of this thread. */
export function bell(): Bell {
  return perRealm("bell", () => new Bell());
}
