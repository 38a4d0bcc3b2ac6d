import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * Each element rounded to the nearest integer, halves up, as `Math.round` does.
 *
 * @example
 * ```ts
 * import { round } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(round(Float64Array.of(1.4, 2.5, -2.5)), Float64Array.of(1, 3, -2));
 * ```
 */
export const round: UnaryKernel = defineUnary({
  name: "round",
  dtypes: FLOATS,
  reference: (x) => Math.round(x),
});
