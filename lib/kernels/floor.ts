import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * Each element rounded down.
 *
 * @example
 * ```ts
 * import { floor } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(floor(Float64Array.of(1.5, -1.5)), Float64Array.of(1, -2));
 * ```
 */
export const floor: UnaryKernel = defineUnary({
  name: "floor",
  dtypes: FLOATS,
  reference: (x) => Math.floor(x),
});
