import {
  BLOCK_ATTACHED,
  BLOCK_ATTACHED_GENERATION,
  ITEM_HEADER_BYTES,
  SEGMENT_DATA,
  SEGMENT_RING_BYTES,
  UNIT_BYTES,
  UNIT_WORDS,
} from "../memory/layout.ts";
import { bytesAt, wordsAt } from "../memory/memory.ts";

/** A view of one segment of a channel: a ring of items, or one large item. */
export class Segment {
  /** Its header. */
  readonly header: Int32Array<SharedArrayBuffer>;
  /** Its data as words. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Its data as bytes. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Bytes of its ring; 0 when it holds one large item. */
  readonly ring: number;

  /** The segment at `place`. */
  constructor(readonly place: number) {
    const offset = offsetOf(place);
    this.header = wordsAt(offset, SEGMENT_DATA / 4);
    this.ring = this.header[SEGMENT_RING_BYTES]!;
    // Of a large item, only its header is looked at from here.
    const length = this.ring === 0 ? 64 : this.ring;
    this.words = wordsAt(offset + SEGMENT_DATA, length / 4);
    this.bytes = bytesAt(offset + SEGMENT_DATA, length);
  }
}

/** A view of the segment at `place`: the known one, unless that place has another ring by now. */
export function viewOf(known: Segment | null, place: number): Segment {
  if (known !== null && known.place === place && known.header[SEGMENT_RING_BYTES] === known.ring) return known;
  return new Segment(place);
}

/** Items larger than this have a segment of their own. */
export const LARGE = 1 << 16;
/** Stands where an item's length would, when it begins at the ring's start instead. */
export const FILLER = -1;

/** Bytes that an item of `length` bytes takes. */
export function sizeOf(length: number): number {
  return ITEM_HEADER_BYTES + Math.ceil(length / 8) * 8;
}

/** Byte offset of the block at `place`. */
export function offsetOf(place: number): number {
  return (place >>> 0) * UNIT_BYTES;
}

/** Place of the block at `offset`. */
export function placeOf(offset: number): number {
  return offset / UNIT_BYTES;
}

/**
 * Makes the block at `place` (0 for none) go when the one at `owner` does.
 * Unlike the arena's own, it replaces what was attached; the caller is the only
 * one who changes it, and holds a reference to `owner`.
 */
export function reattach(owner: number, place: number, generation: number): void {
  const header = wordsAt(owner - UNIT_BYTES, UNIT_WORDS);
  Atomics.store(header, BLOCK_ATTACHED, 0);
  if (place === 0) return;
  header[BLOCK_ATTACHED_GENERATION] = generation;
  Atomics.store(header, BLOCK_ATTACHED, place - 1);
}
