import { checkFunction, checkInteger, checkTimeout } from "../base/check.ts";
import { BrokenBarrierError, InvalidStateError, TransportError } from "../base/errors.ts";
import type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
import { perRealm } from "../base/realm.ts";
import { Handle, type HandleData } from "../memory/handle.ts";
import {
  BARRIER_MOST_PARTIES,
  BARRIER_PLACES,
  BARRIER_SPARE_PLACES,
  BlockKind,
  CELL_WAITERS,
} from "../memory/layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { registerShareable, SHARE, type Shareable, type Shared } from "../memory/shareable.ts";
import {
  Arrival,
  breakEpoch,
  cellOf,
  countOf,
  currentEpoch,
  end,
  initialize,
  isOf,
  Party,
  pass,
  Phase,
  phaseOf,
  UNDER_WAY,
} from "./_cells.ts";
import { INSPECT } from "./_inspect.ts";
import { type Deadline, deadlineAfter, isPast, parkAsync, signalOf, sleepSync, spinBriefly } from "./park.ts";
import { Spinner } from "./spinner.ts";

/** Options of a new {@linkcode Barrier}. */
export interface BarrierOptions {
  /** Runs each time that all parties have come, in one of them, before any goes on; may return a promise where that party does not block. */
  readonly action?: (() => unknown) | undefined;
  /** Timeout of {@linkcode Barrier.wait} in milliseconds, where the call gives none. Default: wait for ever. */
  readonly timeout?: number | undefined;
}

/**
 * A point where a fixed number of parties wait for each other, again and again.
 *
 * A timeout, {@linkcode Barrier.abort}, a failing action, or a party that dies
 * while it waits breaks the barrier: all who wait, and all who come before a
 * {@linkcode Barrier.reset}, get a {@linkcode BrokenBarrierError}. A wait that
 * is aborted by its signal only leaves. One process may be several parties.
 *
 * @example
 * ```ts
 * import { Barrier } from "@lanes/lanes/sync";
 * import { assertEquals } from "@std/assert";
 *
 * const barrier = new Barrier(2);
 * const indexes = await Promise.all([barrier.wait(), barrier.wait()]);
 * assertEquals(indexes.sort(), [0, 1]);
 * ```
 */
export class Barrier implements Shareable {
  readonly #handle: Handle;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #spinner = new Spinner();
  readonly #parties: number;
  readonly #timeout: number;
  #action: Action | PromiseLike<Action> | undefined;
  /** How the action travels; found out when the barrier is made, as that may take a while. */
  readonly #carried: Carried | undefined;

  /**
   * A barrier for `parties` parties.
   *
   * @throws {TypeError} When `parties` or the timeout is not a number, or the action not a function.
   * @throws {RangeError} When `parties` is below 1, above 4095, or no integer.
   */
  constructor(parties: number, options: BarrierOptions = {}) {
    checkInteger("parties", parties, 1);
    if (parties > BARRIER_MOST_PARTIES) {
      throw new RangeError(`Expected "parties" to be at most ${BARRIER_MOST_PARTIES}, got ${parties}`);
    }
    const { action, timeout } = options ?? {};
    if (action !== undefined && action !== null && adopted === null) checkFunction("action", action);
    const size = BARRIER_PLACES + parties + BARRIER_SPARE_PLACES;
    this.#timeout = checkTimeout(timeout);
    this.#action = action ?? undefined;
    this.#carried = typeof this.#action === "function" ? carryAction(this.#action) : undefined;
    // One that comes later is awaited where it is used, which is also where its error belongs.
    const later = this.#action as Action | PromiseLike<Action> | undefined;
    if (typeof later === "object") later.then((action) => this.#action = action, () => {});
    this.#parties = parties;
    this.#handle = adopted ??
      Handle.create(size * 4, BlockKind.Barrier, (offset) => initialize(wordsAt(offset, size), parties));
    this.#words = wordsAt(this.#handle.offset, size);
  }

  /** How many parties the barrier is for. */
  get parties(): number {
    return this.#parties;
  }

  /** How many parties wait now. */
  get nWaiting(): number {
    const state = this.#state();
    return UNDER_WAY.includes(phaseOf(state)) ? countOf(state) : 0;
  }

  /** Whether the barrier is broken. */
  get broken(): boolean {
    return phaseOf(this.#state()) === Phase.Broken;
  }

  /**
   * Waits until all parties have come. Resolves to a number from 0 to
   * `parties - 1` that is another one for each.
   *
   * @throws {BrokenBarrierError} When the barrier is broken or reset, also by this call's own timeout.
   * @throws {TypeError} When the timeout is not a number or the signal no `AbortSignal`.
   * @throws The signal's reason, when it is aborted; the action's error, in the party that ran it.
   */
  async wait(options?: WaitOptions): Promise<number> {
    const deadline = this.#deadline(options);
    const signal = signalOf(options);
    const party = new Party(this.#words);
    try {
      for (let arrival = party.arrive(this.#acts); arrival !== Arrival.Passed; arrival = party.arrive(this.#acts)) {
        if (arrival === Arrival.Broken) throw broken();
        if (arrival === Arrival.Leading) {
          await this.#act(party);
          break;
        }
        if (await this.#through(party, { deadline, signal, arrived: arrival === Arrival.Waiting })) break;
      }
      return party.draw();
    } finally {
      party.leave();
    }
  }

  /**
   * As {@linkcode Barrier.wait}, blocking the thread.
   *
   * @throws {BrokenBarrierError} When the barrier is broken or reset, also by this call's own timeout.
   * @throws {TypeError} When the timeout is not a number.
   * @throws The action's error, in the party that ran it.
   */
  waitSync(options?: WaitSyncOptions): number {
    const deadline = this.#deadline(options);
    const party = new Party(this.#words);
    try {
      for (let arrival = party.arrive(this.#acts); arrival !== Arrival.Passed; arrival = party.arrive(this.#acts)) {
        if (arrival === Arrival.Broken) throw broken();
        if (arrival === Arrival.Leading) {
          this.#actSync(party);
          break;
        }
        if (this.#throughSync(party, deadline, arrival === Arrival.Waiting)) break;
      }
      return party.draw();
    } finally {
      party.leave();
    }
  }

  /** Makes the barrier new: parties that wait get a {@linkcode BrokenBarrierError}, and it is not broken any more. */
  reset(): void {
    const words = this.#words;
    while (true) {
      const epoch = currentEpoch(words);
      const state = Atomics.load(words, cellOf(epoch));
      if (!isOf(state, epoch)) continue;
      if (phaseOf(state) === Phase.Filling && countOf(state) === 0) return;
      if (end(words, epoch, { from: [phaseOf(state)], to: Phase.Reset })) return;
    }
  }

  /** Breaks the barrier until a {@linkcode Barrier.reset}. */
  abort(): void {
    const words = this.#words;
    while (!breakEpoch(words, currentEpoch(words))) if (this.broken) return;
  }

  get #acts(): boolean {
    return this.#action !== undefined;
  }

  #state(): number {
    return Atomics.load(this.#words, cellOf(currentEpoch(this.#words)));
  }

  #deadline(options: WaitSyncOptions | undefined): Deadline {
    const timeout = options?.timeout;
    return deadlineAfter(timeout === undefined ? this.#timeout : checkTimeout(timeout));
  }

  /** Runs the action; whoever waits goes on after it. */
  async #act(party: Party): Promise<void> {
    try {
      await (await this.#action!)();
    } catch (error) {
      breakEpoch(this.#words, party.epoch);
      throw error;
    }
    if (!pass(this.#words, party.epoch)) throw broken();
  }

  #actSync(party: Party): void {
    try {
      if (typeof this.#action !== "function") {
        throw new InvalidStateError("The barrier's action has not arrived yet: use wait instead of waitSync");
      }
      this.#action();
    } catch (error) {
      breakEpoch(this.#words, party.epoch);
      throw error;
    }
    if (!pass(this.#words, party.epoch)) throw broken();
  }

  /** Waits for the end of the party's epoch; `false` when it was early and is to come again. */
  async #through(party: Party, wait: Through): Promise<boolean> {
    const words = this.#words;
    const { deadline, signal, arrived } = wait;
    const cell = cellOf(party.epoch);
    try {
      while (true) {
        const state = Atomics.load(words, cell);
        if (isOver(state, party.epoch, arrived)) return arrived;
        if (isPast(deadline)) breakEpoch(words, party.epoch);
        else if (!spinBriefly(words, cell, state) && mark(words, cell, state)) {
          await parkAsync(words, cell, state | CELL_WAITERS, { deadline, signal });
        }
      }
    } catch (error) {
      if (arrived && signal?.aborted) party.retract();
      throw error;
    }
  }

  #throughSync(party: Party, deadline: Deadline, arrived: boolean): boolean {
    const words = this.#words;
    const cell = cellOf(party.epoch);
    while (true) {
      const state = Atomics.load(words, cell);
      if (isOver(state, party.epoch, arrived)) return arrived;
      if (isPast(deadline)) breakEpoch(words, party.epoch);
      else if (!this.#spinner.spin(words, cell, state) && mark(words, cell, state)) {
        sleepSync(words, cell, state | CELL_WAITERS, deadline);
      }
    }
  }

  /** How the barrier travels; for the library's own use. */
  [SHARE](): Shared {
    const action = this.#action === undefined ? undefined : carrierOf(this.#action, this.#carried);
    const timeout = this.#timeout;
    return { kind: "Barrier", data: { block: this.#handle.share("Barrier"), parties: this.#parties, timeout, action } };
  }

  /** How the barrier is printed. */
  [INSPECT](): string {
    const waiting = this.broken ? "broken" : `${this.nWaiting} waiting`;
    return `<Barrier parties=${this.#parties} ${waiting}>`;
  }
}

interface Through {
  readonly deadline: Deadline;
  readonly signal: AbortSignal | undefined;
  readonly arrived: boolean;
}

function broken(): BrokenBarrierError {
  return new BrokenBarrierError("The barrier is broken: a party timed out, failed, died, or it was aborted or reset");
}

/** Whether `epoch` has ended, by the state of its cell; throws when not well, for who had `arrived`. */
function isOver(state: number, epoch: number, arrived: boolean): boolean {
  if (!isOf(state, epoch)) return true;
  const phase = phaseOf(state);
  if (phase === Phase.Passed) return true;
  if (phase === Phase.Broken || phase === Phase.Reset && arrived) throw broken();
  return phase === Phase.Reset;
}

/** Marks that somebody sleeps; `false` when the state has changed. */
function mark(words: Int32Array<SharedArrayBuffer>, cell: number, state: number): boolean {
  return (state & CELL_WAITERS) !== 0 ||
    Atomics.compareExchange(words, cell, state, state | CELL_WAITERS) === state;
}

type Action = () => unknown;

/** How a barrier's action travels: functions are above this layer. */
export interface ActionTransport {
  /** What is sent in place of the function: plain data, or a promise when that cannot be told at once. */
  carry(action: Action): unknown;
  /** The function again. */
  revive(carrier: never): Action | PromiseLike<Action>;
}

interface Transport {
  actions: ActionTransport | null;
}

function transport(): Transport {
  return perRealm("barrier actions", () => ({ actions: null as ActionTransport | null }));
}

/** Sets how actions travel. */
export function setActionTransport(actions: ActionTransport): void {
  transport().actions = actions;
}

/** What is known of an action's carrier: nothing while it is looked up. */
interface Carried {
  carrier?: unknown;
  error?: unknown;
}

function carryAction(action: Action): Carried | undefined {
  const { actions } = transport();
  if (actions === null) return undefined;
  const carried: Carried = {};
  try {
    const carrier = actions.carry(action);
    if (!(carrier instanceof Promise)) return { carrier };
    carrier.then((carrier) => carried.carrier = carrier, (error) => carried.error = error);
  } catch (error) {
    // It matters only when the barrier is sent.
    carried.error = error;
  }
  return carried;
}

function carrierOf(action: Action | PromiseLike<Action>, known: Carried | undefined): unknown {
  const carried = known ?? (typeof action === "function" ? carryAction(action) : undefined);
  if (carried?.carrier !== undefined) return carried.carrier;
  const text = "Cannot send a barrier with this action yet: export the action from a module, or send the barrier later";
  throw carried?.error ?? new TransportError(text);
}

/** What is sent of a barrier. */
interface BarrierData {
  readonly block: HandleData;
  readonly parties: number;
  readonly timeout: number;
  readonly action: unknown;
}

/** The handle that the next barrier is made from, when it is one that arrived here. */
let adopted: Handle | null = null;

registerShareable("Barrier", ({ block, parties, timeout, action }: BarrierData): Barrier => {
  adopted = Handle.adopt(block);
  try {
    const revived = action === undefined ? undefined : transport().actions?.revive(action as never);
    return new Barrier(parties, { action: revived as Action, timeout });
  } finally {
    adopted = null;
  }
});
