import { defineUnary, NUMBERS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The magnitude of each element. That of the least 32-bit integer wraps.
 *
 * @example
 * ```ts
 * import { abs } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(abs(Float64Array.of(1, -2)), Float64Array.of(1, 2));
 * ```
 */
export const abs: UnaryKernel = defineUnary({
  name: "abs",
  dtypes: NUMBERS,
  reference: (x) => Math.abs(x),
  integers: (x) => Math.abs(x) | 0,
});
