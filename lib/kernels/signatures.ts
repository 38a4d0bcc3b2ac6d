/**
 * How kernels of whole arrays are called.
 *
 * @module
 */

import type { ArrayOperand, IndicesLike, Kernel, NumericArray, Operand } from "./kernel.ts";

/** A kernel of one array that gives one as long, of the same dtype. */
export interface SortKernel extends Kernel {
  /** It needs all elements for each result. */
  readonly kind: "whole";
  /** Computes the result of `xs`, into `out` or a new array; `out` may be `xs`. */
  <T extends ArrayOperand>(xs: T, out?: T): T;
  /** The same, into an array of another container. */
  <T extends ArrayOperand>(xs: ArrayOperand, out: T): T;
  /** The definition. */
  readonly reference: (xs: Float64Array) => Float64Array;
}

/** A kernel of one array that gives indices. */
export interface IndexKernel extends Kernel {
  /** It needs all elements for each result. */
  readonly kind: "whole";
  /** Computes the indices, into `out` (of `u32`) or a new array. */
  <T extends ArrayOperand>(xs: T, out?: ArrayOperand): IndicesLike<T>;
  /** The definition. */
  readonly reference: (xs: ArrayLike<number>) => Uint32Array;
}

/** The kernel of `topK`. */
export interface TopKernel extends Kernel {
  /** It needs all elements for each result. */
  readonly kind: "whole";
  /** Gives the `k` greatest elements. */
  <T extends ArrayOperand>(xs: T, options: { readonly k: number }): T;
  /** The same, into `out`, which has `k` elements. */
  <T extends ArrayOperand>(xs: ArrayOperand, out: T, options: { readonly k: number }): T;
  /** The definition. */
  readonly reference: (xs: Float64Array, options: { k: number }) => Float64Array;
}

/** The kernel of `unique`. */
export interface UniqueKernel extends Kernel {
  /** It needs all elements for each result. */
  readonly kind: "whole";
  /** Gives the distinct elements, in a new array. */
  <T extends ArrayOperand>(xs: T): T;
  /** The definition. */
  readonly reference: (xs: Float64Array) => Float64Array;
}

/** Which of several places for a value is meant: before equal elements, or behind them. */
export interface SearchOptions {
  /** Default: `"left"`. */
  readonly side?: "left" | "right";
}

/** The kernel of `searchsorted`. */
export interface SearchKernel extends Kernel {
  /** It needs all elements for each result. */
  readonly kind: "whole";
  /** Gives the places of `values` in `sorted`. */
  <T extends ArrayOperand>(sorted: T, values: ArrayOperand, options?: SearchOptions): IndicesLike<T>;
  /** The same, into `out`, of `u32`. */
  <T extends ArrayOperand>(sorted: ArrayOperand, values: ArrayOperand, out: T, options?: SearchOptions): T;
  /** The definition. */
  readonly reference: (sorted: ArrayLike<number>, values: ArrayLike<number>, options?: SearchOptions) => Uint32Array;
}

/** The intervals of a histogram. */
export interface HistogramOptions {
  /** How many; default 10. */
  readonly bins?: number;
  /** Where the first begins; default: at the least element. */
  readonly low?: number;
  /** Where the last ends; default: at the greatest element. */
  readonly high?: number;
}

/** The kernel of `histogram`. */
export interface HistogramKernel extends Kernel {
  /** It needs all elements for each result. */
  readonly kind: "whole";
  /** Gives the counts. */
  <T extends ArrayOperand>(xs: T, options?: HistogramOptions): IndicesLike<T>;
  /** The same, into `out`, of `u32`. */
  <T extends ArrayOperand>(xs: ArrayOperand, out: T, options?: HistogramOptions): T;
  /** The definition. */
  readonly reference: (xs: ArrayLike<number>, options?: HistogramOptions) => Uint32Array;
}

/** The shape of a matrix. */
export interface MatrixShape {
  /** How many rows it has. */
  readonly rows: number;
  /** How many columns it has. */
  readonly cols: number;
}

/** A kernel of a matrix that gives one with as many elements. */
export interface MatrixKernel extends Kernel {
  /** It needs all elements for each result. */
  readonly kind: "whole";
  /** Computes the result, in a new array. */
  <T extends ArrayOperand>(xs: T, shape: MatrixShape): T;
  /** The same, into `out`. */
  <T extends ArrayOperand>(xs: ArrayOperand, out: T, shape: MatrixShape): T;
  /** The definition. */
  readonly reference: (xs: Float64Array, shape: MatrixShape) => Float64Array;
}

/** The shapes of a matrix product. */
export interface MatmulShape {
  /** Rows of the first matrix and of the product. */
  readonly m: number;
  /** Columns of the first matrix, rows of the second. */
  readonly k: number;
  /** Columns of the second matrix and of the product. */
  readonly n: number;
}

/** The kernel of `matmul`. */
export interface MatmulKernel extends Kernel {
  /** It needs all elements for each result. */
  readonly kind: "whole";
  /** Computes the product, in a new array. */
  <T extends ArrayOperand>(a: T, b: ArrayOperand, shape: MatmulShape): T;
  /** The same, into `out`. */
  <T extends ArrayOperand>(a: ArrayOperand, b: ArrayOperand, out: T, shape: MatmulShape): T;
  /** The definition. */
  readonly reference: (a: Float64Array, b: Float64Array, shape: MatmulShape) => Float64Array;
}

/** What random numbers are made of. */
export interface RandomOptions {
  /** What decides all of them: an integer, of 64 bits as a `bigint`; default 0. */
  readonly seed?: number | bigint;
  /** The least number; default 0. */
  readonly low?: number;
  /** What all numbers are below. */
  readonly high?: number;
  /** The mean of normally distributed numbers; default 0. */
  readonly mean?: number;
  /** Their standard deviation; default 1. */
  readonly deviation?: number;
}

/** A kernel that fills an array with random numbers. */
export interface RandomKernel extends Kernel {
  /** It is a program of its own. */
  readonly kind: "whole";
  /** Fills `xs` and returns it. */
  <T extends ArrayOperand>(xs: T, options?: RandomOptions): T;
  /** Makes an array of `length` numbers. */
  (length: number, options?: RandomOptions): NumericArray;
  /** The definition. */
  readonly reference: (...operands: never[]) => unknown;
}

/** The kernel of `monteCarloPi`. */
export interface EstimateKernel extends Kernel {
  /** It is a program of its own. */
  readonly kind: "whole";
  /** Estimates π from that many points. */
  (points: number, options?: RandomOptions): number;
  /** The definition. */
  readonly reference: () => number;
}

/** Which part of the plane an image shows. */
export interface ImageOptions {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** The real part of the first pixel. */
  readonly left?: number;
  /** The imaginary part of the first pixel. */
  readonly top?: number;
  /** How far apart pixels are. */
  readonly step?: number;
  /** The most iterations; default 200. */
  readonly iterations?: number;
}

/** The kernel of `mandelbrot`. */
export interface ImageKernel extends Kernel {
  /** It is a program of its own. */
  readonly kind: "whole";
  /** Fills `image`, of `i32`, and returns it. */
  <T extends ArrayOperand>(image: T, options: ImageOptions): T;
  /** The definition. */
  readonly reference: (image: Int32Array, options: ImageOptions) => Int32Array;
}

/** What an option's price depends on beside prices and time. */
export interface MarketOptions {
  /** The risk-free interest rate a year; default 0.02. */
  readonly rate?: number;
  /** The volatility a year; default 0.3. */
  readonly volatility?: number;
}

/** The kernel of `blackScholes`. */
export interface OptionsKernel extends Kernel {
  /** It is a program of its own. */
  readonly kind: "whole";
  /** Gives the prices of calls, then of puts. */
  <T extends ArrayOperand>(spot: T, strike: Operand, years: Operand, options?: MarketOptions): T;
  /** The definition. */
  readonly reference: (spot: number, strike: number, years: number, rate?: number, volatility?: number) => number[];
}
