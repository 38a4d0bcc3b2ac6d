import { defineBinary, FLOATS } from "./_define.ts";
import type { BinaryKernel } from "./kernel.ts";

/**
 * The quotients of elements.
 *
 * @example
 * ```ts
 * import { div } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(div(Float64Array.of(5, 8), 2), Float64Array.of(2.5, 4));
 * ```
 */
export const div: BinaryKernel = defineBinary({
  name: "div",
  dtypes: FLOATS,
  reference: (x, y) => x / y,
});
