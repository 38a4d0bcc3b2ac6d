import { defineBinary, FLOATS } from "./_define.ts";
import type { BinaryKernel } from "./kernel.ts";

/**
 * The first operand to the power of the second: at most 2 units in the last place from the correctly rounded result. The
 * special cases are those of `Math.pow`.
 *
 * @example
 * ```ts
 * import { pow } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pow(Float64Array.of(2, 9), Float64Array.of(10, 0.5)), Float64Array.of(1024, 3));
 * ```
 */
export const pow: BinaryKernel = defineBinary({
  name: "pow",
  dtypes: FLOATS,
  ulp: 2,
  cost: 12,
  reference: (x, y) => Math.pow(x, y),
});
