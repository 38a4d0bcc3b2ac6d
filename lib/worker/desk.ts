import {
  BELL_BYTES,
  LANE_BELL,
  LANE_CURRENT,
  LANE_FULL,
  LANE_INBOX,
  LANE_OUTBOX,
  LANE_PARKED,
  LANE_READY,
  RING_HEAD,
} from "../memory/lane_layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { RingReader, type RingRecord, RingWriter } from "../channel/ring.ts";
import { chaos } from "../sync/chaos.ts";
import { parkIdle } from "../sync/park.ts";
import { Patience } from "../sync/patience.ts";
import { ring } from "./bell.ts";
import type { RecordBody } from "./lane.ts";

/** How long, in milliseconds, a worker polls its inbox after a task before it parks: its owner's way to the next one. */
const SPIN_MS = 0.05;
/** The same where polling has not paid off lately. */
const BRIEF_MS = 0.002;
/** How many pauses lie between two looks at the clock. */
const PAUSES = 16;

/** A body without payload. */
const EMPTY: RecordBody = { aux: 0, aux2: 0, bytes: new Uint8Array(), length: 0 };

/** What a worker does with its orders and answers, whatever carries them. */
export interface DeskLike {
  /** Says that orders are taken from now on. */
  open(): void;
  /** The next order, or `null`; valid until {@linkcode DeskLike.done}. */
  take(): RingRecord | null;
  /** Frees the order that was taken. */
  done(): void;
  /** Says which task is being run; 0 for none. */
  setCurrent(id: number): void;
  /** Writes an answer; a promise where it must wait for room. */
  answer(kind: number, id: number, body?: RecordBody): void | Promise<void>;
  /** Waits for the next order; calls `onPark` where that may take long. */
  idle(onPark: () => void): Promise<void>;
}

/** A worker's end of the lane that it shares with its owner. */
export class Desk implements DeskLike {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #inbox: RingReader;
  readonly #outbox: RingWriter;
  readonly #outboxControl: Int32Array<SharedArrayBuffer>;
  readonly #bell: Int32Array<SharedArrayBuffer>;
  readonly #patience = new Patience();

  /** The worker's end of the lane at `offset`, whose owner hears the bell at `bell`. */
  constructor(offset: number, bell: number) {
    this.#words = wordsAt(offset, LANE_INBOX / 4);
    this.#inbox = new RingReader(offset + LANE_INBOX);
    this.#outbox = new RingWriter(offset + LANE_OUTBOX);
    this.#outboxControl = wordsAt(offset + LANE_OUTBOX, RING_HEAD + 1);
    this.#bell = wordsAt(bell, BELL_BYTES / 4);
  }

  open(): void {
    Atomics.store(this.#words, LANE_CURRENT, 0);
    Atomics.store(this.#words, LANE_READY, 1);
    ring(this.#bell);
  }

  take(): RingRecord | null {
    return this.#inbox.take();
  }

  done(): void {
    this.#inbox.done();
  }

  setCurrent(id: number): void {
    Atomics.store(this.#words, LANE_CURRENT, id);
  }

  answer(kind: number, id: number, body: RecordBody = EMPTY): void | Promise<void> {
    if (this.#outbox.write(kind, id, body) !== null) ring(this.#bell);
    else return this.#answerWhenRoom(kind, id, body);
  }

  async #answerWhenRoom(kind: number, id: number, body: RecordBody): Promise<void> {
    // The scratch that the body lies in is used again by whatever runs meanwhile.
    const kept = { ...body, bytes: body.bytes.slice(0, body.length), block: null };
    for (;;) {
      const head = Atomics.load(this.#outboxControl, RING_HEAD);
      if (chaos !== null) chaos();
      Atomics.store(this.#words, LANE_FULL, 1);
      if (this.#outbox.write(kind, id, kept) !== null) break;
      if (chaos !== null) chaos();
      await parkIdle(this.#outboxControl, RING_HEAD, head);
    }
    Atomics.store(this.#words, LANE_FULL, 0);
    ring(this.#bell);
  }

  async idle(onPark: () => void): Promise<void> {
    const words = this.#words;
    const seen = Atomics.load(words, LANE_BELL);
    if (!this.#inbox.empty || this.#spin()) return;
    onPark();
    if (chaos !== null) chaos();
    Atomics.store(words, LANE_PARKED, 1);
    if (chaos !== null) chaos();
    if (this.#inbox.empty) await parkIdle(words, LANE_BELL, seen);
    Atomics.store(words, LANE_PARKED, 0);
  }

  /** Polls the inbox for a moment; `true` when something came. */
  #spin(): boolean {
    const patience = this.#patience;
    const until = performance.now() + (patience.worthATry() ? SPIN_MS : BRIEF_MS);
    let came = false;
    do {
      for (let i = 0; i < PAUSES; i++) Atomics.pause();
      came = !this.#inbox.empty;
    } while (!came && performance.now() < until);
    if (came) patience.paidOff();
    else patience.inVain();
    return came;
  }
}
