import { defineBinary, NUMBERS } from "./_define.ts";
import type { BinaryKernel } from "./kernel.ts";

/**
 * 1 where the first element is greater than the second, else 0, in the dtype of the operands.
 *
 * @example
 * ```ts
 * import { greater } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(greater(Float64Array.of(1, 2, 3), Float64Array.of(1, 3, 2)), Float64Array.of(0, 0, 1));
 * ```
 */
export const greater: BinaryKernel = defineBinary({
  name: "greater",
  dtypes: NUMBERS,
  reference: (x, y) => x > y ? 1 : 0,
});
