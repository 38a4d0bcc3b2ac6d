import { defineBinary, NUMBERS } from "./_define.ts";
import type { BinaryKernel } from "./kernel.ts";

/**
 * The greater of each two elements, as `Math.max` has it: NaN wins, and 0 is greater than -0.
 *
 * @example
 * ```ts
 * import { maximum } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(maximum(Float64Array.of(1, 5), Float64Array.of(3, 2)), Float64Array.of(3, 5));
 * ```
 */
export const maximum: BinaryKernel = defineBinary({
  name: "maximum",
  dtypes: NUMBERS,
  reference: (x, y) => Math.max(x, y),
});
