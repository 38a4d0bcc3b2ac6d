import { checkInteger, quoted } from "../base/check.ts";
import { BufferTooShort, TransportError } from "../base/errors.ts";
import { ItemKind } from "./_exchange.ts";

/** Messages of plain bytes. */

/** Bytes that a connection can send, and buffers it can receive into. */
export type Bytes = ArrayBufferView | ArrayBufferLike;

/** All bytes of `value`. */
function bytesOf(name: string, value: Bytes): Uint8Array {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return new Uint8Array(value);
  throw new TypeError(`Expected "${name}" to be bytes: a typed array, DataView or ArrayBuffer, got ${quoted(value)}`);
}

/** `size` bytes from `offset` of `value`, checked. */
export function partOf(value: Bytes, offset = 0, size?: number): Uint8Array {
  const bytes = bytesOf("bytes", value);
  checkInteger("offset", offset, 0);
  if (offset > bytes.length) {
    throw new RangeError(`Expected "offset" to be at most ${bytes.length}, the length in bytes, got ${offset}`);
  }
  if (size === undefined) return bytes.subarray(offset);
  checkInteger("size", size, 0);
  if (offset + size > bytes.length) {
    throw new RangeError(
      `Expected "offset" plus "size" to be at most ${bytes.length}, the length in bytes, got ${offset + size}`,
    );
  }
  return bytes.subarray(offset, offset + size);
}

/** A visitor of items that hold bytes as they were given. */
export function raw<V>(
  visit: (bytes: Uint8Array) => V,
): (bytes: Uint8Array, start: number, end: number, kind: number) => V {
  return (bytes, start, end, kind) => {
    if (kind === ItemKind.Raw) return visit(bytes.subarray(start, end));
    throw new TransportError("This message was sent with send: receive it with recv");
  };
}

/** Makes a copy of a message, of at most `maxLength` bytes. */
export function toBytes(maxLength: number | undefined): (bytes: Uint8Array) => Uint8Array {
  if (maxLength !== undefined) checkInteger("maxLength", maxLength, 0);
  return (bytes) => {
    if (maxLength !== undefined && bytes.length > maxLength) throw tooShort(bytes, maxLength);
    return bytes.slice();
  };
}

/** Writes a message into `buffer` from `offset` on and gives its length. */
export function into(buffer: Bytes, offset = 0): (bytes: Uint8Array) => number {
  const target = bytesOf("buffer", buffer);
  checkInteger("offset", offset, 0);
  if (offset > target.length) {
    throw new RangeError(`Expected "offset" to be at most ${target.length}, the length in bytes, got ${offset}`);
  }
  return (bytes) => {
    if (bytes.length > target.length - offset) throw tooShort(bytes, target.length - offset);
    target.set(bytes, offset);
    return bytes.length;
  };
}

function tooShort(bytes: Uint8Array, room: number): BufferTooShort {
  const error = new BufferTooShort(
    `The message has ${bytes.length} bytes, more than the ${room} that it may have here`,
  );
  return Object.assign(error, { bytes: bytes.slice() });
}
