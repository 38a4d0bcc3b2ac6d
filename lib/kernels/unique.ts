import { NUMBERS } from "./_define.ts";
import { bytesOf, checkOut, newLike, sharedView, viewOf } from "./_operand.ts";
import { sortPhases } from "./_sort.ts";
import { defineWhole, onlyArray } from "./_whole.ts";
import { kernelInstance } from "./instance.ts";
import { Workspace } from "./plan.ts";
import type { UniqueKernel } from "./signatures.ts";

// It sorts all, since how many are distinct shows only then: a `Set` takes 35 ns an element where few are and 500 where
// all are, sorting 15 to 30.

/**
 * The distinct elements in ascending order. 0 and -0 are one element, and so are all NaNs.
 *
 * @example
 * ```ts
 * import { unique } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(unique(Int32Array.of(3, 1, 3, 2, 1)), Int32Array.of(1, 2, 3));
 * ```
 */
export const unique: UniqueKernel = defineWhole<UniqueKernel>({
  name: "unique",
  arity: 1,
  dtypes: NUMBERS,
  reference: (xs: Float64Array) =>
    xs.slice().sort().filter((x, i, all) => i === 0 || (x !== all[i - 1] && !(x !== x && all[i - 1] !== all[i - 1]))),
  plan: (operands, options) => {
    const xs = onlyArray("unique", NUMBERS, operands);
    const { dtype, length } = xs;
    const space = new Workspace();
    const source = space.operand(xs, dtype);
    const sorted = space.reserve(length * bytesOf(dtype));
    const phases = sortPhases(space, { name: "sort", xs, source, result: sorted, resultBytes: bytesOf(dtype) });
    space.open();
    return {
      job: space.job(phases()),
      cost: length * 0.022,
      finish: () => {
        const count = kernelInstance().exports[`unique_${dtype}`]!(space.at(sorted), length);
        const out = options.out === undefined
          ? newLike(xs, dtype, count)
          : checkOut("unique", options.out, dtype, count);
        viewOf(out).set(sharedView(dtype, space.at(sorted), count));
        return out.value;
      },
      dispose: () => space.close(),
    };
  },
});
