import type { DType } from "../memory/dtype.ts";

/** A typed array of a dtype that kernels know. */
export type NumericArray = Float64Array | Float32Array | Int32Array | Uint32Array;

/** What kernels need of a `SharedArray`: its elements are used where they lie. */
export interface SharedArrayLike {
  /** The name of the element type. */
  readonly dtype: DType;
  /** In elements. */
  readonly length: number;
  /** Where the elements begin in the shared memory, in bytes. */
  readonly byteOffset: number;
  /** A view of the elements. */
  readonly data: ArrayBufferView;
}

/** An operand that has elements: a `SharedArray` is used where it lies, a typed array is copied in and out. */
export type ArrayOperand = NumericArray | SharedArrayLike;

/** An operand of a kernel: an array, or a number that stands for an array of it. */
export type Operand = ArrayOperand | number;
