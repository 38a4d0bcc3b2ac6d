import { defineUnary, NUMBERS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * Each element times itself. 32-bit integers wrap.
 *
 * @example
 * ```ts
 * import { square } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(square(Float64Array.of(1, 2, 3)), Float64Array.of(1, 4, 9));
 * ```
 */
export const square: UnaryKernel = defineUnary({
  name: "square",
  dtypes: NUMBERS,
  reference: (x) => x * x,
  integers: (x) => Math.imul(x, x),
});
