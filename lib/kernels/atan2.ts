import { defineBinary, FLOATS } from "./_define.ts";
import type { BinaryKernel } from "./kernel.ts";

/**
 * The angle of each point, in radians from -π to π: the first operand is its y, the second its x. At most 1 unit in the
 * last place from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { atan2 } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(atan2(Float64Array.of(0, 0), Float64Array.of(1, 2)), Float64Array.of(0, 0));
 * ```
 */
export const atan2: BinaryKernel = defineBinary({
  name: "atan2",
  dtypes: FLOATS,
  ulp: 1,
  cost: 7,
  reference: (x, y) => Math.atan2(x, y),
});
