import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The hyperbolic cosine of each element: at most 1 unit in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { cosh } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cosh(Float64Array.of(0)), Float64Array.of(1));
 * ```
 */
export const cosh: UnaryKernel = defineUnary({
  name: "cosh",
  dtypes: FLOATS,
  ulp: 1,
  cost: 3,
  reference: (x) => Math.cosh(x),
});
