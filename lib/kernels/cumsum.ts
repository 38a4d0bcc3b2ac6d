import { NUMBERS } from "./_define.ts";
import { bytesOf, checkOut, newLike } from "./_operand.ts";
import { BLOCK } from "./_reduce.ts";
import { defineWhole, onlyArray } from "./_whole.ts";
import { overlaps, sliceLength, Workspace } from "./plan.ts";
import type { SortKernel } from "./signatures.ts";

/**
 * The running sums: each element plus all before it, in doubles, block by block, so that the error is that of `sum` plus
 * one rounding an element of the block. 32-bit integers wrap.
 *
 * @example
 * ```ts
 * import { cumsum } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cumsum(Float64Array.of(1, 2, 3)), Float64Array.of(1, 3, 6));
 * ```
 */
export const cumsum: SortKernel = defineWhole<SortKernel>({
  name: "cumsum",
  arity: 1,
  dtypes: NUMBERS,
  reference: (xs: Float64Array) => {
    let total = 0;
    return xs.map((x) => total += x);
  },
  plan: (operands, options) => {
    const xs = onlyArray("cumsum", NUMBERS, operands);
    const { dtype, length } = xs;
    const out = options.out === undefined ? newLike(xs, dtype, length) : checkOut("cumsum", options.out, dtype, length);
    const space = new Workspace();
    const blocks = Math.ceil(length / BLOCK);
    const from = space.operand(xs, dtype), to = space.result(out, overlaps(xs, out));
    const sums = space.reserve(blocks * 8);
    space.open();
    const each = sliceLength(length, bytesOf(dtype), BLOCK), slices = Math.ceil(length / each);
    const source = [space.at(from), each * bytesOf(dtype)] as const;
    const offsets = [space.at(sums), each / BLOCK * 8] as const;
    return {
      job: space.job([
        { name: `sum_${dtype}`, slices, args: [source, offsets, [each, length, 1]] },
        { name: "cumsum_offsets", slices: Math.min(1, slices), args: [space.at(sums), blocks] },
        {
          name: `cumsum_${dtype}`,
          slices,
          args: [source, [space.at(to), each * bytesOf(dtype)], offsets, [each, length, 1]],
        },
      ]),
      cost: length * 0.0005,
      finish: () => {
        space.copyOut();
        return out.value;
      },
      dispose: () => space.close(),
    };
  },
});
