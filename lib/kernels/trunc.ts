import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * Each element rounded towards zero.
 *
 * @example
 * ```ts
 * import { trunc } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(trunc(Float64Array.of(1.5, -2.5)), Float64Array.of(1, -2));
 * ```
 */
export const trunc: UnaryKernel = defineUnary({
  name: "trunc",
  dtypes: FLOATS,
  reference: (x) => Math.trunc(x),
});
