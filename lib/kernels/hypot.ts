import { defineBinary, FLOATS, same } from "./_define.ts";
import { hypotenuse } from "./_hypot.ts";
import type { BinaryKernel } from "./kernel.ts";

/**
 * The length of each two legs' hypotenuse, `√(x² + y²)`, without overflow on the way; at most 1 unit in the last place
 * from the correctly rounded result.
 *
 * @example
 * ```ts
 * import { hypot } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(hypot(Float64Array.of(3, 5), Float64Array.of(4, 12)), Float64Array.of(5, 13));
 * ```
 */
export const hypot: BinaryKernel = defineBinary({
  name: "hypot",
  dtypes: FLOATS,
  cost: 1.2,
  reference: (x, y, round = same) => hypotenuse(x, y, round),
});
