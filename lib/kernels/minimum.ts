import { defineBinary, NUMBERS } from "./_define.ts";
import type { BinaryKernel } from "./kernel.ts";

/**
 * The lesser of each two elements, as `Math.min` has it: NaN wins, and -0 is less than 0.
 *
 * @example
 * ```ts
 * import { minimum } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(minimum(Float64Array.of(1, 5), Float64Array.of(3, 2)), Float64Array.of(1, 2));
 * ```
 */
export const minimum: BinaryKernel = defineBinary({
  name: "minimum",
  dtypes: NUMBERS,
  reference: (x, y) => Math.min(x, y),
});
