import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The arc cosine of each element, in radians from 0 to π; NaN beyond ±1: at most 1 unit in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { acos } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(acos(Float64Array.of(1)), Float64Array.of(0));
 * ```
 */
export const acos: UnaryKernel = defineUnary({
  name: "acos",
  dtypes: FLOATS,
  ulp: 1,
  cost: 4,
  reference: (x) => Math.acos(x),
});
