import { defineUnary, NUMBERS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * Each element with the other sign. 32-bit integers wrap.
 *
 * @example
 * ```ts
 * import { neg } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(neg(Float64Array.of(1, -2)), Float64Array.of(-1, 2));
 * ```
 */
export const neg: UnaryKernel = defineUnary({
  name: "neg",
  dtypes: NUMBERS,
  reference: (x) => -x,
  integers: (x) => -x | 0,
});
