import { quoted } from "../base/check.ts";
import { sharedBuffer } from "../memory/memory.ts";
import { isProgramMemory } from "../memory/program_memory.ts";
import type { DType } from "../memory/dtype.ts";
import type { ArrayOperand, NumericArray } from "./_types.ts";

/**
 * What was given as an operand, and whether a kernel can take it. An array in the shared memory is used where it
 * lies; any other one has no address a kernel can read, and passes through a copy.
 */

/** An operand that has elements. */
export interface ArrayInput {
  /** What was given. */
  readonly value: ArrayOperand;
  /** The name of its element type. */
  readonly dtype: DType;
  /** In elements. */
  readonly length: number;
  /** Byte offset in the shared memory, or -1 for an array that lies elsewhere. */
  readonly offset: number;
}

/** An operand: one with elements, or a number. */
export type Input = ArrayInput | number;

const DTYPES: ReadonlyMap<string, DType> = new Map([
  ["Float64Array", "f64"],
  ["Float32Array", "f32"],
  ["Float16Array", "f16"],
  ["Int32Array", "i32"],
  ["Uint32Array", "u32"],
  ["Int16Array", "i16"],
  ["Uint16Array", "u16"],
  ["Int8Array", "i8"],
  ["Uint8Array", "u8"],
  ["Uint8ClampedArray", "u8"],
  ["BigInt64Array", "i64"],
  ["BigUint64Array", "u64"],
]);

const BYTES: Readonly<Record<DType, number>> = {
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  u32: 4,
  i64: 8,
  u64: 8,
  f16: 2,
  f32: 4,
  f64: 8,
};

/** Bytes of one element. */
export function bytesOf(dtype: DType): number {
  return BYTES[dtype];
}

/** What `value` is as an array operand; `null` when it is none. */
export function arrayInput(value: unknown): ArrayInput | null {
  if (typeof value !== "object" || value === null) return null;
  if (ArrayBuffer.isView(value)) return typedInput(value);
  const { dtype, length, byteOffset, data } = value as Record<string, unknown>;
  if (typeof dtype !== "string" || typeof length !== "number" || typeof byteOffset !== "number") return null;
  if (!ArrayBuffer.isView(data)) return null;
  return { value: value as ArrayOperand, dtype: dtype as DType, length, offset: byteOffset };
}

function typedInput(view: ArrayBufferView): ArrayInput | null {
  const array = view as NumericArray;
  const dtype = DTYPES.get(array[Symbol.toStringTag] as string);
  if (dtype === undefined) return null;
  const buffer: ArrayBufferLike = array.buffer;
  const shared = buffer instanceof SharedArrayBuffer && isProgramMemory(buffer);
  return { value: array, dtype, length: array.length, offset: shared ? array.byteOffset : -1 };
}

/** What `value` is as operand number `index` of kernel `name`. */
export function input(name: string, value: unknown, index: number): Input {
  if (typeof value === "number") return value;
  const found = arrayInput(value);
  if (found !== null) return found;
  throw new TypeError(
    `Expected operand ${index + 1} of kernel "${name}" to be a SharedArray, a typed array or a number, got ${
      quoted(value)
    }`,
  );
}

/** The elements of an array operand, as a typed array. */
export function viewOf(array: ArrayInput): NumericArray {
  return (ArrayBuffer.isView(array.value) ? array.value : array.value.data) as NumericArray;
}

/** A typed array of shared memory at `offset`. */
export function sharedView(dtype: DType, offset: number, length: number): NumericArray {
  const buffer = sharedBuffer() as unknown as ArrayBuffer;
  if (dtype === "f64") return new Float64Array(buffer, offset, length);
  if (dtype === "f32") return new Float32Array(buffer, offset, length);
  if (dtype === "u32") return new Uint32Array(buffer, offset, length);
  return new Int32Array(buffer, offset, length);
}

/** A new typed array outside of the shared memory. */
export function plainArray(dtype: DType, length: number): NumericArray {
  if (dtype === "f64") return new Float64Array(length);
  if (dtype === "f32") return new Float32Array(length);
  if (dtype === "u32") return new Uint32Array(length);
  return new Int32Array(length);
}

/** A new array of the container that `like` has. */
export function newLike(like: ArrayInput, dtype: DType, length: number): ArrayInput {
  if (ArrayBuffer.isView(like.value)) {
    return { value: plainArray(dtype, length), dtype, length, offset: -1 };
  }
  // By the operand's own class: it may be that of another copy of the library.
  const { constructor } = like.value as { constructor: unknown };
  const made = new (constructor as new (dtype: DType, length: number) => ArrayOperand)(dtype, length);
  return arrayInput(made)!;
}

/** Throws unless the operands can be used together by kernel `name`; returns the first array among them. */
export function checkInputs(name: string, dtypes: readonly DType[], inputs: readonly Input[]): ArrayInput {
  let first: ArrayInput | null = null;
  for (const each of inputs) {
    if (typeof each === "number") continue;
    checkDType(name, dtypes, each.dtype);
    first ??= each;
    if (each.dtype !== first.dtype) throw mixed(name, first.dtype, each.dtype);
    if (each.length !== first.length) throw lengths(name, first.length, each.length);
  }
  if (first === null) throw new TypeError(`Expected an operand of kernel "${name}" to be an array, got numbers only`);
  if (first.dtype === "i32" || first.dtype === "u32") {
    for (const each of inputs) if (typeof each === "number") checkIntegerOperand(name, first.dtype, each);
  }
  return first;
}

function checkIntegerOperand(name: string, dtype: DType, value: number): void {
  if (Number.isInteger(value)) return;
  throw new TypeError(`Expected the number given to kernel "${name}" with "${dtype}" to be an integer, got ${value}`);
}

/** Throws unless kernel `name` exists for `dtype`. */
export function checkDType(name: string, dtypes: readonly DType[], dtype: DType): void {
  if (dtypes.includes(dtype)) return;
  const known = dtypes.map((each) => `"${each}"`).join(", ");
  throw new TypeError(`Kernel "${name}" does not take "${dtype}": convert to one of ${known}`);
}

/** The array given as `out`, checked: of `dtype` and `length`. */
export function checkOut(name: string, out: unknown, dtype: DType, length: number): ArrayInput {
  const found = arrayInput(out);
  if (found === null) {
    throw new TypeError(`Expected "out" of kernel "${name}" to be a SharedArray or a typed array, got ${quoted(out)}`);
  }
  if (found.dtype !== dtype) throw mixed(name, dtype, found.dtype, "out");
  if (found.length !== length) throw lengths(name, length, found.length, "out");
  return found;
}

function mixed(name: string, first: DType, other: DType, what = "an operand"): TypeError {
  return new TypeError(`Kernel "${name}" cannot mix dtypes: expected "${first}", got ${what} of "${other}"`);
}

function lengths(name: string, first: number, other: number, what = "an operand"): RangeError {
  return new RangeError(`Kernel "${name}" needs equal lengths: expected ${first} elements, got ${what} of ${other}`);
}

/** Throws unless kernel `name` was given the operands it needs. */
export function checkCount(name: string, needed: number, given: number, withOut: boolean): void {
  if (given === needed || (withOut && given === needed + 1)) return;
  const words = needed === 1 ? "1 operand" : `${needed} operands`;
  throw new TypeError(`Kernel "${name}" takes ${words}${withOut ? " and, if wanted, out" : ""}, got ${given}`);
}
