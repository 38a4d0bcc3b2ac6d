import { SHORT_STRING, Tag } from "./_tags.ts";

const utf8 = new TextEncoder();

/** Strings from this length on are written by the runtime's encoder, shorter ones by a loop. */
const LONG_STRING = 40;

/** Bytes that grow as they are written. The fields are public for speed: only the codec sees them. */
export class Writer {
  /** What was written, and room after it. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The same memory. */
  view: DataView<ArrayBuffer>;
  /** How many bytes are written. */
  at = 0;

  /** A writer that has room for `capacity` bytes at first. */
  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `more` bytes. */
  need(more: number): void {
    if (this.at + more > this.bytes.length) this.#grow(this.at + more);
  }

  #grow(least: number): void {
    const grown = new Uint8Array(Math.max(least, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  /** Gives up the memory, for the owner of what was written to keep. */
  renew(capacity = 1024): void {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
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
