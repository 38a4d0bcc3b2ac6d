import { allocate, generationOf } from "../memory/arena.ts";
import {
  BlockKind,
  CHANNEL_BYTES,
  CHANNEL_DONE,
  CHANNEL_DROPPED,
  CHANNEL_GOT_COUNT,
  CHANNEL_HEAD,
  CHANNEL_IDLE,
  CHANNEL_ITEMS,
  CHANNEL_MAX_BYTES,
  CHANNEL_MAX_ITEMS,
  CHANNEL_PUT_COUNT,
  CHANNEL_RING_BYTES,
  CHANNEL_ROOM,
  CHANNEL_SEEN_GOT,
  CHANNEL_SHUT,
  CHANNEL_STATE,
  CHANNEL_TAIL,
  END_SEGMENT,
  SEGMENT_DATA,
  SEGMENT_RING_BYTES,
} from "../memory/layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { rethrow } from "./_gate.ts";
import { Head, type Visit } from "./_head.ts";
import { placeOf, reattach } from "./_segment.ts";
import { Signal } from "./_signal.ts";
import { MOST_RING_BYTES, powerOfTwo, Put, Tail } from "./_tail.ts";

/**
 * A sequence of items in shared memory, each a run of bytes with a kind: put
 * at its tail and taken from its head by any number of threads, each of which
 * may die at any instruction. What queues and pipes are made of. README.md,
 * "Channel", has its states and races.
 */

/** How a new channel is limited. */
export interface ChannelLimits {
  /** The most items; 0 for no limit. */
  readonly maxItems: number;
  /** The most bytes; 0 for no limit. */
  readonly maxBytes: number;
  /** Bytes of the ring that it starts with. */
  readonly ringBytes: number;
}

const LEAST_RING_BYTES = 256;

/** Writes a new channel into the zeroed words at the byte offset `offset`. */
export function initializeChannel(offset: number, limits: ChannelLimits): void {
  const words = wordsAt(offset, CHANNEL_BYTES / 4);
  const ring = powerOfTwo(Math.min(MOST_RING_BYTES, Math.max(LEAST_RING_BYTES, limits.ringBytes)));
  words[CHANNEL_MAX_ITEMS] = limits.maxItems;
  words[CHANNEL_MAX_BYTES] = limits.maxBytes;
  words[CHANNEL_RING_BYTES] = ring;
  const segment = allocate(SEGMENT_DATA + ring, BlockKind.Data);
  wordsAt(segment, SEGMENT_DATA / 4)[SEGMENT_RING_BYTES] = ring;
  reattach(offset, placeOf(segment), generationOf(segment));
  for (const end of [CHANNEL_TAIL, CHANNEL_HEAD, CHANNEL_SEEN_GOT + 1]) words[end + END_SEGMENT] = placeOf(segment);
}

/** One thread's view of a channel. */
export class Channel {
  /** Its words. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** The signal that items are there. */
  readonly items: Signal;
  /** The signal that there is room. */
  readonly room: Signal;
  /** The signal that all items are done. */
  readonly idle: Signal;
  readonly #tail: Tail;
  readonly #head: Head;
  readonly #taken: () => void;

  /** The channel at the byte offset `offset`. */
  constructor(offset: number) {
    const words = wordsAt(offset, CHANNEL_BYTES / 4);
    this.words = words;
    this.items = new Signal(words, CHANNEL_ITEMS, CHANNEL_PUT_COUNT);
    const room = this.room = new Signal(words, CHANNEL_ROOM, CHANNEL_GOT_COUNT);
    this.idle = new Signal(words, CHANNEL_IDLE, CHANNEL_DONE);
    this.#tail = new Tail(offset, words);
    this.#head = new Head(offset, words);
    this.#taken = () => room.raise();
  }

  /** How many items are in it, at one instant. */
  get size(): number {
    while (true) {
      const got = Atomics.load(this.words, CHANNEL_GOT_COUNT);
      const put = Atomics.load(this.words, CHANNEL_PUT_COUNT);
      if (Atomics.load(this.words, CHANNEL_GOT_COUNT) !== got) continue;
      return (Atomics.load(this.words, CHANNEL_STATE) & CHANNEL_DROPPED) !== 0 ? 0 : (put - got) >>> 0;
    }
  }

  /** Whether nothing is put any more. */
  get shut(): boolean {
    return Atomics.load(this.words, CHANNEL_STATE) !== 0;
  }

  /** Whether what is left is not taken any more. */
  get dropped(): boolean {
    return (Atomics.load(this.words, CHANNEL_STATE) & CHANNEL_DROPPED) !== 0;
  }

  /** Whether an item of `length` bytes would be let in now, or refused for good. */
  admits(length: number): boolean {
    return this.#tail.admits(length);
  }

  /** Puts the first `length` bytes of `bytes` as one item of `kind`, if there is room. */
  put(bytes: Uint8Array, length: number, kind: number): Put {
    try {
      const outcome = this.#tail.put(bytes, length, kind);
      if (outcome === Put.Done) this.items.raise();
      return outcome;
    } catch (error) {
      rethrow(error);
    }
  }

  /** Takes the next item: gives what `visit` returns for it, or `undefined` when none is there. */
  take<T>(visit: Visit<T>): T | undefined {
    try {
      return this.#head.take(visit, CHANNEL_DROPPED, this.#taken);
    } catch (error) {
      rethrow(error);
    }
  }

  /** Takes the next item even of a channel whose items were dropped. */
  drain<T>(visit: Visit<T>): T | undefined {
    return this.#head.take(visit, 0, this.#taken);
  }

  /** Ends putting; with `drop`, taking as well. */
  shutDown(drop: boolean): void {
    this.#tail.shut(drop ? CHANNEL_SHUT | CHANNEL_DROPPED : CHANNEL_SHUT);
    this.wakeAll();
  }

  /** Wakes everyone who waits for anything. */
  wakeAll(): void {
    this.items.raiseAll();
    this.room.raiseAll();
    this.idle.raiseAll();
  }
}
