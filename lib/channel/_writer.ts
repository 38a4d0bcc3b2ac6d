import { Handle } from "../memory/handle.ts";
import { BlockKind } from "../memory/layout.ts";
import { bytesAt } from "../memory/memory.ts";
import { SHORT_STRING, Tag } from "./_tags.ts";

const utf8 = new TextEncoder();

/** Strings from this length on are written by the runtime's encoder, shorter ones by a loop. */
const LONG_STRING = 40;

/** A piece of a packet from this length on is written where it stays, and the rest with it: more than a ring takes in. */
const LARGE = 1 << 17;

/** A block of the arena; `null` where that has no room. */
function blockOf(length: number): Handle | null {
  try {
    return Handle.create(length, BlockKind.Data);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Bytes that grow as they are written. The fields are public for speed: only the codec sees them. */
export class Writer {
  /** What was written, and room after it. */
  bytes: Uint8Array;
  /** The same memory. */
  view: DataView;
  /** How many bytes are written. */
  at = 0;
  /**
   * Whether a large packet is written into a block of the arena. New memory of the engine costs a page fault for each
   * 4 KiB, many times as much as the copy; the arena's is mostly warm, and the reader can read it there.
   */
  blocks = false;
  /** The block that the packet is in, if it is in one. */
  block: Handle | null = null;
  /** Where small packets are written. */
  #home: Uint8Array<ArrayBuffer>;

  /** A writer that has room for `capacity` bytes at first. */
  constructor(capacity = 1024) {
    this.bytes = this.#home = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `more` bytes. */
  need(more: number): void {
    if (this.at + more > this.bytes.length) this.#grow(this.at + more);
  }

  #grow(least: number): void {
    const before = this.block;
    // What grows step by step does so in the engine's memory, by doubling: the arena would keep the steps.
    const block = this.blocks && least - this.at >= Math.max(LARGE, this.at) ? blockOf(least) : null;
    const length = block === null ? Math.max(least, this.bytes.length * 2) : least;
    const grown = block === null ? new Uint8Array(length) : bytesAt(block.offset, length);
    grown.set(this.bytes.subarray(0, this.at));
    if (block === null) this.#home = grown as Uint8Array<ArrayBuffer>;
    this.block = block;
    this.#use(grown);
    before?.close();
  }

  #use(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Gives up the memory, for the owner of what was written to keep. */
  renew(capacity = 1024): void {
    if (this.block === null) this.#home = new Uint8Array(capacity);
    this.block = null;
    this.#use(this.#home);
    this.at = 0;
  }

  /** One byte. */
  byte(value: number): void {
    if (this.at === this.bytes.length) this.#grow(this.at + 1);
    this.bytes[this.at++] = value;
  }

  /** An unsigned integer, 7 bits a byte. */
  varuint(value: number): void {
    this.need(8);
    while (value > 0x7f) {
      this.bytes[this.at++] = (value % 128) | 0x80;
      value = Math.floor(value / 128);
    }
    this.bytes[this.at++] = value;
  }

  /** A tag and a number of 8 bytes. */
  float(tag: number, value: number): void {
    this.need(9);
    this.bytes[this.at] = tag;
    this.view.setFloat64(this.at + 1, value, true);
    this.at += 9;
  }

  /** A number with its tag. */
  number(value: number): void {
    const int = value | 0;
    if (int !== value || (int === 0 && Object.is(value, -0))) return this.float(Tag.Float, value);
    if (int >= 0 && int < 128) return this.byte(int | 0x80);
    this.need(5);
    this.bytes[this.at] = Tag.Int;
    this.view.setInt32(this.at + 1, int, true);
    this.at += 5;
  }

  /** A bigint with its tag. */
  bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      this.need(9);
      this.bytes[this.at] = Tag.BigInt64;
      this.view.setBigInt64(this.at + 1, value, true);
      this.at += 9;
      return;
    }
    this.byte(Tag.BigInt);
    this.byte(value < 0n ? 1 : 0);
    this.string((value < 0n ? -value : value).toString(16));
  }

  /** A string with its tag. */
  string(value: string): void {
    const { length } = value;
    if (length >= LONG_STRING) return this.#long(value);
    this.need(length + 1);
    const { bytes, at } = this;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0xff) return this.#units(value);
      bytes[at + 1 + i] = unit;
    }
    bytes[at] = SHORT_STRING | length;
    this.at = at + 1 + length;
  }

  #long(value: string): void {
    if (!value.isWellFormed()) return this.#units(value);
    this.need(value.length + 9);
    const start = this.at;
    this.byte(Tag.Latin1);
    this.varuint(value.length);
    // ASCII, as most strings are, has as many bytes as code units.
    const room = this.bytes.subarray(this.at, this.at + value.length);
    const { read } = utf8.encodeInto(value, room);
    if (read === value.length) {
      this.at += value.length;
      return;
    }
    this.at = start;
    this.#utf8(value);
  }

  #utf8(value: string): void {
    this.need(value.length * 3 + 9);
    const start = this.at;
    const { written } = utf8.encodeInto(value, this.bytes.subarray(start + 9));
    this.byte(Tag.Utf8);
    this.varuint(written);
    this.bytes.copyWithin(this.at, start + 9, start + 9 + written);
    this.at += written;
  }

  #units(value: string): void {
    const { length } = value;
    this.byte(Tag.Utf16);
    this.varuint(length);
    this.need(length * 2);
    for (let i = 0; i < length; i++) {
      this.view.setUint16(this.at + 2 * i, value.charCodeAt(i), true);
    }
    this.at += length * 2;
  }

  /** Skips to a multiple of 8, counted from the packet's start: the runtime copies aligned memory several times faster. */
  align(): void {
    const rest = this.at & 7;
    if (rest === 0) return;
    this.need(8);
    // Zeroed, so that equal values give equal bytes.
    for (let i = rest; i < 8; i++) this.bytes[this.at++] = 0;
  }

  /** Bytes as they are. */
  copy(bytes: Uint8Array): void {
    this.need(bytes.length);
    if (bytes.length > 32) this.bytes.set(bytes, this.at);
    else for (let i = 0; i < bytes.length; i++) this.bytes[this.at + i] = bytes[i]!;
    this.at += bytes.length;
  }
}
