import { Buffer } from "node:buffer";

/** Bytes of any memory. */
export type Bytes = Uint8Array<ArrayBufferLike>;

/** No bytes. */
export const NOTHING: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/** Strings up to this length are put together here, longer ones by the runtime. */
const SHORT = 12;

/** Reads what a `Writer` wrote. */
export class Reader {
  /** What is read, from its memory's start. */
  protected bytes: Bytes = NOTHING;
  /** The same memory. */
  protected view: DataView = new DataView(NOTHING.buffer);
  /** Where the next byte is. */
  protected at = 0;
  /** Where the packet starts. */
  protected start = 0;
  /** Where it ends. */
  protected end = 0;
  #text: Buffer | null = null;

  /** Reads `buffer` from now on. */
  protected open(buffer: ArrayBufferLike): void {
    if (this.bytes.buffer === buffer && this.bytes.length === buffer.byteLength) return;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer) as DataView<ArrayBuffer>;
    this.#text = null;
  }

  /** An unsigned integer, 7 bits a byte. */
  protected varuint(): number {
    let byte = this.bytes[this.at++]!;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 128;
    do {
      byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) * scale;
      scale *= 128;
    } while (byte >= 0x80);
    return value;
  }

  /** A number of 8 bytes. */
  protected float(): number {
    this.at += 8;
    return this.view.getFloat64(this.at - 8, true);
  }

  /** A string of one byte a code unit. */
  protected latin1(length: number): string {
    if (length > SHORT) return this.slice("latin1", length);
    const { bytes: b, at } = this;
    const end = this.at = at + length;
    let text = "";
    let i = at;
    // Many units in one call: each call costs as much as ten units.
    for (; i + 4 <= end; i += 4) text += String.fromCharCode(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!);
    switch (end - i) {
      case 1:
        return text + String.fromCharCode(b[i]!);
      case 2:
        return text + String.fromCharCode(b[i]!, b[i + 1]!);
      case 3:
        return text + String.fromCharCode(b[i]!, b[i + 1]!, b[i + 2]!);
    }
    return text;
  }

  /** A string of so many bytes. */
  protected slice(encoding: "latin1" | "utf8" | "utf16le", bytes: number): string {
    this.#text ??= Buffer.from(this.bytes.buffer);
    this.at += bytes;
    return this.#text.toString(encoding, this.at - bytes, this.at);
  }

  /** Skips to where the writer did. */
  protected align(): void {
    this.at += -(this.at - this.start) & 7;
  }
}
