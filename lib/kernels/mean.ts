import { defineReduction, NUMBERS } from "./_define.ts";
import { pairwise } from "./_reduce.ts";
import type { ReductionKernel } from "./kernel.ts";

/**
 * The mean of all elements, NaN for none: their `sum`, with its error bound, divided by their number.
 *
 * @example
 * ```ts
 * import { mean } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mean(Float64Array.of(1, 2, 6)), 3);
 * ```
 */
export const mean: ReductionKernel = defineReduction({
  name: "mean",
  exports: "sum",
  dtypes: NUMBERS,
  combine: (partials, length) => pairwise(partials) / length,
  reference: (xs) => Array.from(xs).reduce((total, x) => total + x, 0) / xs.length,
});
