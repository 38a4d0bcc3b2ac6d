import { defineBinary, NUMBERS } from "./_define.ts";
import type { BinaryKernel } from "./kernel.ts";

/**
 * The sums of elements. 32-bit integers wrap.
 *
 * @example
 * ```ts
 * import { add } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(add(Float64Array.of(1, 2, 3), 10), Float64Array.of(11, 12, 13));
 * ```
 */
export const add: BinaryKernel = defineBinary({
  name: "add",
  dtypes: NUMBERS,
  reference: (x, y) => x + y,
  integers: (x, y) => (x + y) | 0,
});
