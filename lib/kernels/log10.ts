import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The logarithm of each element to base 10: at most 1 unit in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { log10 } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(log10(Float64Array.of(1000)), Float64Array.of(3));
 * ```
 */
export const log10: UnaryKernel = defineUnary({
  name: "log10",
  dtypes: FLOATS,
  ulp: 1,
  cost: 5,
  reference: (x) => Math.log10(x),
});
