import { defineBinary, NUMBERS } from "./_define.ts";
import type { BinaryKernel } from "./kernel.ts";

/**
 * 1 where the first element is less than the second, else 0, in the dtype of the operands.
 *
 * @example
 * ```ts
 * import { less } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(less(Float64Array.of(1, 2, 3), Float64Array.of(1, 3, 2)), Float64Array.of(0, 1, 0));
 * ```
 */
export const less: BinaryKernel = defineBinary({
  name: "less",
  dtypes: NUMBERS,
  reference: (x, y) => x < y ? 1 : 0,
});
