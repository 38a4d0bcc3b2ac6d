import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The natural logarithm of 1 plus each element, exact for small elements: at most 1 unit in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { log1p } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(log1p(Float64Array.of(0)), Float64Array.of(0));
 * ```
 */
export const log1p: UnaryKernel = defineUnary({
  name: "log1p",
  dtypes: FLOATS,
  ulp: 1,
  cost: 3,
  reference: (x) => Math.log1p(x),
});
