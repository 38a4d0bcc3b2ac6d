import { defineReduction, FLOATS } from "./_define.ts";
import type { ReductionKernel } from "./kernel.ts";

/**
 * The product of all elements, 1 for none, in doubles; its relative error is at most `n · 2^-53`.
 *
 * @example
 * ```ts
 * import { prod } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(prod(Float64Array.of(2, 3, 4)), 24);
 * ```
 */
export const prod: ReductionKernel = defineReduction({
  name: "prod",
  dtypes: FLOATS,
  combine: (partials) => partials.reduce((product, x) => product * x, 1),
  reference: (xs) => Array.from(xs).reduce((product, x) => product * x, 1),
});
