import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The natural logarithm of each element: at most 1 unit in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { log } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(log(Float64Array.of(1)), Float64Array.of(0));
 * ```
 */
export const log: UnaryKernel = defineUnary({
  name: "log",
  dtypes: FLOATS,
  ulp: 1,
  cost: 2.2,
  reference: (x) => Math.log(x),
});
