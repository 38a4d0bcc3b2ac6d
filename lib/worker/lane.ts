import { allocate, release } from "../memory/arena.ts";
import {
  LANE_BELL,
  LANE_BOOTING,
  LANE_BYTES,
  LANE_CURRENT,
  LANE_FULL,
  LANE_INBOX,
  LANE_OUTBOX,
  LANE_PARKED,
  LANE_READY,
  LANE_SIDES,
  RING_HEAD,
} from "../memory/lane_layout.ts";
import type { Handle } from "../memory/handle.ts";
import { BlockKind } from "../memory/layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { alive, exitCodeOf } from "../memory/process_table.ts";
import { type RecordPlace, RingReader, type RingRecord, RingWriter } from "../channel/ring.ts";
import { chaos } from "../sync/chaos.ts";
import { wake } from "../sync/park.ts";
import { raise } from "../sync/raise.ts";
import type { Belled } from "./bell.ts";

/**
 * An owner's end of what it shares with one worker: a ring of orders to it and
 * a ring of answers back, in one block of shared memory.
 *
 * The block is freed when both sides let go of it: the owner once it has read
 * the last answer of the dead, the main thread once the thread has really
 * stopped.
 */

export type { RecordPlace };

/** What is written into a ring besides its kind and id. */
export interface RecordBody {
  /** First number of the kind's own. */
  readonly aux: number;
  /** Second number of the kind's own. */
  readonly aux2: number;
  /** Holds the payload from its start. */
  readonly bytes: Uint8Array;
  /** Bytes of payload. */
  readonly length: number;
  /** The block of the arena that `bytes` is in, if it is in one. */
  readonly block?: Handle | null | undefined;
}

/** What an owner does with what comes from its worker; neither may throw. */
export interface LaneEvents {
  /** An answer came; the record is valid only during the call. */
  onRecord(record: RingRecord): void;
  /** Some answers came, each told by `onRecord`: the time to send more. */
  onBatch?(): void;
  /** The worker takes orders from now on. */
  onReady?(): void;
  /** The worker ended; no answer comes after this. */
  onEnd(exitCode: number): void;
}

/** An owner's hold on what it shares with a worker. */
export interface Link extends Belled {
  /** Whether the worker takes orders yet. */
  readonly ready: boolean;
  /** The task that the worker is running, 0 for none, -n while it makes function n. */
  readonly current: number;
  /** Writes an order; its place, or `null` when there is no room now. */
  send(kind: number, id: number, body: RecordBody): RecordPlace | null;
  /** Takes an order back; `false` when the worker has started on it. */
  revoke(place: RecordPlace): boolean;
  /** Whether the worker has started on an order. */
  begun(place: RecordPlace): boolean;
}

/** Makes the shared block of a lane; returns its byte offset. */
export function allocateLane(): number {
  const offset = allocate(LANE_BYTES, BlockKind.Pool);
  Atomics.store(wordsAt(offset, LANE_INBOX / 4), LANE_CURRENT, LANE_BOOTING);
  return offset;
}

/** Who holds a lane: its owner, and the main thread on behalf of the worker. */
export const LaneSide = { Owner: 1, Worker: 2 } as const;
/** One of the values of {@linkcode LaneSide}. */
export type LaneSide = typeof LaneSide[keyof typeof LaneSide];

/** Whether the worker of the lane at `offset` is importing modules: its own at first, then those of functions. */
export function isImporting(offset: number): boolean {
  return Atomics.load(wordsAt(offset, LANE_INBOX / 4), LANE_CURRENT) < 0;
}

/**
 * One side lets go of a lane: its owner once it has read the last answer, the main thread once the worker cannot write
 * any more. The last one frees it, and what unread records hold outside of it. For an owner that has died the main
 * thread does it, whether or not the owner had; which is why each side has a bit of its own.
 */
export function letGo(offset: number, side: LaneSide): void {
  const before = Atomics.or(wordsAt(offset, LANE_INBOX / 4), LANE_SIDES, side);
  if ((before & side) !== 0 || (before | side) !== (LaneSide.Owner | LaneSide.Worker)) return;
  new RingReader(offset + LANE_INBOX).drain();
  new RingReader(offset + LANE_OUTBOX).drain();
  release(offset);
}

/** The owner's end of a lane to a worker that shares memory. */
export class Lane implements Link {
  readonly #pid: number;
  readonly #offset: number;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #inbox: RingWriter;
  readonly #outbox: RingReader;
  readonly #outboxControl: Int32Array<SharedArrayBuffer>;
  readonly #events: LaneEvents;
  #ended = false;
  #ready = false;
  #polling = false;

  /** The owner's end of the lane at `offset` to the worker `pid`. */
  constructor(pid: number, offset: number, events: LaneEvents) {
    this.#pid = pid;
    this.#offset = offset;
    this.#words = wordsAt(offset, LANE_INBOX / 4);
    this.#inbox = new RingWriter(offset + LANE_INBOX);
    this.#outbox = new RingReader(offset + LANE_OUTBOX);
    this.#outboxControl = wordsAt(offset + LANE_OUTBOX, RING_HEAD + 1);
    this.#events = events;
  }

  get ready(): boolean {
    return Atomics.load(this.#words, LANE_READY) === 1;
  }

  get current(): number {
    return Atomics.load(this.#words, LANE_CURRENT);
  }

  send(kind: number, id: number, body: RecordBody): RecordPlace | null {
    const place = this.#inbox.write(kind, id, body);
    if (place !== null) {
      if (chaos !== null) chaos();
      raise(this.#words, LANE_BELL, LANE_PARKED);
    }
    return place;
  }

  revoke(place: RecordPlace): boolean {
    return this.#inbox.revoke(place);
  }

  begun(place: RecordPlace): boolean {
    return this.#inbox.begun(place);
  }

  poll(): boolean {
    // What an answer's callback does may lead here again; the outer call goes on with the next record.
    if (this.#ended || this.#polling) return false;
    this.#polling = true;
    try {
      return this.#poll();
    } finally {
      this.#polling = false;
    }
  }

  #poll(): boolean {
    // Looked at before the ring: a worker's last answers come before its death.
    const dead = !alive(this.#pid);
    const any = this.#read();
    if (!this.#ready && this.ready) {
      this.#ready = true;
      this.#events.onReady?.();
    }
    if (any && !dead) this.#events.onBatch?.();
    if (dead) this.#end();
    return any || dead;
  }

  #read(): boolean {
    let any = false;
    for (let record = this.#outbox.take(); record !== null; record = this.#outbox.take()) {
      any = true;
      this.#events.onRecord(record);
      this.#outbox.done();
    }
    if (any && chaos !== null) chaos();
    if (any && Atomics.load(this.#words, LANE_FULL) === 1) wake(this.#outboxControl, RING_HEAD);
    return any;
  }

  #end(): void {
    this.#ended = true;
    const exitCode = exitCodeOf(this.#pid) ?? 1;
    this.#events.onEnd(exitCode);
    letGo(this.#offset, LaneSide.Owner);
  }
}
