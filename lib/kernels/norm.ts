import { defineReduction, FLOATS } from "./_define.ts";
import { pairwise } from "./_reduce.ts";
import type { ReductionKernel } from "./kernel.ts";

/**
 * The Euclidean length: the root of the sum of squares, 0 for no elements, without overflow on the way. The relative error is
 * at most `(log2(n) + 22) · 2^-53`.
 *
 * @example
 * ```ts
 * import { norm } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(norm(Float64Array.of(3, 4)), 5);
 * ```
 */
export const norm: ReductionKernel = defineReduction({
  name: "norm",
  dtypes: FLOATS,
  width: 2,
  combine: (partials) => {
    let most = -Infinity;
    for (let i = 1; i < partials.length; i += 2) most = Math.max(most, partials[i]!);
    const sums = new Float64Array(partials.length / 2);
    for (let i = 0; i < sums.length; i++) sums[i] = partials[2 * i]! * 4 ** (partials[2 * i + 1]! - most);
    return partials.length === 0 ? 0 : Math.sqrt(pairwise(sums)) * 2 ** most;
  },
  reference: (xs) => Math.hypot(...Array.from(xs)),
});
