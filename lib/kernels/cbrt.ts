import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The cube root of each element: at most 1 unit in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { cbrt } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cbrt(Float64Array.of(27, -8)), Float64Array.of(3, -2));
 * ```
 */
export const cbrt: UnaryKernel = defineUnary({
  name: "cbrt",
  dtypes: FLOATS,
  ulp: 1,
  cost: 5,
  reference: (x) => Math.cbrt(x),
});
