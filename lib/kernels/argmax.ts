import { defineReduction, NUMBERS } from "./_define.ts";
import { BLOCK } from "./_reduce.ts";
import type { ReductionKernel } from "./kernel.ts";

/**
 * The index of the greatest element, the first of equal ones; NaN counts as the greatest.
 *
 * @throws {RangeError} When there is no element.
 *
 * @example
 * ```ts
 * import { argmax } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(argmax(Float64Array.of(3, 9, 2)), 1);
 * ```
 */
export const argmax: ReductionKernel = defineReduction({
  name: "argmax",
  dtypes: NUMBERS,
  width: 2,
  empty: false,
  combine: (partials) => {
    let best = 0;
    for (let i = 2; i < partials.length; i += 2) {
      if (Number.isNaN(partials[best]!)) break;
      if (partials[i]! > partials[best]! || Number.isNaN(partials[i]!)) best = i;
    }
    return best / 2 * BLOCK + partials[best + 1]!;
  },
  reference: (xs) => {
    let best = 0;
    for (let i = 1; i < xs.length && !Number.isNaN(xs[best]); i++) {
      if (xs[i]! > xs[best]! || Number.isNaN(xs[i])) best = i;
    }
    return best;
  },
});
