import { NUMBERS } from "./_define.ts";
import { bytesOf, checkOut, newLike, plainArray, sharedView, viewOf } from "./_operand.ts";
import { sortPhases } from "./_sort.ts";
import { defineWhole, integerOption, onlyArray } from "./_whole.ts";
import { Workspace } from "./plan.ts";
import type { TopKernel } from "./signatures.ts";

/**
 * The `k` greatest elements, the greatest first; NaN counts as the greatest.
 *
 * @example
 * ```ts
 * import { topK } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(topK(Float64Array.of(3, 1, 2), { k: 2 }), Float64Array.of(3, 2));
 * ```
 */
export const topK: TopKernel = defineWhole<TopKernel>({
  name: "topK",
  arity: 1,
  dtypes: NUMBERS,
  reference: (xs: Float64Array, { k }: { k: number }) => xs.slice().sort().reverse().slice(0, k),
  plan: (operands, options) => {
    const xs = onlyArray("topK", NUMBERS, operands);
    const { dtype, length } = xs;
    const k = integerOption("topK", options, "k", 0);
    if (k > length) throw new RangeError(`Expected option "k" of kernel "topK" to be at most ${length}, got ${k}`);
    const out = options.out === undefined ? newLike(xs, dtype, k) : checkOut("topK", options.out, dtype, k);
    const space = new Workspace();
    const source = space.operand(xs, dtype);
    const sorted = space.reserve(length * bytesOf(dtype));
    const phases = sortPhases(space, { name: "sort", xs, source, result: sorted, resultBytes: bytesOf(dtype) });
    space.open();
    return {
      job: space.job(phases()),
      cost: length * 0.02,
      finish: () => {
        const top = plainArray(dtype, k);
        top.set(sharedView(dtype, space.at(sorted) + (length - k) * bytesOf(dtype), k));
        viewOf(out).set(top.reverse());
        return out.value;
      },
      dispose: () => space.close(),
    };
  },
});
