import { allocate, commit, free, generationOf } from "../memory/arena.ts";
import {
  BlockKind,
  CHANNEL_GOT_COUNT,
  CHANNEL_HEAD,
  CHANNEL_MAX_BYTES,
  CHANNEL_MAX_ITEMS,
  CHANNEL_PENDING,
  CHANNEL_PUT_COUNT,
  CHANNEL_PUT_LOCK,
  CHANNEL_RING_BYTES,
  CHANNEL_SEEN_GOT,
  CHANNEL_STATE,
  CHANNEL_TAIL,
  END_BYTES,
  END_POSITION,
  END_SEGMENT,
  END_WORDS,
  ITEM_HEADER_BYTES,
  SEGMENT_DATA,
  SEGMENT_END,
  SEGMENT_NEXT,
  SEGMENT_RING_BYTES,
} from "../memory/layout.ts";
import { bytesAt, wordsAt } from "../memory/memory.ts";
import { chaos } from "../sync/chaos.ts";
import { enter, leave } from "./_gate.ts";
import { FILLER, LARGE, offsetOf, placeOf, reattach, Segment, sizeOf, viewOf } from "./_segment.ts";

/** The writers' side of a channel: README.md, "Putting". */

/** How putting an item ended. */
export const Put = { Done: 1, Full: 2, Shut: 3 } as const;
/** One of the values of {@linkcode Put}. */
export type Put = typeof Put[keyof typeof Put];

/** Rings grow up to this. */
export const MOST_RING_BYTES: number = 1 << 22;

const SEEN_HEAD = CHANNEL_SEEN_GOT + 1;

/** One thread's view of the tail of a channel. */
export class Tail {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #offset: number;
  #segment: Segment | null = null;

  /** The tail of the channel at the byte offset `offset`, whose words are `words`. */
  constructor(offset: number, words: Int32Array<SharedArrayBuffer>) {
    this.#offset = offset;
    this.#words = words;
  }

  /** Puts the first `length` bytes of `bytes` as one item of `kind`, if there is room. */
  put(bytes: Uint8Array, length: number, kind: number): Put {
    const large = length > LARGE;
    // A large item is copied before the gate: others go on meanwhile.
    let block = 0;
    if (large) {
      const room = this.#probe(length);
      if (room !== Put.Done) return room;
      block = writeLarge(bytes, length, kind);
    }
    let outcome: Put | 0 = 0;
    try {
      const lost = enter(this.#words, CHANNEL_PUT_LOCK);
      try {
        if (lost) this.#repair();
        outcome = this.#admits(sizeOf(length));
        if (outcome === Put.Done) {
          if (large) this.#link(block, sizeOf(length));
          else this.#append(bytes, length, kind);
        }
      } finally {
        leave(this.#words, CHANNEL_PUT_LOCK);
      }
    } finally {
      if (block !== 0 && outcome !== Put.Done) free(block);
    }
    return outcome;
  }

  #probe(length: number): Put {
    const lost = enter(this.#words, CHANNEL_PUT_LOCK);
    try {
      if (lost) this.#repair();
      return this.#admits(sizeOf(length));
    } finally {
      leave(this.#words, CHANNEL_PUT_LOCK);
    }
  }

  /** Whether an item of `length` bytes would be let in now, or refused for good. */
  admits(length: number): boolean {
    return this.#probe(length) !== Put.Full;
  }

  /** Whether the limits let an item of `size` bytes in. Inside the gate. */
  #admits(size: number): Put {
    const words = this.#words;
    if (words[CHANNEL_STATE] !== 0) return Put.Shut;
    const maxItems = words[CHANNEL_MAX_ITEMS]!;
    const maxBytes = words[CHANNEL_MAX_BYTES]!;
    if (maxItems === 0 && maxBytes === 0) return Put.Done;
    for (let look = 0; look < 2; look++) {
      if (look === 1) this.#seeHead();
      const count = words[CHANNEL_PUT_COUNT]!;
      if (maxItems > 0 && ((count - words[CHANNEL_SEEN_GOT]!) >>> 0) >= maxItems) continue;
      const tail = CHANNEL_TAIL + (count & 1) * END_WORDS;
      const used = (words[tail + END_BYTES]! - words[SEEN_HEAD + END_BYTES]!) >>> 0;
      if (maxBytes === 0 || used === 0 || used + size <= maxBytes) return Put.Done;
    }
    return Put.Full;
  }

  /** Takes down where the readers are. Inside the gate. */
  #seeHead(): void {
    const words = this.#words;
    while (true) {
      const count = Atomics.load(words, CHANNEL_GOT_COUNT);
      const head = CHANNEL_HEAD + (count & 1) * END_WORDS;
      const segment = Atomics.load(words, head + END_SEGMENT);
      const position = Atomics.load(words, head + END_POSITION);
      const bytes = Atomics.load(words, head + END_BYTES);
      // While the count stays, nobody writes the end that it selects.
      if (Atomics.load(words, CHANNEL_GOT_COUNT) !== count) continue;
      words[CHANNEL_SEEN_GOT] = count;
      words[SEEN_HEAD + END_SEGMENT] = segment;
      words[SEEN_HEAD + END_POSITION] = position;
      words[SEEN_HEAD + END_BYTES] = bytes;
      return;
    }
  }

  /** Writes an item behind the tail and publishes it. Inside the gate. */
  #append(bytes: Uint8Array, length: number, kind: number): void {
    const words = this.#words;
    const size = sizeOf(length);
    const tail = CHANNEL_TAIL + (words[CHANNEL_PUT_COUNT]! & 1) * END_WORDS;
    let segment = this.#segment = viewOf(this.#segment, words[tail + END_SEGMENT]!);
    let position = words[tail + END_POSITION]!;
    const skip = this.#findRoom(segment, position, size);
    if (skip < 0) {
      segment = this.#segment = this.#addRing(segment, position, size);
      position = 0;
    } else if (skip > 0) {
      segment.words[(position & (segment.ring - 1)) >> 2] = FILLER;
      position = (position + skip) | 0;
    }
    const at = position & (segment.ring - 1);
    segment.words[at >> 2] = length;
    segment.words[(at >> 2) + 1] = kind;
    copyIn(segment.bytes, at + ITEM_HEADER_BYTES, bytes, length);
    if (chaos !== null) chaos();
    this.#publish(segment.place, (position + size) | 0, words[tail + END_BYTES]! + size);
    if (skip < 0) words[CHANNEL_PENDING + 1] = 0;
  }

  /** Bytes to skip before an item of `size` bytes fits at `position`; -1 when it does not fit in that ring now. */
  #findRoom(segment: Segment, position: number, size: number): number {
    const { ring, place } = segment;
    const toEnd = ring - (position & (ring - 1));
    const skip = size <= toEnd ? 0 : toEnd;
    if (ring === 0 || skip + size > ring) return -1;
    for (let look = 0; look < 2; look++) {
      if (look === 1) this.#seeHead();
      // Readers that are not in this segment yet will start at 0.
      const head = this.#words[SEEN_HEAD + END_SEGMENT] === place ? this.#words[SEEN_HEAD + END_POSITION]! : 0;
      if (ring - ((position - head) >>> 0) >= skip + size) return skip;
    }
    return -1;
  }

  /** The next item goes to a new ring: links it behind `last`, not yet published. Inside the gate. */
  #addRing(last: Segment, position: number, size: number): Segment {
    const words = this.#words;
    const least = last.ring === 0 ? words[CHANNEL_RING_BYTES]! : Math.min(MOST_RING_BYTES, last.ring * 2);
    const ring = Math.max(least, powerOfTwo(size));
    words[CHANNEL_PENDING + 2] = (words[CHANNEL_PUT_COUNT]! + 1) | 0;
    const entry = this.#offset / 4 + CHANNEL_PENDING;
    const offset = allocate(SEGMENT_DATA + ring, BlockKind.Data, { entry });
    if (chaos !== null) chaos();
    wordsAt(offset, SEGMENT_DATA / 4)[SEGMENT_RING_BYTES] = ring;
    const segment = new Segment(placeOf(offset));
    // What was seen of the head may be of another segment that was at this place.
    words[SEEN_HEAD + END_SEGMENT] = 0;
    chain(last, position, segment);
    if (chaos !== null) chaos();
    return segment;
  }

  /** Publishes a large item, whose block is written already. Inside the gate. */
  #link(block: number, size: number): void {
    const words = this.#words;
    const tail = CHANNEL_TAIL + (words[CHANNEL_PUT_COUNT]! & 1) * END_WORDS;
    const last = viewOf(this.#segment, words[tail + END_SEGMENT]!);
    const segment = new Segment(placeOf(block));
    words[CHANNEL_PENDING + 2] = (words[CHANNEL_PUT_COUNT]! + 1) | 0;
    words[CHANNEL_PENDING] = generationOf(block);
    Atomics.store(words, CHANNEL_PENDING + 1, segment.place);
    if (chaos !== null) chaos();
    commit(block, BlockKind.Data);
    if (chaos !== null) chaos();
    chain(last, words[tail + END_POSITION]!, segment);
    this.#segment = segment;
    this.#publish(segment.place, size | 0, words[tail + END_BYTES]! + size);
    words[CHANNEL_PENDING + 1] = 0;
  }

  #publish(segment: number, position: number, bytes: number): void {
    const words = this.#words;
    const count = (words[CHANNEL_PUT_COUNT]! + 1) | 0;
    const tail = CHANNEL_TAIL + (count & 1) * END_WORDS;
    words[tail + END_SEGMENT] = segment;
    words[tail + END_POSITION] = position;
    words[tail + END_BYTES] = bytes;
    if (chaos !== null) chaos();
    Atomics.store(words, CHANNEL_PUT_COUNT, count);
    if (chaos !== null) chaos();
  }

  /** After a writer's death inside the gate: what it published is whole, what it did not is undone. */
  #repair(): void {
    const words = this.#words;
    const place = words[CHANNEL_PENDING + 1]!;
    if (place === 0) return;
    const count = words[CHANNEL_PUT_COUNT]!;
    if (words[CHANNEL_PENDING + 2] !== count) {
      const last = new Segment(words[CHANNEL_TAIL + (count & 1) * END_WORDS + END_SEGMENT]!);
      reattach(offsetOf(last.place), 0, 0);
      last.header[SEGMENT_NEXT] = 0;
      free(offsetOf(place), words[CHANNEL_PENDING]!);
    }
    words[CHANNEL_PENDING + 1] = 0;
  }

  /** Sets flags of the channel's state, so that no item is published afterwards. */
  shut(flags: number): void {
    if (enter(this.#words, CHANNEL_PUT_LOCK)) this.#repair();
    Atomics.or(this.#words, CHANNEL_STATE, flags);
    leave(this.#words, CHANNEL_PUT_LOCK);
  }
}

/** Makes `segment` follow `last`, from which readers go on to it at `position`. */
function chain(last: Segment, position: number, segment: Segment): void {
  reattach(offsetOf(last.place), segment.place, generationOf(offsetOf(segment.place)));
  last.header[SEGMENT_END] = position;
  last.header[SEGMENT_NEXT] = segment.place;
}

/** A block of this thread's own with a large item in it. */
function writeLarge(bytes: Uint8Array, length: number, kind: number): number {
  const offset = allocate(SEGMENT_DATA + sizeOf(length), BlockKind.Data, { reserved: true });
  const words = wordsAt(offset + SEGMENT_DATA, 2);
  words[0] = length;
  words[1] = kind;
  copyIn(bytesAt(offset + SEGMENT_DATA, ITEM_HEADER_BYTES + length), ITEM_HEADER_BYTES, bytes, length);
  return offset;
}

function copyIn(to: Uint8Array, at: number, from: Uint8Array, length: number): void {
  if (length > 48) to.set(length === from.length ? from : from.subarray(0, length), at);
  else for (let i = 0; i < length; i++) to[at + i] = from[i]!;
}

/** The least power of two that is not below `least`. */
export function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(least));
}
