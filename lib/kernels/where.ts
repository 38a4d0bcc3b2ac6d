import { defineTernary, NUMBERS } from "./_define.ts";
import type { TernaryKernel } from "./kernel.ts";

/**
 * The second operand where the first is not 0, else the third.
 *
 * @example
 * ```ts
 * import { where } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(where(Float64Array.of(1, 0, 1), Float64Array.of(1, 2, 3), -1), Float64Array.of(1, -1, 3));
 * ```
 */
export const where: TernaryKernel = defineTernary({
  name: "where",
  dtypes: NUMBERS,
  reference: (x, y, z) => x !== 0 ? y : z,
});
