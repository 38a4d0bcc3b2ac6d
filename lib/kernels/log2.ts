import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The logarithm of each element to base 2: at most 1 unit in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { log2 } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(log2(Float64Array.of(8, 0.5)), Float64Array.of(3, -1));
 * ```
 */
export const log2: UnaryKernel = defineUnary({
  name: "log2",
  dtypes: FLOATS,
  ulp: 1,
  cost: 5,
  reference: (x) => Math.log2(x),
});
