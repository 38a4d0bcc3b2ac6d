import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The square root of each element, correctly rounded.
 *
 * @example
 * ```ts
 * import { sqrt } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sqrt(Float64Array.of(4, 9)), Float64Array.of(2, 3));
 * ```
 */
export const sqrt: UnaryKernel = defineUnary({
  name: "sqrt",
  dtypes: FLOATS,
  cost: 0.7,
  reference: (x) => Math.sqrt(x),
});
