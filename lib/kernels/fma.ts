import { defineTernary, FLOATS } from "./_define.ts";
import { fusedMultiplyAdd } from "./_fma.ts";
import type { TernaryKernel } from "./kernel.ts";

/**
 * The first operand times the second plus the third, rounded once, on every machine: `x·y + z`.
 *
 * @example
 * ```ts
 * import { fma } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fma(Float64Array.of(1, 2), 3, Float64Array.of(10, 20)), Float64Array.of(13, 26));
 * ```
 */
export const fma: TernaryKernel = defineTernary({
  name: "fma",
  dtypes: FLOATS,
  reference: fusedMultiplyAdd,
});
