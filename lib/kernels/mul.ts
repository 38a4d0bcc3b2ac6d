import { defineBinary, NUMBERS } from "./_define.ts";
import type { BinaryKernel } from "./kernel.ts";

/**
 * The products of elements. 32-bit integers wrap.
 *
 * @example
 * ```ts
 * import { mul } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mul(Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6)), Float64Array.of(4, 10, 18));
 * ```
 */
export const mul: BinaryKernel = defineBinary({
  name: "mul",
  dtypes: NUMBERS,
  reference: (x, y) => x * y,
  integers: (x, y) => Math.imul(x, y),
});
