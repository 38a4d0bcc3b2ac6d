import { defineTernary, FLOATS, same } from "./_define.ts";
import type { TernaryKernel } from "./kernel.ts";

/**
 * The first operand, mostly a number, times the second plus the third, rounded twice: `a·x + y`.
 *
 * @example
 * ```ts
 * import { axpy } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(axpy(2, Float64Array.of(1, 2), Float64Array.of(10, 20)), Float64Array.of(12, 24));
 * ```
 */
export const axpy: TernaryKernel = defineTernary({
  name: "axpy",
  dtypes: FLOATS,
  reference: (x, y, z, round = same) => round(round(x * y) + z),
});
