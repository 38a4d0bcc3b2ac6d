import { definePairReduction, NUMBERS } from "./_define.ts";
import { pairwise } from "./_reduce.ts";
import type { PairReductionKernel } from "./kernel.ts";

/**
 * The sum of the products of elements, 0 for none, in doubles, products rounded and summed by halves: the error is at most
 * `(log2(n) + 21) · 2^-53 · Σ|x·y|`.
 *
 * @example
 * ```ts
 * import { dot } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dot(Float64Array.of(1, 2), Float64Array.of(3, 4)), 11);
 * ```
 */
export const dot: PairReductionKernel = definePairReduction({
  name: "dot",
  dtypes: NUMBERS,
  combine: (partials) => pairwise(partials),
  reference: (xs, ys) => Array.from(xs).reduce((total, x, i) => total + x * ys[i]!, 0),
});
