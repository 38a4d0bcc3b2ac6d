/**
 * The format that {@linkcode encode} writes and {@linkcode decode} reads. It
 * never leaves one program (or one version of it), so it has no version.
 *
 * ```
 * packet  = flags, value, deferred bodies, [buffers, u32 where the buffers begin]
 * value   = one tag byte, then what that tag says
 * 0x00…   = the tags below      0x40… = a short Latin-1 string      0x80… = an integer from 0 to 127
 * ```
 *
 * Numbers are little-endian; `varuint` has 7 bits a byte, the lowest first.
 */

/** Flag of a packet: its end holds buffers. */
export const HAS_BUFFERS = 1;
/** Flag of a packet: it holds shared objects, each with a reference that only decoding gives up. */
export const HAS_SHARED = 2;

/** What follows a tag byte. */
export const Tag = {
  Undefined: 0,
  Null: 1,
  True: 2,
  False: 3,
  /** i32. */
  Int: 4,
  /** f64. */
  Float: 5,
  /** i64. */
  BigInt64: 6,
  /** Sign byte, hexadecimal digits as a string. */
  BigInt: 7,
  /** varuint length, bytes. */
  Latin1: 8,
  /** varuint bytes, bytes. */
  Utf8: 9,
  /** varuint code units, bytes: strings with lone surrogates. */
  Utf16: 10,
  /** varuint: the index of an object met before. */
  Ref: 11,
  /** u32 hash, varuint bytes, the keys; then the values. Gives the keys the next index. */
  ObjectNew: 12,
  /** varuint index of the keys; then the values. */
  ObjectSame: 13,
  /** varuint count, then key and value alternately. */
  ObjectWide: 14,
  /** varuint length, values. */
  Array: 15,
  /** varuint length, i32 each. */
  ArrayInt: 16,
  /** varuint length, f64 each. */
  ArrayFloat: 17,
  /** varuint length, varuint count, then key and value alternately: holes, or properties that are no elements. */
  ArraySparse: 18,
  /** varuint count, then key and value alternately. */
  Map: 19,
  /** varuint count, values. */
  Set: 20,
  /** f64. */
  Date: 21,
  /** Source and flags, two strings. */
  RegExp: 22,
  /** The primitive. */
  Boxed: 23,
  /** varuint index of the buffer. */
  Buffer: 24,
  /** Type (| 0x80: follows its buffer's length), varuint index of the buffer, offset, length. */
  View: 25,
  /** The class, then its fields: `_error.ts`. */
  Error: 26,
  /** Kind and data, two values. */
  Shared: 27,
  /** varuint index into the side table. */
  Side: 28,
  /** Tag of what follows at the packet's end: an object, array, Map or Set too deep to be written in place. */
  Deferred: 29,
  /** The program's shared memory itself. */
  Memory: 30,
} as const;

/** Tag of a Latin-1 string shorter than 64: the low bits are its length. */
export const SHORT_STRING = 0x40;
/** Tag of an integer below 128: the low bits. */
export const SMALL_INT = 0x80;

/** How a buffer of the packet travels. */
export const BufferForm = {
  /** varuint bytes left out at its start, byte length that travels, bytes from a multiple of 8 on. */
  Plain: 0,
  /** varuint byte length, varuint greatest byte length, bytes. */
  Resizable: 1,
  /** varuint index into the side table. */
  Side: 2,
  /** The program's shared memory: nothing follows. */
  Memory: 3,
} as const;

/** Names of the views by their number in the format. */
export const VIEW_NAMES: readonly string[] = [
  "Uint8Array",
  "Int8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "Float16Array",
  "DataView",
];

/** How deep values are written in place; deeper ones follow at the packet's end, so no stack overflows. */
export const MAX_DEPTH = 100;
