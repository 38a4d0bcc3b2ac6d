import { NUMBERS } from "./_define.ts";
import { checkOut, newLike } from "./_operand.ts";
import { sortPhases } from "./_sort.ts";
import { defineWhole, onlyArray } from "./_whole.ts";
import { Workspace } from "./plan.ts";
import type { IndexKernel } from "./signatures.ts";

/**
 * The indices of all elements in ascending order of these, as `u32`; those of equal elements in their own order. NaN is
 * last.
 *
 * @example
 * ```ts
 * import { argsort } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(argsort(Float64Array.of(3, 1, 2)), Uint32Array.of(1, 2, 0));
 * ```
 */
export const argsort: IndexKernel = defineWhole<IndexKernel>({
  name: "argsort",
  arity: 1,
  dtypes: NUMBERS,
  reference: (xs: ArrayLike<number>) => {
    const order = Array.from(xs, (_, i) => i);
    const rank = (x: number): number => Number.isNaN(x) ? 1 : 0;
    const sign = (x: number): number => Object.is(x, -0) ? -1 : 0;
    return Uint32Array.from(order.sort((i, j) => {
      const x = xs[i]!, y = xs[j]!;
      return x < y ? -1 : x > y ? 1 : rank(x) - rank(y) || sign(x) - sign(y) || i - j;
    }));
  },
  plan: (operands, options) => {
    const xs = onlyArray("argsort", NUMBERS, operands);
    const { dtype, length } = xs;
    const out = options.out === undefined
      ? newLike(xs, "u32", length)
      : checkOut("argsort", options.out, "u32", length);
    const space = new Workspace();
    const source = space.operand(xs, dtype), result = space.result(out);
    const phases = sortPhases(space, { name: "argsort", xs, source, result, resultBytes: 4 });
    space.open();
    return {
      job: space.job(phases()),
      cost: length * 0.03,
      finish: () => {
        space.copyOut();
        return out.value;
      },
      dispose: () => space.close(),
    };
  },
});
