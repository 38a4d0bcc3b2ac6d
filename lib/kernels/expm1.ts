import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * e to the power of each element, less 1, exact for small elements: at most 1 unit in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { expm1 } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(expm1(Float64Array.of(0)), Float64Array.of(0));
 * ```
 */
export const expm1: UnaryKernel = defineUnary({
  name: "expm1",
  dtypes: FLOATS,
  ulp: 1,
  cost: 2.5,
  reference: (x) => Math.expm1(x),
});
