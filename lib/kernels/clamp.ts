import { defineTernary, NUMBERS } from "./_define.ts";
import type { TernaryKernel } from "./kernel.ts";

/**
 * Each element limited to the range from the second operand to the third.
 *
 * @example
 * ```ts
 * import { clamp } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(clamp(Float64Array.of(-1, 0.5, 9), 0, 1), Float64Array.of(0, 0.5, 1));
 * ```
 */
export const clamp: TernaryKernel = defineTernary({
  name: "clamp",
  dtypes: NUMBERS,
  reference: (x, y, z) => Math.min(Math.max(x, y), z),
});
