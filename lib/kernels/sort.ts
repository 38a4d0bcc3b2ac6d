import { NUMBERS } from "./_define.ts";
import { bytesOf, checkOut, newLike } from "./_operand.ts";
import { sortPhases } from "./_sort.ts";
import { defineWhole, onlyArray } from "./_whole.ts";
import { Workspace } from "./plan.ts";
import type { SortKernel } from "./signatures.ts";

/**
 * All elements in ascending order, as `TypedArray.sort` has it: -0 before 0, NaN last.
 *
 * @example
 * ```ts
 * import { sort } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sort(Float64Array.of(3, 1, 2)), Float64Array.of(1, 2, 3));
 * ```
 */
export const sort: SortKernel = defineWhole<SortKernel>({
  name: "sort",
  arity: 1,
  dtypes: NUMBERS,
  reference: (xs: Float64Array) => xs.slice().sort(),
  plan: (operands, options) => {
    const xs = onlyArray("sort", NUMBERS, operands);
    const { dtype, length } = xs;
    const out = options.out === undefined ? newLike(xs, dtype, length) : checkOut("sort", options.out, dtype, length);
    const space = new Workspace();
    const source = space.operand(xs, dtype), result = space.result(out);
    const phases = sortPhases(space, { name: "sort", xs, source, result, resultBytes: bytesOf(dtype) });
    space.open();
    return {
      job: space.job(phases()),
      cost: length * 0.02,
      finish: () => {
        space.copyOut();
        return out.value;
      },
      dispose: () => space.close(),
    };
  },
});
