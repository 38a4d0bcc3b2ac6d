import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The sine of each element, in radians: at most 1 unit in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { sin } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sin(Float64Array.of(0)), Float64Array.of(0));
 * ```
 */
export const sin: UnaryKernel = defineUnary({
  name: "sin",
  dtypes: FLOATS,
  ulp: 1,
  cost: 2.5,
  reference: (x) => Math.sin(x),
});
