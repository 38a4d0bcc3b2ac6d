import { defineBinary, NUMBERS } from "./_define.ts";
import type { BinaryKernel } from "./kernel.ts";

/**
 * The differences of elements. 32-bit integers wrap.
 *
 * @example
 * ```ts
 * import { sub } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sub(Float64Array.of(5, 7), Float64Array.of(1, 2)), Float64Array.of(4, 5));
 * ```
 */
export const sub: BinaryKernel = defineBinary({
  name: "sub",
  dtypes: NUMBERS,
  reference: (x, y) => x - y,
  integers: (x, y) => (x - y) | 0,
});
