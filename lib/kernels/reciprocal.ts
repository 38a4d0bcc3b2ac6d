import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * One divided by each element.
 *
 * @example
 * ```ts
 * import { reciprocal } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(reciprocal(Float64Array.of(4, 0.5)), Float64Array.of(0.25, 2));
 * ```
 */
export const reciprocal: UnaryKernel = defineUnary({
  name: "reciprocal",
  dtypes: FLOATS,
  reference: (x) => 1 / x,
});
