import { generationOf, release } from "../memory/arena.ts";
import { Handle } from "../memory/handle.ts";
import {
  CHANNEL_GET_LOCK,
  CHANNEL_GOT_COUNT,
  CHANNEL_HEAD,
  CHANNEL_PASSED,
  CHANNEL_PUT_COUNT,
  CHANNEL_SEEN_PUT,
  CHANNEL_STATE,
  END_BYTES,
  END_POSITION,
  END_SEGMENT,
  END_WORDS,
  ITEM_HEADER_BYTES,
  SEGMENT_DATA,
  SEGMENT_END,
  SEGMENT_NEXT,
} from "../memory/layout.ts";
import { bytesAt } from "../memory/memory.ts";
import { chaos } from "../sync/chaos.ts";
import { enter, leave } from "./_gate.ts";
import { FILLER, LARGE, offsetOf, reattach, Segment, sizeOf, viewOf } from "./_segment.ts";

/** The readers' side of a channel: README.md, "Taking". */

/** What is done with an item that was taken: `end` is past its last byte. The bytes are valid only during the call. */
export type Visit<T> = (bytes: Uint8Array, start: number, end: number, kind: number) => T;

/** Where items are copied before they are looked at; shared only so that the decoder keeps its view of it. */
let scratch: Uint8Array<SharedArrayBuffer> | null = null;

/** One thread's view of the head of a channel. */
export class Head {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #offset: number;
  #segment: Segment | null = null;
  // What #find found: the position, that modulo the ring, and the segment that was left for it.
  #position = 0;
  #at = 0;
  #passed: Segment | null = null;

  /** The head of the channel at the byte offset `offset`, whose words are `words`. */
  constructor(offset: number, words: Int32Array<SharedArrayBuffer>) {
    this.#offset = offset;
    this.#words = words;
  }

  /** Takes the next item, unless one of the flags `stop` of the channel's state is set: gives what `visit` returns for it, or `undefined`. `taken` runs first. */
  take<T>(visit: Visit<T>, stop: number, taken: () => void): T | undefined {
    // A look outside of the gate: others need it more.
    if (Atomics.load(this.#words, CHANNEL_PUT_COUNT) === Atomics.load(this.#words, CHANNEL_GOT_COUNT)) return undefined;
    const lost = enter(this.#words, CHANNEL_GET_LOCK);
    let length = 0;
    let kind = 0;
    let hold: Handle | null = null;
    let copy = scratch;
    try {
      if (lost) this.#repair();
      if ((this.#words[CHANNEL_STATE]! & stop) !== 0 || !this.#find()) return undefined;
      const segment = this.#segment!;
      length = segment.words[this.#at >> 2]! >>> 0;
      kind = segment.words[(this.#at >> 2) + 1]!;
      if (length > LARGE) hold = Handle.join([offsetOf(segment.place), generationOf(offsetOf(segment.place))]);
      else {
        // Another item's visitor may be at work on the scratch.
        copy = scratch ?? new Uint8Array(new SharedArrayBuffer(LARGE));
        scratch = null;
        copyOut(copy, segment.bytes, this.#at + ITEM_HEADER_BYTES, length);
      }
      this.#consume(sizeOf(length));
    } finally {
      leave(this.#words, CHANNEL_GET_LOCK);
    }
    taken();
    if (hold === null) return visitCopy(visit, copy!, length, kind);
    try {
      return visit(
        bytesAt(hold.offset + SEGMENT_DATA, ITEM_HEADER_BYTES + length),
        ITEM_HEADER_BYTES,
        ITEM_HEADER_BYTES + length,
        kind,
      );
    } finally {
      hold.close();
    }
  }

  /** Finds the next item: segment, place in it; `false` when there is none. Inside the gate. */
  #find(): boolean {
    const words = this.#words;
    const count = words[CHANNEL_GOT_COUNT]!;
    if (count === words[CHANNEL_SEEN_PUT]!) {
      words[CHANNEL_SEEN_PUT] = Atomics.load(words, CHANNEL_PUT_COUNT);
      if (count === words[CHANNEL_SEEN_PUT]) return false;
    }
    const head = CHANNEL_HEAD + (count & 1) * END_WORDS;
    let segment = this.#segment = viewOf(this.#segment, words[head + END_SEGMENT]!);
    let position = words[head + END_POSITION]!;
    this.#passed = null;
    const next = segment.header[SEGMENT_NEXT]!;
    if (next !== 0 && segment.header[SEGMENT_END] === position) {
      this.#passed = segment;
      segment = this.#segment = new Segment(next);
      position = 0;
    } else if (segment.words[(position & (segment.ring - 1)) >> 2] === FILLER) {
      position = (position + segment.ring - (position & (segment.ring - 1))) | 0;
    }
    this.#position = position;
    this.#at = segment.ring === 0 ? 0 : position & (segment.ring - 1);
    return true;
  }

  /** Moves the head over the item that {@linkcode Channel.#find} found, and gives back the segment it left. Inside the gate. */
  #consume(size: number): void {
    const words = this.#words;
    const before = CHANNEL_HEAD + (words[CHANNEL_GOT_COUNT]! & 1) * END_WORDS;
    const count = (words[CHANNEL_GOT_COUNT]! + 1) | 0;
    const head = CHANNEL_HEAD + (count & 1) * END_WORDS;
    words[head + END_SEGMENT] = this.#segment!.place;
    words[head + END_POSITION] = (this.#position + size) | 0;
    words[head + END_BYTES] = words[before + END_BYTES]! + size;
    const passed = this.#passed;
    if (passed !== null) {
      words[CHANNEL_PASSED] = generationOf(offsetOf(passed.place));
      words[CHANNEL_PASSED + 2] = count;
      Atomics.store(words, CHANNEL_PASSED + 1, passed.place);
    }
    if (chaos !== null) chaos();
    Atomics.store(words, CHANNEL_GOT_COUNT, count);
    if (chaos !== null) chaos();
    if (passed !== null) this.#giveBackPassed();
  }

  /** Gives the segment back that all items were taken from. Inside the gate, or after a death in it. */
  #giveBackPassed(): void {
    const words = this.#words;
    const place = words[CHANNEL_PASSED + 1]!;
    const first = words[CHANNEL_HEAD + (words[CHANNEL_GOT_COUNT]! & 1) * END_WORDS + END_SEGMENT]!;
    reattach(this.#offset, first, generationOf(offsetOf(first)));
    if (chaos !== null) chaos();
    if (generationOf(offsetOf(place)) === words[CHANNEL_PASSED]) {
      reattach(offsetOf(place), 0, 0);
      if (chaos !== null) chaos();
      release(offsetOf(place), words[CHANNEL_PASSED]!);
    }
    if (chaos !== null) chaos();
    words[CHANNEL_PASSED + 1] = 0;
  }

  /** After a reader's death inside the gate: an item is taken, or is not. */
  #repair(): void {
    const words = this.#words;
    if (words[CHANNEL_PASSED + 1] === 0) return;
    if (words[CHANNEL_PASSED + 2] === words[CHANNEL_GOT_COUNT]) this.#giveBackPassed();
    else words[CHANNEL_PASSED + 1] = 0;
  }
}

function visitCopy<T>(visit: Visit<T>, copy: Uint8Array<SharedArrayBuffer>, length: number, kind: number): T {
  try {
    return visit(copy, 0, length, kind);
  } finally {
    scratch = copy;
  }
}

function copyOut(to: Uint8Array, from: Uint8Array, at: number, length: number): void {
  if (length > 48) to.set(from.subarray(at, at + length));
  else for (let i = 0; i < length; i++) to[i] = from[at + i]!;
}
