import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * e to the power of each element: at most 1 unit in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { exp } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(exp(Float64Array.of(0)), Float64Array.of(1));
 * ```
 */
export const exp: UnaryKernel = defineUnary({
  name: "exp",
  dtypes: FLOATS,
  ulp: 1,
  cost: 1.6,
  reference: (x) => Math.exp(x),
});
