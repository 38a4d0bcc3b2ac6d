import { defineBinary, NUMBERS } from "./_define.ts";
import type { BinaryKernel } from "./kernel.ts";

/**
 * 1 where the first element is equal to the second, else 0, in the dtype of the operands.
 *
 * @example
 * ```ts
 * import { equal } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(equal(Float64Array.of(1, 2, 3), Float64Array.of(1, 3, 2)), Float64Array.of(1, 0, 0));
 * ```
 */
export const equal: BinaryKernel = defineBinary({
  name: "equal",
  dtypes: NUMBERS,
  reference: (x, y) => x === y ? 1 : 0,
});
