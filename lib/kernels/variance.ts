import { defineReduction, NUMBERS } from "./_define.ts";
import { pairwise } from "./_reduce.ts";
import type { ReductionKernel } from "./kernel.ts";

/**
 * The mean squared difference from the mean, NaN for no elements: that of the population, as NumPy's `var`. Computed in two
 * passes a block and combined, so that a large mean costs no digits.
 *
 * @example
 * ```ts
 * import { variance } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(variance(Float64Array.of(1, 2, 3, 4)), 1.25);
 * ```
 */
export const variance: ReductionKernel = defineReduction({
  name: "variance",
  dtypes: NUMBERS,
  width: 3,
  combine: (partials, length) => {
    const mean = pairwise(partials, 0, partials.length, 3) / length;
    const squares = new Float64Array(partials.length / 3);
    for (let i = 0; i < squares.length; i++) {
      const count = partials[3 * i + 2]!, apart = partials[3 * i]! / count - mean;
      squares[i] = partials[3 * i + 1]! + count * apart * apart;
    }
    return pairwise(squares) / length;
  },
  reference: (xs) => {
    const values = Array.from(xs);
    const mean = values.reduce((total, x) => total + x, 0) / values.length;
    return values.reduce((total, x) => total + (x - mean) ** 2, 0) / values.length;
  },
});
