import { quoted } from "../base/check.ts";

/** Names of element types: signed and unsigned integers, and floating-point numbers, by their bits. */
export type DType = "i8" | "u8" | "i16" | "u16" | "i32" | "u32" | "i64" | "u64" | "f16" | "f32" | "f64";

/**
 * Python's letters for element types (those of `array` and `struct`, where `l`
 * and `L` have 64 bits; `c` is a byte and `u` a code point), each with the name
 * that it stands for.
 */
export interface DTypeLetters {
  /** Signed, 8 bits. */
  b: "i8";
  /** Unsigned, 8 bits. */
  B: "u8";
  /** A byte of a string. */
  c: "u8";
  /** Signed, 16 bits. */
  h: "i16";
  /** Unsigned, 16 bits. */
  H: "u16";
  /** Signed, 32 bits. */
  i: "i32";
  /** Unsigned, 32 bits. */
  I: "u32";
  /** A code point. */
  u: "u32";
  /** Signed, 64 bits. */
  l: "i64";
  /** Unsigned, 64 bits. */
  L: "u64";
  /** Signed, 64 bits. */
  q: "i64";
  /** Unsigned, 64 bits. */
  Q: "u64";
  /** Floating point, 16 bits. */
  e: "f16";
  /** Floating point, 32 bits. */
  f: "f32";
  /** Floating point, 64 bits. */
  d: "f64";
}

/** What a constructor accepts as the element type: a {@linkcode DType}, or Python's letter for one. */
export type DTypeName = DType | keyof DTypeLetters;

/** The {@linkcode DType} that a name or letter stands for. */
export type DTypeOf<D extends DTypeName> = D extends DType ? D : D extends keyof DTypeLetters ? DTypeLetters[D] : never;

/** @internal */
interface TypedArrays {
  i8: Int8Array<SharedArrayBuffer>;
  u8: Uint8Array<SharedArrayBuffer>;
  i16: Int16Array<SharedArrayBuffer>;
  u16: Uint16Array<SharedArrayBuffer>;
  i32: Int32Array<SharedArrayBuffer>;
  u32: Uint32Array<SharedArrayBuffer>;
  i64: BigInt64Array<SharedArrayBuffer>;
  u64: BigUint64Array<SharedArrayBuffer>;
  f16: Float16Array<SharedArrayBuffer>;
  f32: Float32Array<SharedArrayBuffer>;
  f64: Float64Array<SharedArrayBuffer>;
}

/** @internal */
interface TypedCopies {
  i8: Int8Array<ArrayBuffer>;
  u8: Uint8Array<ArrayBuffer>;
  i16: Int16Array<ArrayBuffer>;
  u16: Uint16Array<ArrayBuffer>;
  i32: Int32Array<ArrayBuffer>;
  u32: Uint32Array<ArrayBuffer>;
  i64: BigInt64Array<ArrayBuffer>;
  u64: BigUint64Array<ArrayBuffer>;
  f16: Float16Array<ArrayBuffer>;
  f32: Float32Array<ArrayBuffer>;
  f64: Float64Array<ArrayBuffer>;
}

/** The typed array, over shared memory, of an element type. */
export type TypedArrayOf<D extends DTypeName> = TypedArrays[DTypeOf<D>];
/** The typed array, over memory of its own, of an element type. */
export type TypedCopyOf<D extends DTypeName> = TypedCopies[DTypeOf<D>];
/** What an element is in JavaScript: `bigint` for 64-bit integers, else `number`. */
export type ElementOf<D extends DTypeName> = D extends "i64" | "u64" | "l" | "L" | "q" | "Q" ? bigint : number;
/** What is accepted as an element: 64-bit integers also as whole numbers. */
export type ElementInput<D extends DTypeName> = D extends "i64" | "u64" | "l" | "L" | "q" | "Q" ? bigint | number
  : number;

/** A typed array's class, as far as it is used here. */
export interface TypedArrayClass {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArrays[DType];
}

/** What is known of an element type. */
export interface DTypeInfo {
  /** Its name. */
  readonly name: DType;
  /** Its typed array. */
  readonly array: TypedArrayClass;
  /** Bytes of an element. */
  readonly bytes: number;
  /** Whether elements are whole numbers of JavaScript's `bigint`. */
  readonly big: boolean;
  /** Whether elements are floating-point numbers. */
  readonly float: boolean;
}

function info(name: DType, array: unknown): DTypeInfo {
  const typed = array as TypedArrayClass;
  const big = name === "i64" || name === "u64";
  return { name, array: typed, bytes: typed.BYTES_PER_ELEMENT, big, float: name.startsWith("f") };
}

/** Every element type. Append only: the index travels. */
export const DTYPES: readonly DTypeInfo[] = [
  info("i8", Int8Array),
  info("u8", Uint8Array),
  info("i16", Int16Array),
  info("u16", Uint16Array),
  info("i32", Int32Array),
  info("u32", Uint32Array),
  info("i64", BigInt64Array),
  info("u64", BigUint64Array),
  info("f16", Float16Array),
  info("f32", Float32Array),
  info("f64", Float64Array),
];

const LETTERS: DTypeLetters = {
  b: "i8",
  B: "u8",
  c: "u8",
  h: "i16",
  H: "u16",
  i: "i32",
  I: "u32",
  u: "u32",
  l: "i64",
  L: "u64",
  q: "i64",
  Q: "u64",
  e: "f16",
  f: "f32",
  d: "f64",
};

const BY_NAME: ReadonlyMap<string, DTypeInfo> = new Map<string, DTypeInfo>([
  ...DTYPES.map((dtype) => [dtype.name, dtype] as const),
  ...Object.entries(LETTERS).map(([letter, name]) => [letter, DTYPES.find((dtype) => dtype.name === name)!] as const),
]);

/**
 * What is known of the element type `name`.
 *
 * @throws {TypeError} When there is none of that name.
 */
export function dtypeInfo(name: unknown): DTypeInfo {
  const found = typeof name === "string" ? BY_NAME.get(name) : undefined;
  if (found === undefined) {
    const names = DTYPES.map((dtype) => dtype.name).join(", ");
    throw new TypeError(`Expected "dtype" to be one of ${names}, or Python's letter for one, got ${quoted(name)}`);
  }
  return found;
}

/**
 * `value` as an element of the type; whole numbers wrap as in C.
 *
 * @throws {TypeError} When it is not a number, not whole for an integer type, or a `bigint` for any but a 64-bit type.
 */
export function toElement(dtype: DTypeInfo, value: unknown): number | bigint {
  if (dtype.big) {
    if (typeof value === "bigint") return value;
    if (Number.isSafeInteger(value)) return BigInt(value as number);
    throw new TypeError(`Expected a whole number for dtype "${dtype.name}", got ${quoted(value)}`);
  }
  if (typeof value !== "number") {
    throw new TypeError(`Expected a number for dtype "${dtype.name}", got ${quoted(value)}`);
  }
  if (!dtype.float && !Number.isInteger(value)) {
    throw new TypeError(`Expected a whole number for dtype "${dtype.name}", got ${value}`);
  }
  return value;
}
