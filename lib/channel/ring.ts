import { decodeAt } from "./codec.ts";
import { bytesAt, wordsAt } from "../memory/memory.ts";
import { allocate, commit, release } from "../memory/arena.ts";
import { RECORD_WORDS, RING_DATA_BYTES, RING_HEAD, RING_HEADER_BYTES, RING_TAIL } from "../memory/lane_layout.ts";
import type { Handle } from "../memory/handle.ts";
import { chaos } from "../sync/chaos.ts";
import { BlockKind } from "../memory/layout.ts";

/**
 * A ring of records in shared memory with one writer and one reader: what
 * carries tasks to a worker and results back. `README.md` beside this file
 * lists its states and races.
 *
 * A record never wraps: where it does not fit before the end, a filler takes
 * the rest. A payload over a quarter of the ring goes to a block of the arena,
 * if it is not in one already, and the record holds where. A writer that dies in the middle of a record
 * leaves no trace, because the record is published by one store of the tail.
 */

/** Word of a record: its length in bytes, header included; `FILLER` skips to the start of the ring. */
const LENGTH = 0;
/** Word of a record: who may act on it. */
const STATE = 1;
/** Word of a record: its kind, and the flags below. */
const KIND = 2;
/** Word of a record: bytes of payload. */
const PAYLOAD = 3;
/** Word of a record: which task it is about. */
const ID = 4;
/** Word of a record: two numbers whose meaning is the kind's. */
const AUX = 5;
/** Word of an indirect record: byte offset, divided by 64, of the block with the payload. */
const BLOCK = 7;

const FILLER = -1;
const HEADER = RECORD_WORDS * 4;
const INDIRECT = 1 << 16;
const KIND_MASK = 0xff;

/** States of a record that its writer can take back. */
export const RecordState = {
  /** Written; neither started nor taken back. */
  Queued: 0,
  /** The reader has started on it. */
  Taken: 1,
  /** The writer took it back before the reader started. */
  Revoked: 2,
} as const;

/** What a reader gets to see of a record; valid until the next call on the ring. */
export interface RingRecord {
  /** The kind, as written. */
  kind: number;
  /** The task it is about. */
  id: number;
  /** First number of the kind's own. */
  aux: number;
  /** Second number of the kind's own. */
  aux2: number;
  /** Holds the payload, mostly in shared memory. */
  view: Uint8Array;
  /** Where in `view` the payload begins. */
  start: number;
  /** Bytes of payload. */
  length: number;
}

/** The value that a record holds, where nothing of it comes beside. */
export function valueOf(record: RingRecord): unknown {
  return decodeAt(record.view, record.start, record.start + record.length);
}

/** A copy of a record's payload, for when the record is gone. */
export function bytesOf(record: RingRecord): Uint8Array {
  return record.view.slice(record.start, record.start + record.length);
}

/** Where a writer put a record, counted from the ring's first byte on and wrapping at 2^32: what it needs to take it back. */
export type RecordPlace = number;

/** The two ends' common view of one ring. */
class Ring {
  protected readonly control: Int32Array<SharedArrayBuffer>;
  protected readonly words: Int32Array<SharedArrayBuffer>;
  protected readonly bytes: Uint8Array<SharedArrayBuffer>;
  protected readonly capacity: number;

  constructor(offset: number) {
    this.control = wordsAt(offset, RING_HEADER_BYTES / 4);
    this.capacity = RING_DATA_BYTES;
    this.words = wordsAt(offset + RING_HEADER_BYTES, this.capacity / 4);
    this.bytes = bytesAt(offset + RING_HEADER_BYTES, this.capacity);
  }

  /** Whether nothing is left to read. */
  get empty(): boolean {
    return Atomics.load(this.control, RING_HEAD) === Atomics.load(this.control, RING_TAIL);
  }

  /**
   * Gives up the block of the record at `word`, while the record is still in the ring: a side that was declared dead
   * throws here, and leaves it to whoever drains the ring. Of a revoked record both sides may do it: the exchange lets
   * one.
   */
  protected giveUp(word: number): void {
    if ((this.words[word + KIND]! & INDIRECT) === 0) return;
    const block = Atomics.exchange(this.words, word + BLOCK, 0);
    if (block === 0) return;
    if (chaos !== null) chaos();
    try {
      release(blockOffset(block));
    } catch (error) {
      Atomics.store(this.words, word + BLOCK, block);
      throw error;
    }
  }
}

/** The writing end of a ring. */
export class RingWriter extends Ring {
  #tail: number;
  #head: number;

  /** The writing end of the ring at the byte offset `offset`. */
  constructor(offset: number) {
    super(offset);
    this.#tail = Atomics.load(this.control, RING_TAIL);
    this.#head = Atomics.load(this.control, RING_HEAD);
  }

  /**
   * Writes a record and returns its place, or `null` when the ring has no room
   * for it now.
   */
  write(
    kind: number,
    id: number,
    body: { aux: number; aux2: number; bytes: Uint8Array; length: number; block?: Handle | null | undefined },
  ): RecordPlace | null {
    const { length } = body;
    const indirect = length > this.capacity >> 2;
    const size = indirect ? HEADER : (HEADER + length + 15) & ~15;
    const at = this.#reserve(size);
    if (at < 0) return null;
    const word = at >> 2;
    const words = this.words;
    if (indirect) words[word + BLOCK] = (body.block ? joined(body.block) : spilled(body.bytes, length)) / 64;
    else copyIn(this.bytes, at + HEADER, body.bytes, length);
    words[word + LENGTH] = size;
    words[word + STATE] = RecordState.Queued;
    words[word + KIND] = indirect ? kind | INDIRECT : kind;
    words[word + PAYLOAD] = length;
    words[word + ID] = id;
    words[word + AUX] = body.aux;
    words[word + AUX + 1] = body.aux2;
    const place = this.#tail;
    this.#tail = (place + size) | 0;
    if (chaos !== null) chaos();
    Atomics.store(this.control, RING_TAIL, this.#tail);
    return place;
  }

  /** Takes back the record at `place`; `false` when its reader has started on it. */
  revoke(place: RecordPlace): boolean {
    if (this.passed(place)) return false;
    if (chaos !== null) chaos();
    const word = (place & (this.capacity - 1)) >> 2;
    const before = Atomics.compareExchange(this.words, word + STATE, RecordState.Queued, RecordState.Revoked);
    if (before !== RecordState.Queued) return false;
    // Its reader may be busy for long: what the record holds outside of the ring should not wait for that.
    this.giveUp(word);
    return true;
  }

  /** Whether the reader has started on the record at `place`. */
  begun(place: RecordPlace): boolean {
    if (this.passed(place)) return true;
    return Atomics.load(this.words, ((place & (this.capacity - 1)) >> 2) + STATE) === RecordState.Taken;
  }

  /** Whether the reader is past `place`: another record may lie there by now. Only this thread writes there, so it stays true or false until it does. */
  passed(place: RecordPlace): boolean {
    this.#head = Atomics.load(this.control, RING_HEAD);
    return ((place - this.#head) | 0) < 0;
  }

  /** Finds room for `size` contiguous bytes, with a filler before the end where needed; -1 when there is none. */
  #reserve(size: number): number {
    const mask = this.capacity - 1;
    const toEnd = this.capacity - (this.#tail & mask);
    const needed = size <= toEnd ? size : toEnd + size;
    if (!this.#hasRoom(needed)) return -1;
    if (size > toEnd) {
      this.words[((this.#tail & mask) >> 2) + LENGTH] = FILLER;
      this.#tail = (this.#tail + toEnd) | 0;
    }
    return this.#tail & mask;
  }

  #hasRoom(needed: number): boolean {
    if (this.capacity - ((this.#tail - this.#head) | 0) >= needed) return true;
    this.#head = Atomics.load(this.control, RING_HEAD);
    return this.capacity - ((this.#tail - this.#head) | 0) >= needed;
  }
}

/** The reading end of a ring. */
export class RingReader extends Ring {
  #head: number;
  #at = 0;
  readonly #record: RingRecord = { kind: 0, id: 0, aux: 0, aux2: 0, view: new Uint8Array(), start: 0, length: 0 };

  /** The reading end of the ring at the byte offset `offset`. */
  constructor(offset: number) {
    super(offset);
    this.#head = Atomics.load(this.control, RING_HEAD);
  }

  /**
   * The next record that was not taken back, now marked as taken, or `null`
   * when there is none. It stays valid, and in the ring, until
   * {@linkcode RingReader.done}.
   */
  take(): RingRecord | null {
    for (;;) {
      if (!this.#find()) return null;
      if (chaos !== null) chaos();
      const word = this.#at >> 2;
      const before = Atomics.compareExchange(this.words, word + STATE, RecordState.Queued, RecordState.Taken);
      if (before === RecordState.Queued) return this.#read(word);
      this.#read(word);
      this.done();
    }
  }

  /** Frees the record that {@linkcode RingReader.take} gave. */
  done(): void {
    const word = this.#at >> 2;
    this.giveUp(word);
    this.#head = (this.#head + this.words[word + LENGTH]!) | 0;
    if (chaos !== null) chaos();
    Atomics.store(this.control, RING_HEAD, this.#head);
  }

  /** Frees what unread records hold outside the ring: for a ring that nobody reads any more. */
  drain(): void {
    while (this.take() !== null) this.done();
  }

  /** Moves to the next record, over a filler; `false` when there is none. */
  #find(): boolean {
    const tail = Atomics.load(this.control, RING_TAIL);
    if (this.#head === tail) return false;
    const mask = this.capacity - 1;
    let at = this.#head & mask;
    if (this.words[(at >> 2) + LENGTH] === FILLER) {
      this.#head = (this.#head + this.capacity - at) | 0;
      at = 0;
    }
    this.#at = at;
    return true;
  }

  #read(word: number): RingRecord {
    const { words } = this;
    const record = this.#record;
    const kind = words[word + KIND]!;
    const length = words[word + PAYLOAD]!;
    record.kind = kind & KIND_MASK;
    record.id = words[word + ID]!;
    record.aux = words[word + AUX]!;
    record.aux2 = words[word + AUX + 1]!;
    record.length = length;
    if ((kind & INDIRECT) === 0) {
      record.view = this.bytes;
      record.start = this.#at + HEADER;
    } else {
      record.view = bytesAt(blockOffset(words[word + BLOCK]!), length);
      record.start = 0;
    }
    return record;
  }
}

/** Puts a large payload into a block of its own, which goes with a writer that dies meanwhile. */
function spilled(bytes: Uint8Array, length: number): number {
  const offset = allocate(length, BlockKind.Data, { reserved: true });
  bytesAt(offset, length).set(length === bytes.length ? bytes : bytes.subarray(0, length));
  if (chaos !== null) chaos();
  commit(offset, BlockKind.Data);
  return offset;
}

/** A payload that is in a block already stays there: the record holds it as well. */
function joined(block: Handle): number {
  return block.share("packet")[0];
}

function blockOffset(block: number): number {
  return (block >>> 0) * 64;
}

/** Copies `length` bytes; a loop where the call of `set` would cost more than the copy. */
function copyIn(to: Uint8Array, at: number, from: Uint8Array, length: number): void {
  if (length <= 48) {
    for (let i = 0; i < length; i++) to[at + i] = from[i]!;
  } else to.set(length === from.length ? from : from.subarray(0, length), at);
}
