import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * 2 to the power of each element: at most 1 unit in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { exp2 } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(exp2(Float64Array.of(3, -1)), Float64Array.of(8, 0.5));
 * ```
 */
export const exp2: UnaryKernel = defineUnary({
  name: "exp2",
  dtypes: FLOATS,
  ulp: 1,
  cost: 1.6,
  reference: (x) => 2 ** x,
});
