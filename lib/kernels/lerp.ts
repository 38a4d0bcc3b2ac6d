import { defineTernary, FLOATS, same } from "./_define.ts";
import type { TernaryKernel } from "./kernel.ts";

/**
 * The point between the first operand (where the third is 0) and the second (where it is 1): `x + (y - x)·t`.
 *
 * @example
 * ```ts
 * import { lerp } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(lerp(Float64Array.of(0, 10), Float64Array.of(10, 20), 0.5), Float64Array.of(5, 15));
 * ```
 */
export const lerp: TernaryKernel = defineTernary({
  name: "lerp",
  dtypes: FLOATS,
  reference: (x, y, z, round = same) => round(x + round(round(y - x) * z)),
});
