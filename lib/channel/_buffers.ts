import { isProgramMemory } from "../memory/program_memory.ts";
import { BufferForm } from "./_tags.ts";
import type { Writer } from "./_writer.ts";

/**
 * The buffers behind the views of one packet. They are written at its end,
 * when it is known which part of each the views need: views of one buffer
 * share one again on the other side, and a small view of a large buffer does
 * not carry all of it.
 */

interface Entry {
  readonly buffer: ArrayBufferLike;
  low: number;
  high: number;
}

/** Buffers are found again by looking at each, or, when they are many, by a table. */
const FEW = 8;

/** The most bytes that an entry takes besides its contents, roughly. */
const ENTRY_BYTES = 32;

/** The buffers of the packet that is being written. */
export class BufferTable {
  #entries: Entry[] = [];
  #index: Map<ArrayBufferLike, number> | null = null;

  /** How many there are. */
  get size(): number {
    return this.#entries.length;
  }

  /** Forgets all. */
  clear(): void {
    this.#entries = [];
    this.#index = null;
  }

  /** The index of `buffer`, all of which is needed. */
  whole(buffer: ArrayBufferLike): number {
    return this.range(buffer, 0, buffer.byteLength);
  }

  /** The index of `buffer`, of which these bytes are needed. */
  range(buffer: ArrayBufferLike, offset: number, length: number): number {
    // Views in the receiver start where its elements may: at a multiple of 8.
    const low = offset - offset % 8;
    const found = this.#find(buffer);
    if (found < 0) {
      this.#index?.set(buffer, this.#entries.length);
      return this.#entries.push({ buffer, low, high: offset + length }) - 1;
    }
    const entry = this.#entries[found]!;
    entry.low = Math.min(entry.low, low);
    entry.high = Math.max(entry.high, offset + length);
    return found;
  }

  #find(buffer: ArrayBufferLike): number {
    if (this.#entries.length <= FEW) return this.#entries.findIndex((entry) => entry.buffer === buffer);
    this.#index ??= new Map(this.#entries.map((entry, index) => [entry.buffer, index]));
    return this.#index.get(buffer) ?? -1;
  }

  /** Writes all of them, and last where that begins. */
  write(out: Writer, sideIndex: (object: unknown) => number, transfer: ReadonlySet<unknown> | null): void {
    const start = out.at;
    // All at once: growing step by step would copy what is written at each.
    out.need(this.#entries.reduce((sum, entry) => sum + ENTRY_BYTES + bytesOf(entry, transfer), ENTRY_BYTES));
    out.varuint(this.#entries.length);
    for (const entry of this.#entries) writeEntry(out, entry, sideIndex, transfer);
    out.need(4);
    out.view.setUint32(out.at, start, true);
    out.at += 4;
  }
}

/** How many bytes of its contents are written. */
function bytesOf({ buffer, low, high }: Entry, transfer: ReadonlySet<unknown> | null): number {
  if (!(buffer instanceof ArrayBuffer) || transfer?.has(buffer)) return 0;
  return buffer.resizable ? buffer.byteLength : high - low;
}

function writeEntry(
  out: Writer,
  { buffer, low, high }: Entry,
  sideIndex: (object: unknown) => number,
  transfer: ReadonlySet<unknown> | null,
): void {
  if (!(buffer instanceof ArrayBuffer) || transfer?.has(buffer)) {
    if (buffer instanceof SharedArrayBuffer && isProgramMemory(buffer)) return out.byte(BufferForm.Memory);
    out.byte(BufferForm.Side);
    return out.varuint(sideIndex(buffer));
  }
  if (buffer.resizable) {
    out.byte(BufferForm.Resizable);
    out.varuint(buffer.byteLength);
    out.varuint(buffer.maxByteLength);
    out.align();
    return out.copy(new Uint8Array(buffer));
  }
  out.byte(BufferForm.Plain);
  out.varuint(low);
  out.varuint(high - low);
  out.align();
  out.copy(new Uint8Array(buffer, low, high - low));
}
