import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The logistic function of each element: at most 1 unit in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { sigmoid } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sigmoid(Float64Array.of(0)), Float64Array.of(0.5));
 * ```
 */
export const sigmoid: UnaryKernel = defineUnary({
  name: "sigmoid",
  dtypes: FLOATS,
  ulp: 1,
  cost: 2.5,
  reference: (x) => 1 / (1 + Math.exp(-x)),
});
