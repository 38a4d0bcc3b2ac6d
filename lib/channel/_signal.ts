import { LOCK_SLEEPERS, LOCK_WATCHERS, SIGNAL_FLAGS, SIGNAL_SLEEP, SIGNAL_TURN } from "../memory/layout.ts";
import { changed } from "../memory/process_table.ts";
import { chaos } from "../sync/chaos.ts";
import { type Deadline, isPast, parkAsync, sleepSync, spinBriefly, wake } from "../sync/park.ts";
import { Spinner } from "../sync/spinner.ts";

/**
 * Waiting for a state to change that others change with one store: an item
 * was put, one was taken, all are done. See README.md, "Signal".
 */

type Words = Int32Array<SharedArrayBuffer>;

/** What is waited for. */
export interface Awaited<T> {
  /** Does what is waited for, if that is possible now; else `undefined`. */
  attempt(): T | undefined;
  /** Whether a waiter should look again: what it waits for is there, or will never be. */
  ready(): boolean;
}

/** Three words, and the word whose change is looked for before one sleeps. */
export class Signal {
  readonly #words: Words;
  readonly #base: number;
  readonly #state: number;
  readonly #spinner = new Spinner();

  /** The signal at `words[base]` for changes of `words[state]`. */
  constructor(words: Words, base: number, state: number) {
    this.#words = words;
    this.#base = base;
    this.#state = state;
  }

  /** Wakes who waits, after a change: one blocked thread, and all that wait without blocking. One load when nobody does. */
  raise(): void {
    if (Atomics.load(this.#words, this.#base + SIGNAL_FLAGS) !== 0) this.#raise(1);
  }

  /** Wakes everyone, whether or not they have said that they wait. */
  raiseAll(): void {
    Atomics.or(this.#words, this.#base + SIGNAL_FLAGS, LOCK_SLEEPERS | LOCK_WATCHERS);
    this.#raise(Infinity);
  }

  #raise(sleepers: number): void {
    const words = this.#words;
    const base = this.#base;
    const flags = Atomics.exchange(words, base + SIGNAL_FLAGS, 0);
    if (chaos !== null) chaos();
    if ((flags & LOCK_WATCHERS) !== 0) {
      Atomics.add(words, base + SIGNAL_TURN, 1);
      wake(words, base + SIGNAL_TURN);
      changed();
    }
    if ((flags & LOCK_SLEEPERS) !== 0) {
      Atomics.add(words, base + SIGNAL_SLEEP, 1);
      wake(words, base + SIGNAL_SLEEP, sleepers);
    }
  }

  /** Waits, blocking; `undefined` at the deadline. */
  waitSync<T>(awaited: Awaited<T>, deadline: Deadline): T | undefined {
    const words = this.#words;
    const base = this.#base;
    let slept = false;
    while (true) {
      const state = Atomics.load(words, this.#state);
      let result: T | undefined;
      let gone = true;
      try {
        result = awaited.attempt();
        gone = result !== undefined || isPast(deadline);
      } finally {
        if (gone && slept) this.#handOn(awaited);
      }
      if (gone) return result;
      if (!slept && this.#spinner.spin(words, this.#state, state)) continue;
      const sleep = Atomics.load(words, base + SIGNAL_SLEEP);
      Atomics.or(words, base + SIGNAL_FLAGS, LOCK_SLEEPERS);
      if (chaos !== null) chaos();
      // Marked first and looked at again then: a change that came before the mark is seen here, one after it wakes.
      if (awaited.ready()) continue;
      sleepSync(words, base + SIGNAL_SLEEP, sleep, deadline);
      slept = true;
    }
  }

  /** One that was woken alone goes: others may sleep on, and what it leaves is for them. */
  #handOn<T>(awaited: Awaited<T>): void {
    Atomics.or(this.#words, this.#base + SIGNAL_FLAGS, LOCK_SLEEPERS);
    if (chaos !== null) chaos();
    if (awaited.ready()) this.#raise(1);
  }

  /** Waits without blocking; resolves to `undefined` at the deadline, rejects with the signal's reason. */
  async wait<T>(awaited: Awaited<T>, deadline: Deadline, signal: AbortSignal | undefined): Promise<T | undefined> {
    const words = this.#words;
    const base = this.#base;
    while (true) {
      const state = Atomics.load(words, this.#state);
      const turn = this.arm();
      const result = awaited.attempt();
      if (result !== undefined || isPast(deadline)) return result;
      if (awaited.ready() || spinBriefly(words, this.#state, state)) continue;
      await parkAsync(words, base + SIGNAL_TURN, turn, { deadline, signal });
    }
  }

  /** Says that somebody waits without blocking: returns the value of {@linkcode Signal.turn} that changes when it should look again. */
  arm(): number {
    const turn = Atomics.load(this.#words, this.#base + SIGNAL_TURN);
    Atomics.or(this.#words, this.#base + SIGNAL_FLAGS, LOCK_WATCHERS);
    if (chaos !== null) chaos();
    return turn;
  }

  /** Index of the word that changes for those who wait without blocking. */
  get turn(): number {
    return this.#base + SIGNAL_TURN;
  }
}
