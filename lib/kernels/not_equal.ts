import { defineBinary, NUMBERS } from "./_define.ts";
import type { BinaryKernel } from "./kernel.ts";

/**
 * 1 where two elements differ, else 0, in the dtype of the operands. NaN differs from everything.
 *
 * @example
 * ```ts
 * import { notEqual } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(notEqual(Float64Array.of(1, 2), Float64Array.of(1, 3)), Float64Array.of(0, 1));
 * ```
 */
export const notEqual: BinaryKernel = defineBinary({
  name: "notEqual",
  dtypes: NUMBERS,
  reference: (x, y) => x !== y ? 1 : 0,
});
