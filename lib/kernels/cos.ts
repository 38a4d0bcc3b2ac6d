import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The cosine of each element, in radians: at most 1 unit in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { cos } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cos(Float64Array.of(0)), Float64Array.of(1));
 * ```
 */
export const cos: UnaryKernel = defineUnary({
  name: "cos",
  dtypes: FLOATS,
  ulp: 1,
  cost: 2.5,
  reference: (x) => Math.cos(x),
});
