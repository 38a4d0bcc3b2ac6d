/**
 * What a kernel is, for those who use one: a function over whole arrays that runs on the calling thread when it is
 * called, and over slices on each worker when a pool is given it.
 *
 * @module
 */

import type { DType } from "../memory/dtype.ts";
import type { ArrayOperand, NumericArray, Operand, SharedArrayLike } from "./_types.ts";
import type { Plan, PlanOptions } from "./plan.ts";

export type { DType } from "../memory/dtype.ts";
export type { ArrayOperand, NumericArray, Operand, SharedArrayLike } from "./_types.ts";

/** What runs a kernel in parallel takes beside its operands; a kernel's own options (`seed`, `m`, …) stand here too. */
export interface ComputeOptions {
  /** Where the result goes; it may be an operand. Default: a new array of the container of the first array operand. */
  readonly out?: ArrayOperand | undefined;
  /** Aborted: rejects with its reason, and no further slice is begun. */
  readonly signal?: AbortSignal | undefined;
  /** In milliseconds, for the whole: after it rejects with `TimeoutError`, and no further slice is begun. */
  readonly timeout?: number | undefined;
  /** The kernel's own options. */
  readonly [option: string]: unknown;
}

/** What a kernel makes of an operand `O`: a number if it is a reduction, else an array of its container. */
export type Computed<O> = O extends ArrayOperand ? O : ArrayOperand | number;

/** The container of `T`, with elements of `u32`. */
export type IndicesLike<T> = T extends NumericArray ? Uint32Array : SharedArrayLike;

/** What kernel `K` makes of `O`, its operand or the array of its operands. */
export type ComputedBy<K extends Kernel, O> = K extends PredicateKernel ? boolean
  : K extends ExtremeKernel ? O extends readonly [unknown, unknown, ...unknown[]] ? ArrayOperand : number
  : K extends { readonly kind: "reduce" } | { readonly kind: "whole"; readonly reference: () => number } ? number
  : K extends { readonly kind: "whole"; readonly reference: (...operands: never[]) => Uint32Array }
    ? IndicesLike<O extends readonly (infer E)[] ? Extract<E, ArrayOperand> : O>
  : O extends ArrayOperand ? O
  : O extends readonly [infer A extends ArrayOperand, ...unknown[]] ? A
  : O extends readonly [number, infer B extends ArrayOperand, ...unknown[]] ? B
  : O extends readonly (infer E)[] ? Extract<E, ArrayOperand>
  : ArrayOperand;

/**
 * How a kernel works through its operands: `"map"` gives one element for each element, `"reduce"` a number for an
 * array, `"whole"` needs all elements for each result, as a sort does.
 */
export type KernelKind = "map" | "reduce" | "whole";

/** The property by which a kernel is known, in every copy of the library. */
export const KERNEL: unique symbol = Symbol.for("lanes.kernel") as never;

/** What the library knows of a kernel. */
export interface KernelDefinition {
  /** The name, as in error messages. */
  readonly name: string;
  /** How it works through its operands. */
  readonly kind: KernelKind;
  /** How many operands it takes, `out` not counted. */
  readonly arity: number;
  /** The element types it exists for. */
  readonly dtypes: readonly DType[];
  /** The definition for numbers, or for arrays where the kernel is a `"whole"` one. */
  readonly reference: (...operands: never[]) => unknown;
  /** The definition for 32-bit integers, where it is another one. */
  readonly integers?: ((...operands: never[]) => number) | undefined;
  /** The largest distance of a result from the correctly rounded one, in units of the last place; 0 is exact. */
  readonly ulp: number;
  /** Checks the operands and says how the work is cut into slices. */
  plan(operands: readonly unknown[], options: PlanOptions): Plan;
}

/**
 * A function over whole arrays. Recognised by {@linkcode KERNEL}.
 *
 * The types of the operands are those of each kernel's own call signature.
 */
export interface Kernel {
  /** Runs on the calling thread. */
  (...operands: never[]): unknown;
  /** The name, as in error messages. */
  readonly name: string;
  /** How it works through its operands. */
  readonly kind: KernelKind;
  /** How many operands it takes, `out` not counted. */
  readonly arity: number;
  /** The element types it exists for. */
  readonly dtypes: readonly DType[];
  /** The definition for numbers, or for arrays where the kernel is a `"whole"` one. */
  readonly reference: (...operands: never[]) => unknown;
  /** What the library knows of it. */
  readonly [KERNEL]: KernelDefinition;
}

/** A kernel of one operand, element by element. */
export interface UnaryKernel extends Kernel {
  /** It gives an element for each element. */
  readonly kind: "map";
  /**
   * Computes each element of the result from that of `xs`.
   *
   * @param xs The operand.
   * @param out Where the result goes; it may be `xs`. Default: a new array like `xs`.
   * @throws {TypeError} When an operand is missing or wrong, or of a dtype that the kernel lacks.
   * @throws {RangeError} When lengths differ.
   */
  <T extends ArrayOperand>(xs: T): T;
  /** The same, into `out`. */
  <T extends ArrayOperand>(xs: ArrayOperand, out: T): T;
  /** The definition. */
  readonly reference: (x: number) => number;
}

/** A kernel of two operands, element by element; one of them may be a number. */
export interface BinaryKernel extends Kernel {
  /** It gives an element for each element. */
  readonly kind: "map";
  /**
   * Computes each element of the result from those of `xs` and `ys`.
   *
   * @param xs The first operand.
   * @param ys The second operand.
   * @param out Where the result goes; it may be an operand. Default: a new array like the first array operand.
   * @throws {TypeError} When an operand is missing or wrong, of a dtype that the kernel lacks, or dtypes are mixed.
   * @throws {RangeError} When lengths differ.
   */
  <T extends ArrayOperand>(xs: T, ys: Operand): T;
  /** The same with a number first. */
  <T extends ArrayOperand>(xs: number, ys: T): T;
  /** The same, into `out`. */
  <T extends ArrayOperand>(xs: Operand, ys: Operand, out: T): T;
  /** The definition. */
  readonly reference: (x: number, y: number) => number;
}

/** A kernel of three operands, element by element; all but one may be numbers. */
export interface TernaryKernel extends Kernel {
  /** It gives an element for each element. */
  readonly kind: "map";
  /**
   * Computes each element of the result from those of `xs`, `ys` and `zs`.
   *
   * @param xs The first operand.
   * @param ys The second operand.
   * @param zs The third operand.
   * @param out Where the result goes; it may be an operand. Default: a new array like the first array operand.
   * @throws {TypeError} When an operand is missing or wrong, of a dtype that the kernel lacks, or dtypes are mixed.
   * @throws {RangeError} When lengths differ.
   */
  <T extends ArrayOperand>(xs: T, ys: Operand, zs: Operand): T;
  /** The same with a number first. */
  <T extends ArrayOperand>(xs: number, ys: T, zs: Operand): T;
  /** The same with two numbers first. */
  <T extends ArrayOperand>(xs: number, ys: number, zs: T): T;
  /** The same, into `out`. */
  <T extends ArrayOperand>(xs: Operand, ys: Operand, zs: Operand, out: T): T;
  /** The definition. */
  readonly reference: (x: number, y: number, z: number) => number;
}

/** A kernel that makes one number of an array. */
export interface ReductionKernel extends Kernel {
  /** It gives a number. */
  readonly kind: "reduce";
  /**
   * Computes one number from all elements. The result does not depend on the number of threads.
   *
   * @param xs The operand.
   * @throws {TypeError} When the operand is missing or wrong, or of a dtype that the kernel lacks.
   */
  (xs: ArrayOperand): number;
  /** The definition. */
  readonly reference: (xs: ArrayLike<number>) => number;
}

/** A kernel that makes one number of two arrays. */
export interface PairReductionKernel extends Kernel {
  /** It gives a number. */
  readonly kind: "reduce";
  /**
   * Computes one number from all elements of both. The result does not depend on the number of threads.
   *
   * @param xs The first operand.
   * @param ys The second operand, as long as `xs`.
   * @throws {TypeError} When an operand is missing or wrong, of a dtype that the kernel lacks, or dtypes are mixed.
   * @throws {RangeError} When lengths differ.
   */
  (xs: ArrayOperand, ys: Operand): number;
  /** The definition. */
  readonly reference: (xs: ArrayLike<number>, ys: ArrayLike<number>) => number;
}

/** A kernel that answers a question about an array. */
export interface PredicateKernel extends Kernel {
  /** It gives one value for all elements. */
  readonly kind: "reduce";
  /**
   * Looks at all elements.
   *
   * @param xs The operand.
   * @throws {TypeError} When the operand is missing or wrong, or of a dtype that the kernel lacks.
   */
  (xs: ArrayOperand): boolean;
  /** The definition. */
  readonly reference: (xs: ArrayLike<number>) => boolean;
}

/** `min` and `max`: one number of one operand, elementwise of two. */
export interface ExtremeKernel extends Kernel {
  /** Of one operand it gives a number. */
  readonly kind: "reduce";
  /**
   * The extreme of all elements.
   *
   * @param xs The operand.
   * @throws {TypeError} When the operand is missing or wrong, or of a dtype that the kernel lacks.
   * @throws {RangeError} When there is no element.
   */
  (xs: ArrayOperand): number;
  /** The extreme of each two elements. */
  <T extends ArrayOperand>(xs: T, ys: Operand): T;
  /** The same with a number first. */
  <T extends ArrayOperand>(xs: number, ys: T): T;
  /** The same, into `out`. */
  <T extends ArrayOperand>(xs: Operand, ys: Operand, out: T): T;
  /** The definition for one operand. */
  readonly reference: (xs: ArrayLike<number>) => number;
}

/**
 * Whether `value` is a kernel, of this copy of the library or another.
 *
 * @example
 * ```ts
 * import { isKernel, square } from "@lanes/lanes/kernels";
 * import { assert } from "@std/assert";
 *
 * assert(isKernel(square));
 * assert(!isKernel(Math.sqrt));
 * ```
 */
export function isKernel(value: unknown): value is Kernel {
  return typeof value === "function" && KERNEL in value;
}
