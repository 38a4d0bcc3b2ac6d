import { NUMBERS } from "./_define.ts";
import { type ArrayInput, checkOut, newLike } from "./_operand.ts";
import { defineWhole, integerOption, onlyArray } from "./_whole.ts";
import { Workspace } from "./plan.ts";
import type { MatrixKernel } from "./signatures.ts";

/** Rows of a slice. */
const ROWS = 32;

/**
 * The transpose of a matrix of `rows` by `cols` elements, row by row.
 *
 * @example
 * ```ts
 * import { transpose } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * const matrix = Float64Array.of(1, 2, 3, 4, 5, 6);
 * assertEquals(transpose(matrix, { rows: 2, cols: 3 }), Float64Array.of(1, 4, 2, 5, 3, 6));
 * ```
 */
export const transpose: MatrixKernel = defineWhole<MatrixKernel>({
  name: "transpose",
  arity: 1,
  dtypes: NUMBERS,
  reference: (xs: Float64Array, { rows, cols }: { rows: number; cols: number }) =>
    xs.map((_, i) => xs[(i % rows) * cols + Math.floor(i / rows)]!),
  plan: (operands, options) => {
    const xs = onlyArray("transpose", NUMBERS, operands);
    const { dtype, length } = xs;
    const rows = integerOption("transpose", options, "rows", 0);
    const cols = integerOption("transpose", options, "cols", 0);
    checkShape("transpose", xs, rows, cols);
    const out = options.out === undefined
      ? newLike(xs, dtype, length)
      : checkOut("transpose", options.out, dtype, length);
    const space = new Workspace();
    const from = space.operand(xs, dtype);
    // Never in place: each row becomes a column.
    const to = space.result(out, xs.offset >= 0 && out.offset >= 0 && Math.abs(xs.offset - out.offset) < 8 * length);
    space.open();
    return {
      job: space.job([{
        name: `transpose_${dtype}`,
        slices: Math.ceil(rows / ROWS),
        args: [space.at(from), space.at(to), rows, cols, [0, ROWS], [ROWS, rows, 1]],
      }]),
      cost: length * 0.002,
      finish: () => {
        space.copyOut();
        return out.value;
      },
      dispose: () => space.close(),
    };
  },
});

/** Throws unless the operand has `rows` times `cols` elements. */
function checkShape(name: string, xs: ArrayInput, rows: number, cols: number): void {
  if (xs.length === rows * cols) return;
  throw new RangeError(`Kernel "${name}" needs ${rows} × ${cols} elements, got an operand of ${xs.length}`);
}
