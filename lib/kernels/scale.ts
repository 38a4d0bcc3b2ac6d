import { defineBinary, NUMBERS } from "./_define.ts";
import type { BinaryKernel } from "./kernel.ts";

/**
 * Each element times a factor: `mul` by its other name. 32-bit integers wrap.
 *
 * @example
 * ```ts
 * import { scale } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(scale(Float64Array.of(1, 2, 3), 0.5), Float64Array.of(0.5, 1, 1.5));
 * ```
 */
export const scale: BinaryKernel = defineBinary({
  name: "scale",
  dtypes: NUMBERS,
  reference: (x, y) => x * y,
  integers: (x, y) => Math.imul(x, y),
});
