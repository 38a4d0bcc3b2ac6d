import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The arc sine of each element, in radians from -π/2 to π/2; NaN beyond ±1: at most 1 unit in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { asin } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(asin(Float64Array.of(0)), Float64Array.of(0));
 * ```
 */
export const asin: UnaryKernel = defineUnary({
  name: "asin",
  dtypes: FLOATS,
  ulp: 1,
  cost: 4,
  reference: (x) => Math.asin(x),
});
