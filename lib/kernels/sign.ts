import { defineUnary, NUMBERS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The sign of each element: 1, -1, or the element itself where it is 0, -0 or NaN.
 *
 * @example
 * ```ts
 * import { sign } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sign(Float64Array.of(3, -2, 0)), Float64Array.of(1, -1, 0));
 * ```
 */
export const sign: UnaryKernel = defineUnary({
  name: "sign",
  dtypes: NUMBERS,
  reference: (x) => Math.sign(x),
});
