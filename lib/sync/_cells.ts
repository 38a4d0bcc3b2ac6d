import { registerSweeper } from "../memory/arena.ts";
import {
  BARRIER_CELLS,
  BARRIER_EPOCH,
  BARRIER_PARTIES,
  BARRIER_PLACES,
  BARRIER_RING,
  BARRIER_SPARE_PLACES,
  BlockKind,
  CELL_COUNT_SHIFT,
  CELL_LEFT,
  CELL_PHASE_SHIFT,
  CELL_STATE,
  CELL_TAG_SHIFT,
  CELL_WAITERS,
} from "../memory/layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { self } from "../memory/process_table.ts";
import { chaos } from "./chaos.ts";
import { wake } from "./park.ts";

/**
 * The words of a barrier and what is done to them: see README.md, "Barrier".
 * Every function takes the words of one barrier.
 */

type Words = Int32Array<SharedArrayBuffer>;

/** Where an epoch stands. */
export const Phase = {
  /** Parties come. */
  Filling: 0,
  /** All are there, and one of them runs the action. */
  Acting: 1,
  /** All may go. */
  Passed: 2,
  /** It failed, and stays so until a reset. */
  Broken: 3,
  /** It was reset while parties waited, or while it was broken. */
  Reset: 4,
} as const;
/** One of the values of {@linkcode Phase}. */
export type Phase = typeof Phase[keyof typeof Phase];

const TAG_MASK = 0xffff;
const COUNT_MASK = 0xfff;
const PID_MASK = 0xfffff;
const EPOCH_MASK = 0xfff;

/** The phase that a cell's state says. */
export function phaseOf(state: number): Phase {
  return (state >>> CELL_PHASE_SHIFT & 7) as Phase;
}

/** The number of parties that a cell's state says. */
export function countOf(state: number): number {
  return state >>> CELL_COUNT_SHIFT & COUNT_MASK;
}

/** Whether the cell's state is that of `epoch`, not of a later one. */
export function isOf(state: number, epoch: number): boolean {
  return state >>> CELL_TAG_SHIFT === (epoch & TAG_MASK);
}

/** Index of the state of the cell of `epoch`. */
export function cellOf(epoch: number): number {
  return BARRIER_CELLS + 2 * (epoch & BARRIER_RING - 1) + CELL_STATE;
}

function withPhase(state: number, phase: Phase): number {
  return state & ~(7 << CELL_PHASE_SHIFT) | phase << CELL_PHASE_SHIFT;
}

/** Fills the words of a new barrier. */
export function initialize(words: Words, parties: number): void {
  words[BARRIER_PARTIES] = parties;
  // Each cell but the first as if it had been used one round ago.
  for (let epoch = 1; epoch < BARRIER_RING; epoch++) {
    words[cellOf(epoch)] = epoch - BARRIER_RING << CELL_TAG_SHIFT | Phase.Passed << CELL_PHASE_SHIFT;
  }
}

/** The epoch that parties come to. One that is over is left by whoever comes across it. */
export function currentEpoch(words: Words): number {
  while (true) {
    const epoch = Atomics.load(words, BARRIER_EPOCH);
    const state = Atomics.load(words, cellOf(epoch));
    if (!isOf(state, epoch)) continue;
    const phase = phaseOf(state);
    if (phase !== Phase.Passed && phase !== Phase.Reset) return epoch;
    advance(words, epoch);
  }
}

/** Makes the epoch after `epoch` the current one, unless somebody has. */
function advance(words: Words, epoch: number): void {
  const next = epoch + 1 | 0;
  const cell = cellOf(next);
  const state = Atomics.load(words, cell);
  if (chaos !== null) chaos();
  // Only from the round before: a slow thread must not take a later epoch's cell back.
  if (isOf(state, next - BARRIER_RING)) Atomics.compareExchange(words, cell, state, next << CELL_TAG_SHIFT);
  Atomics.compareExchange(words, BARRIER_EPOCH, epoch, next);
}

/** What came of {@linkcode arrive}. */
export const Arrival = {
  /** The party is one of those the epoch waits for. */
  Waiting: 0,
  /** It was the last, and runs the action. */
  Leading: 1,
  /** It was the last, and all may go. */
  Passed: 2,
  /** The epoch is full already: the next one is to be waited for. */
  Early: 3,
  /** The barrier is broken. */
  Broken: 4,
} as const;
/** One of the values of {@linkcode Arrival}. */
export type Arrival = typeof Arrival[keyof typeof Arrival];

/** A party of a barrier, from its arrival to its leaving. */
export class Party {
  /** The epoch that it came to. */
  epoch = 0;
  readonly #words: Words;
  #place = 0;
  #mark = 0;

  /** A party of the barrier in `words` that has not arrived. */
  constructor(words: Words) {
    this.#words = words;
  }

  /** Comes to the barrier; with `acts`, the last to come has an action to run first. */
  arrive(acts: boolean): Arrival {
    const words = this.#words;
    while (true) {
      const epoch = this.epoch = currentEpoch(words);
      const cell = cellOf(epoch);
      const state = Atomics.load(words, cell);
      if (!isOf(state, epoch)) continue;
      const phase = phaseOf(state);
      if (phase === Phase.Broken) return Arrival.Broken;
      if (phase === Phase.Acting) return Arrival.Early;
      if (phase !== Phase.Filling || !this.#enter(epoch)) continue;
      const count = countOf(state) + 1;
      const full = count === words[BARRIER_PARTIES];
      const next = state + (1 << CELL_COUNT_SHIFT) | 0;
      const then = full ? withPhase(next, acts ? Phase.Acting : Phase.Passed) : next;
      if (chaos !== null) chaos();
      if (Atomics.compareExchange(words, cell, state, then) !== state) continue;
      if (!full) return Arrival.Waiting;
      if (acts) return Arrival.Leading;
      advance(words, epoch);
      if ((state & CELL_WAITERS) !== 0) wake(words, cell);
      return Arrival.Passed;
    }
  }

  /** Writes down, before it counts, who has come to which epoch: if this process dies, that epoch breaks. */
  #enter(epoch: number): boolean {
    const words = this.#words;
    const mark = (self() & PID_MASK) << 12 | epoch & EPOCH_MASK;
    if (mark === this.#mark && Atomics.load(words, this.#place) === mark) return true;
    if (this.#mark !== 0 && Atomics.compareExchange(words, this.#place, this.#mark, mark) === this.#mark) {
      this.#mark = mark;
      return true;
    }
    const end = BARRIER_PLACES + words[BARRIER_PARTIES]! + BARRIER_SPARE_PLACES;
    for (let place = BARRIER_PLACES; place < end; place++) {
      const held = Atomics.load(words, place);
      // One of an earlier epoch has passed and is only slow to leave; this thread may itself be the slow one.
      const age = epoch - (held & EPOCH_MASK) & EPOCH_MASK;
      if (held !== 0 && (age === 0 || age > EPOCH_MASK / 2)) continue;
      if (Atomics.compareExchange(words, place, held, mark) !== held) continue;
      this.#place = place;
      this.#mark = mark;
      return true;
    }
    return false;
  }

  /** Takes its arrival back; `false` when the epoch has ended, or all are there. */
  retract(): boolean {
    const words = this.#words;
    const cell = cellOf(this.epoch);
    while (true) {
      const state = Atomics.load(words, cell);
      if (!isOf(state, this.epoch) || phaseOf(state) !== Phase.Filling) return false;
      if (Atomics.compareExchange(words, cell, state, state - (1 << CELL_COUNT_SHIFT) | 0) === state) return true;
    }
  }

  /** Erases what {@linkcode Party.arrive} has written down. */
  leave(): void {
    if (this.#mark !== 0) Atomics.compareExchange(this.#words, this.#place, this.#mark, 0);
    this.#mark = 0;
  }

  /** A number that no other party of the epoch gets: 0 for the first to ask. */
  draw(): number {
    const words = this.#words;
    const left = cellOf(this.epoch) - CELL_STATE + CELL_LEFT;
    const tag = (this.epoch & TAG_MASK) << CELL_TAG_SHIFT;
    while (true) {
      const drawn = Atomics.load(words, left);
      const next = drawn >>> CELL_TAG_SHIFT === (this.epoch & TAG_MASK) && (drawn & TAG_MASK) > 0 ? drawn + 1 : tag | 1;
      if (Atomics.compareExchange(words, left, drawn, next) === drawn) return (next & TAG_MASK) - 1;
    }
  }
}

/** Ends `epoch`, from one of the phases `from`; `false` when it was in none of them any more. */
export function end(words: Words, epoch: number, { from, to }: { from: readonly Phase[]; to: Phase }): boolean {
  const cell = cellOf(epoch);
  while (true) {
    const state = Atomics.load(words, cell);
    if (chaos !== null) chaos();
    if (!isOf(state, epoch) || !from.includes(phaseOf(state))) return false;
    if (Atomics.compareExchange(words, cell, state, withPhase(state, to)) !== state) continue;
    if (to !== Phase.Broken) advance(words, epoch);
    wake(words, cell);
    return true;
  }
}

/** Phases in which parties wait. */
export const UNDER_WAY: readonly Phase[] = [Phase.Filling, Phase.Acting];
const ACTING: readonly Phase[] = [Phase.Acting];

/** The action of `epoch` is done: all may go. `false` when the epoch was broken or reset meanwhile. */
export function pass(words: Words, epoch: number): boolean {
  return end(words, epoch, { from: ACTING, to: Phase.Passed });
}

/** Breaks `epoch` if parties may wait in it. */
export function breakEpoch(words: Words, epoch: number): boolean {
  return end(words, epoch, { from: UNDER_WAY, to: Phase.Broken });
}

/** After a death: an epoch that the dead had come to breaks. */
registerSweeper(BlockKind.Barrier, (offset, deadPid) => {
  const parties = wordsAt(offset, BARRIER_PLACES)[BARRIER_PARTIES]!;
  const last = BARRIER_PLACES + parties + BARRIER_SPARE_PLACES;
  const words = wordsAt(offset, last);
  for (let place = BARRIER_PLACES; place < last; place++) {
    const mark = Atomics.load(words, place);
    if (mark === 0 || mark >>> 12 !== (deadPid & PID_MASK)) continue;
    const epoch = currentEpoch(words);
    if ((mark & EPOCH_MASK) === (epoch & EPOCH_MASK)) breakEpoch(words, epoch);
    Atomics.compareExchange(words, place, mark, 0);
  }
  // The dead may have ended an epoch and not come to wake those who wait.
  for (let epoch = 0; epoch < BARRIER_RING; epoch++) wake(words, cellOf(epoch));
});
