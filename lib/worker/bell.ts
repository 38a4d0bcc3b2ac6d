import { perRealm } from "../base/realm.ts";
import { allocate } from "../memory/arena.ts";
import { BELL_BYTES, BELL_COUNT, BELL_PARKED } from "../memory/lane_layout.ts";
import { BlockKind } from "../memory/layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { holdLoop, parkIdle, parkSync, releaseLoop } from "../sync/park.ts";

/**
 * How a thread hears from all the workers that it owns: one word in shared
 * memory that each of them raises after it wrote an answer, and one loop that
 * looks at their rings when it changes.
 *
 * The loop polls for a moment after something happened (a short task answers
 * within microseconds), then parks. While it polls it lets promise
 * continuations run after each look, and timers and messages at least every
 * few milliseconds.
 */

/** Something that answers may come from. */
export interface Belled {
  /** Handles what has come; `true` when anything had. */
  poll(): boolean;
}

/** How long, in milliseconds, the loop polls after a short task was sent or something came. */
const SPIN_MS = 0.06;
/** How long, in milliseconds, it may go on without letting timers and messages run. */
const TURN_MS = 4;

/** The bell of one thread. */
export class Bell {
  /** Byte offset of its words, for the workers that ring it. */
  readonly offset: number;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #watched = new Set<Belled>();
  #running = false;
  #holds = 0;
  #spinUntil = 0;
  #expected = false;
  #parked = false;

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
    if (this.#watched.size === 0) this.#wakeOwnLoop();
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
    if (this.#parked) this.#wakeOwnLoop();
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
      Atomics.store(this.#words, BELL_PARKED, 1);
      parkSync(this.#words, BELL_COUNT, seen, deadline);
    }
  }

  /** The loop; ends when nothing is watched any more. */
  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    let turn = performance.now();
    // Whoever calls watch() goes on first.
    await null;
    while (this.#watched.size > 0) {
      const seen = Atomics.load(this.#words, BELL_COUNT);
      const any = this.poll();
      const now = performance.now();
      if (any || this.#expected) {
        this.#expected = false;
        this.#spinUntil = now + SPIN_MS;
      }
      if (now - turn > TURN_MS) {
        await nextTurn();
        turn = performance.now();
      } else if (any || now < this.#spinUntil) {
        await null;
      } else {
        await this.#park(seen);
        turn = performance.now();
      }
    }
    this.#running = false;
  }

  async #park(seen: number): Promise<void> {
    this.#parked = true;
    Atomics.store(this.#words, BELL_PARKED, 1);
    await parkIdle(this.#words, BELL_COUNT, seen);
    Atomics.store(this.#words, BELL_PARKED, 0);
    this.#parked = false;
  }

  #wakeOwnLoop(): void {
    this.#parked = false;
    ring(this.#words);
  }
}

/** A turn of the event loop: timers, messages and I/O get theirs. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Raises the bell whose words are `words`. */
export function ring(words: Int32Array): void {
  Atomics.add(words, BELL_COUNT, 1);
  if (Atomics.load(words, BELL_PARKED) === 1) Atomics.notify(words, BELL_COUNT);
}

/** Raises the bell at the byte offset `offset`. */
export function ringAt(offset: number): void {
  ring(wordsAt(offset, BELL_BYTES / 4));
}

/** The bell of this thread. */
export function bell(): Bell {
  return perRealm("bell", () => new Bell());
}
