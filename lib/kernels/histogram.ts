import { NUMBERS } from "./_define.ts";
import { type ArrayInput, bytesOf, checkOut, newLike, sharedView, viewOf } from "./_operand.ts";
import { defineWhole, integerOption, numberOption, onlyArray } from "./_whole.ts";
import { max } from "./max.ts";
import { min } from "./min.ts";
import { type Plan, type PlanOptions, Workspace } from "./plan.ts";
import type { HistogramKernel } from "./signatures.ts";

/** Slices, each with tables of its own. */
const SLICES = 32;
/** Elements of the least slice. */
const LEAST = 4096;

/**
 * How many elements lie in each of `bins` (default 10) equal intervals of the range from `low` to `high` (default: of
 * the elements), as `u32`. The last interval has its upper end; what lies outside, and NaN, counts nowhere. Element `x`
 * counts in interval `⌊(x - low) · (bins / (high - low))⌋`.
 *
 * @example
 * ```ts
 * import { histogram } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(histogram(Float64Array.of(0, 1, 1, 4), { bins: 2 }), Uint32Array.of(3, 1));
 * ```
 */
export const histogram: HistogramKernel = defineWhole<HistogramKernel>({
  name: "histogram",
  arity: 1,
  dtypes: NUMBERS,
  reference: (xs: ArrayLike<number>, options: PlanOptions = {}) => {
    const { bins, low, high } = rangeOf(Array.from(xs), options);
    const counts = new Uint32Array(bins);
    for (const x of Array.from(xs)) {
      if (x >= low && x <= high) counts[Math.min(bins - 1, Math.floor((x - low) * (bins / (high - low))))]!++;
    }
    return counts;
  },
  plan,
});

function rangeOf(xs: ArrayLike<number>, options: PlanOptions, least?: number, most?: number) {
  const bins = integerOption("histogram", { bins: options.bins ?? 10 }, "bins", 1);
  const low = numberOption("histogram", options, "low", least ?? (xs.length ? Math.min(...Array.from(xs)) : 0));
  const high = numberOption("histogram", options, "high", most ?? (xs.length ? Math.max(...Array.from(xs)) : 1));
  if (!(low <= high) || !Number.isFinite(low) || !Number.isFinite(high)) {
    throw new RangeError(`Expected a finite range for kernel "histogram", got ${low} to ${high}`);
  }
  // As NumPy does: of elements that are all equal the range is one around them.
  return low === high ? { bins, low: low - 0.5, high: high + 0.5 } : { bins, low, high };
}

function plan(operands: readonly unknown[], options: PlanOptions): Plan {
  const xs = onlyArray("histogram", NUMBERS, operands);
  const { dtype, length } = xs;
  const ends = options.low === undefined || options.high === undefined;
  const least = ends ? length === 0 ? 0 : min(xs.value) : 0, most = ends ? length === 0 ? 1 : max(xs.value) : 1;
  const { bins, low, high } = rangeOf([], options, least, most);
  const out: ArrayInput = options.out === undefined
    ? newLike(xs, "u32", bins)
    : checkOut("histogram", options.out, "u32", bins);
  const each = Math.max(LEAST, Math.ceil(length / SLICES / 64) * 64), slices = Math.ceil(length / each);
  const space = new Workspace();
  const from = space.operand(xs, dtype);
  // While a slice is counted, four counts for each interval and for what is outside; then the sums, at the beginning.
  const table = Math.ceil((bins + 1) / 4) * 64;
  const counts = space.reserve(table * slices);
  space.open();
  return {
    job: space.job([{
      name: `histogram_${dtype}`,
      slices,
      args: [
        [space.at(from), each * bytesOf(dtype)],
        [space.at(counts), table],
        bins,
        low,
        high,
        bins / (high - low),
        [each, length, 1],
      ],
    }]),
    cost: length * 0.001,
    finish: () => {
      const result = viewOf(out).fill(0);
      for (let slice = 0; slice < slices; slice++) {
        const part = sharedView("u32", space.at(counts) + slice * table, bins);
        for (let i = 0; i < bins; i++) result[i]! += part[i]!;
      }
      return out.value;
    },
    dispose: () => space.close(),
  };
}
