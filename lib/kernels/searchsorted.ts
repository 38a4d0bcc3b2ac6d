import { quoted } from "../base/check.ts";
import { NUMBERS } from "./_define.ts";
import { bytesOf, checkCount, checkOut, newLike } from "./_operand.ts";
import { arrayOperand, defineWhole } from "./_whole.ts";
import { sliceLength, Workspace } from "./plan.ts";
import type { SearchKernel } from "./signatures.ts";

/**
 * For each of the second operand's values, where it belongs in the first operand, which is sorted: how many elements
 * are less, or with `side: "right"` not greater, as `u32`. NaN is greater than all numbers, as in `sort`. The operands may
 * differ in length.
 *
 * @example
 * ```ts
 * import { searchsorted } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(searchsorted(Float64Array.of(1, 2, 3), Float64Array.of(2, 9)), Uint32Array.of(1, 3));
 * ```
 */
export const searchsorted: SearchKernel = defineWhole<SearchKernel>({
  name: "searchsorted",
  arity: 2,
  dtypes: NUMBERS,
  reference: (sorted: ArrayLike<number>, values: ArrayLike<number>, { side }: { side?: string } = {}) =>
    Uint32Array.from(
      Array.from(values),
      (value) => Array.from(sorted).filter((x) => side === "right" ? !isLess(value, x) : isLess(x, value)).length,
    ),
  plan: (operands, options) => {
    checkCount("searchsorted", 2, operands.length, false);
    const sorted = arrayOperand("searchsorted", NUMBERS, operands[0], 0);
    const values = arrayOperand("searchsorted", [sorted.dtype], operands[1], 1);
    const { side = "left", out: given } = options;
    if (side !== "left" && side !== "right") {
      throw new TypeError(
        `Expected option "side" of kernel "searchsorted" to be "left" or "right", got ${quoted(side)}`,
      );
    }
    const { dtype, length } = values;
    const out = given === undefined ? newLike(sorted, "u32", length) : checkOut("searchsorted", given, "u32", length);
    const space = new Workspace();
    const a = space.operand(sorted, dtype), b = space.operand(values, dtype), to = space.result(out);
    space.open();
    const each = sliceLength(length, 8);
    return {
      job: space.job([{
        name: `searchsorted_${dtype}`,
        slices: Math.ceil(length / each),
        args: [
          space.at(a),
          sorted.length,
          [space.at(b), each * bytesOf(dtype)],
          [space.at(to), each * 4],
          [each, length, 1],
          side === "right" ? 1 : 0,
        ],
      }]),
      cost: length * 0.01 * Math.log2(sorted.length + 2),
      finish: () => {
        space.copyOut();
        return out.value;
      },
      dispose: () => space.close(),
    };
  },
});

/** Whether `x` comes before `y` in an array that `sort` has sorted, zeros being equal. */
function isLess(x: number, y: number): boolean {
  return x < y || (Number.isNaN(y) && !Number.isNaN(x));
}
