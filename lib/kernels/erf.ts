import { defineUnary, FLOATS } from "./_define.ts";
import { erfOf } from "./_erf.ts";
import type { UnaryKernel } from "./kernel.ts";

/**
 * The error function of each element: at most 2 units in the last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { erf } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(erf(Float64Array.of(0)), Float64Array.of(0));
 * ```
 */
export const erf: UnaryKernel = defineUnary({
  name: "erf",
  dtypes: FLOATS,
  ulp: 2,
  cost: 5,
  reference: (x) => erfOf(x),
});
