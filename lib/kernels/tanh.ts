import { defineUnary, FLOATS } from "./_define.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The hyperbolic tangent of each element: at most 1 unit in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { tanh } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tanh(Float64Array.of(0)), Float64Array.of(0));
 * ```
 */
export const tanh: UnaryKernel = defineUnary({
  name: "tanh",
  dtypes: FLOATS,
  ulp: 1,
  cost: 5,
  reference: (x) => Math.tanh(x),
});
