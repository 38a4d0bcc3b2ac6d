import { FLOATS } from "./_define.ts";
import { type ArrayInput, bytesOf, checkCount, checkOut, newLike } from "./_operand.ts";
import { arrayOperand, defineWhole, integerOption } from "./_whole.ts";
import { type Plan, type PlanOptions, Workspace } from "./plan.ts";
import type { MatmulKernel } from "./signatures.ts";

/** Rows of a slice: with as many products deep a block of them fits the second-level cache. */
const ROWS = 64;
/** Rows of the left matrix that are packed together, a divisor of `ROWS`. */
const GROUP = 4;

/**
 * The product of an `m` by `k` matrix and a `k` by `n` matrix, both row by row. Sums of products are fused where the
 * machine does that, so results may differ between machines, within an error of `k · 2^-53 · Σ|a·b|`.
 *
 * @example
 * ```ts
 * import { matmul } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * const a = Float64Array.of(1, 2, 3, 4), b = Float64Array.of(5, 6, 7, 8);
 * assertEquals(matmul(a, b, { m: 2, k: 2, n: 2 }), Float64Array.of(19, 22, 43, 50));
 * ```
 */
export const matmul: MatmulKernel = defineWhole<MatmulKernel>({
  name: "matmul",
  arity: 2,
  dtypes: FLOATS,
  reference: (a: Float64Array, b: Float64Array, { m, k, n }: { m: number; k: number; n: number }) => {
    const c = new Float64Array(m * n);
    for (let i = 0; i < m; i++) {
      for (let p = 0; p < k; p++) {
        for (let j = 0; j < n; j++) c[i * n + j]! += a[i * k + p]! * b[p * n + j]!;
      }
    }
    return c;
  },
  plan,
});

function plan(operands: readonly unknown[], options: PlanOptions): Plan {
  checkCount("matmul", 2, operands.length, false);
  const a = arrayOperand("matmul", FLOATS, operands[0], 0);
  const b = arrayOperand("matmul", FLOATS, operands[1], 1);
  const { dtype } = a;
  if (b.dtype !== dtype) {
    throw new TypeError(`Kernel "matmul" cannot mix dtypes: expected "${dtype}", got an operand of "${b.dtype}"`);
  }
  const [m, k, n] = ["m", "k", "n"].map((option) => integerOption("matmul", options, option, 0)) as [
    number,
    number,
    number,
  ];
  checkShape(a, "m × k", m * k);
  checkShape(b, "k × n", k * n);
  const out = options.out === undefined ? newLike(a, dtype, m * n) : checkOut("matmul", options.out, dtype, m * n);
  const space = new Workspace();
  const left = space.operand(a, dtype), right = space.operand(b, dtype);
  // The rows of the operands are read until the end.
  const to = space.result(out, [a, b].some((each) => each.offset >= 0 && out.offset >= 0 && near(each, out)));
  const width = 32 / bytesOf(dtype), panels = Math.ceil(n / width);
  const packed = space.reserve(panels * width * k * bytesOf(dtype));
  const grouped = space.reserve(Math.ceil(m / GROUP) * GROUP * k * bytesOf(dtype));
  space.open();
  return {
    job: space.job([
      {
        name: `matmul_pack_${dtype}`,
        slices: panels,
        args: [space.at(right), space.at(packed), k, n, [0, 1]],
      },
      {
        name: `matmul_${dtype}`,
        slices: Math.ceil(m / ROWS),
        args: [
          space.at(left),
          space.at(packed),
          space.at(grouped),
          space.at(to),
          k,
          n,
          [0, ROWS],
          [ROWS, m, 1],
        ],
      },
    ]),
    cost: m * n * k * 0.0001,
    finish: () => {
      space.copyOut();
      return out.value;
    },
    dispose: () => space.close(),
  };
}

function near(a: ArrayInput, b: ArrayInput): boolean {
  return a.offset < b.offset + b.length * 8 && b.offset < a.offset + a.length * 8;
}

function checkShape(array: ArrayInput, shape: string, length: number): void {
  if (array.length === length) return;
  throw new RangeError(`Kernel "matmul" needs ${shape} = ${length} elements, got an operand of ${array.length}`);
}
