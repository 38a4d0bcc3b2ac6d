import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The arc tangent of each element, in radians from -π/2 to π/2: at most 1 unit in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { atan } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(atan(Float64Array.of(0)), Float64Array.of(0));
 * ```
 */
export const atan: UnaryKernel = defineUnary({
  name: "atan",
  dtypes: FLOATS,
  ulp: 1,
  cost: 5,
  reference: (x) => Math.atan(x),
});
