import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The tangent of each element, in radians: at most 2 units in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { tan } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tan(Float64Array.of(0)), Float64Array.of(0));
 * ```
 */
export const tan: UnaryKernel = defineUnary({
  name: "tan",
  dtypes: FLOATS,
  ulp: 2,
  cost: 4,
  reference: (x) => Math.tan(x),
});
