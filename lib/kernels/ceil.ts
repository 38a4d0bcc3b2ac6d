import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * Each element rounded up.
 *
 * @example
 * ```ts
 * import { ceil } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ceil(Float64Array.of(1.5, 2)), Float64Array.of(2, 2));
 * ```
 */
export const ceil: UnaryKernel = defineUnary({
  name: "ceil",
  dtypes: FLOATS,
  reference: (x) => Math.ceil(x),
});
