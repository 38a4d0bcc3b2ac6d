import { defineReduction, NUMBERS } from "./_define.ts";
import type { ReductionKernel } from "./kernel.ts";

/**
 * How many elements are not 0; NaN is not.
 *
 * @example
 * ```ts
 * import { count } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(count(Float64Array.of(1, 0, NaN)), 2);
 * ```
 */
export const count: ReductionKernel = defineReduction({
  name: "count",
  dtypes: NUMBERS,
  combine: (partials) => partials.reduce((total, x) => total + x, 0),
  reference: (xs) => Array.from(xs).filter((x) => x !== 0).length,
});
