import { defineReduction, NUMBERS } from "./_define.ts";
import { pairwise } from "./_reduce.ts";
import type { ReductionKernel } from "./kernel.ts";

/**
 * The sum of all elements, 0 for none, computed in doubles by halves (pairwise): the error is at most
 * `(log2(n) + 20) · 2^-53 · Σ|x|`, that of 32-bit integers 0 while the sum stays below `2^53`.
 *
 * @example
 * ```ts
 * import { sum } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sum(Float64Array.of(1, 2, 3)), 6);
 * ```
 */
export const sum: ReductionKernel = defineReduction({
  name: "sum",
  dtypes: NUMBERS,
  combine: (partials) => pairwise(partials),
  reference: (xs) => {
    let total = 0;
    for (let i = 0; i < xs.length; i++) total += xs[i]!;
    return total;
  },
});
