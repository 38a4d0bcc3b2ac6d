import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The hyperbolic sine of each element: at most 1 unit in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { sinh } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sinh(Float64Array.of(0)), Float64Array.of(0));
 * ```
 */
export const sinh: UnaryKernel = defineUnary({
  name: "sinh",
  dtypes: FLOATS,
  ulp: 1,
  cost: 4,
  reference: (x) => Math.sinh(x),
});
