import { BLOCK } from "./_reduce.ts";
import { NUMBERS } from "./_define.ts";
import { type ArrayInput, bytesOf, checkOut, newLike, plainArray, sharedView, viewOf } from "./_operand.ts";
import { sortPhases } from "./_sort.ts";
import { defineWhole, integerOption, onlyArray } from "./_whole.ts";
import { argsort } from "./argsort.ts";
import type { NumericArray } from "./kernel.ts";
import { type Plan, sliceLength, Workspace } from "./plan.ts";
import { sort } from "./sort.ts";
import type { TopKernel } from "./signatures.ts";

/** Of less than one element in so many it is faster to select them than to sort all. */
const FEW = 32;

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
    return k > 0 && k <= length / FEW ? planSelection(xs, out) : planSort(xs, out);
  },
});

/** Sorts all elements, and takes the last. */
function planSort(xs: ArrayInput, out: ArrayInput): Plan {
  const { dtype, length } = xs, k = out.length, size = bytesOf(dtype);
  const space = new Workspace();
  const source = space.operand(xs, dtype);
  const sorted = space.reserve(length * size);
  const phases = sortPhases(space, { name: "sort", xs, source, result: sorted, resultBytes: size });
  space.open();
  return {
    job: space.job(phases()),
    cost: length * 0.02,
    finish: () => {
      const top = plainArray(dtype, k);
      top.set(sharedView(dtype, space.at(sorted) + (length - k) * size, k));
      viewOf(out).set(top.reverse());
      return out.value;
    },
    dispose: () => space.close(),
  };
}

/** Finds the greatest element of each block, then looks into those blocks only that can have one of the greatest of all. */
function planSelection(xs: ArrayInput, out: ArrayInput): Plan {
  const { dtype, length } = xs, size = bytesOf(dtype);
  const space = new Workspace();
  const blocks = Math.ceil(length / BLOCK);
  const source = space.operand(xs, dtype), maxima = space.reserve(blocks * 8);
  space.open();
  const each = sliceLength(length, size, BLOCK);
  return {
    job: space.job([{
      name: `max_${dtype}`,
      slices: Math.ceil(length / each),
      args: [[space.at(source), each * size], [space.at(maxima), each / BLOCK * 8], [each, length, 1]],
    }]),
    cost: length * 0.00025,
    finish: () => {
      const greatest = sharedView("f64", space.at(maxima), blocks) as Float64Array;
      const all = sharedView(dtype, space.at(source), length);
      viewOf(out).set(select(all, greatest, plainArray(dtype, 4 * out.length + BLOCK), out.length));
      return out.value;
    },
    dispose: () => space.close(),
  };
}

/** The `k` greatest of `all`, the greatest first; `found` has room for `4 * k` and a block more. */
function select(all: NumericArray, greatest: Float64Array, found: NumericArray, k: number): NumericArray {
  let count = 0, least = NaN;
  function keepBest(): void {
    const sorted = found.subarray(0, count) as Float64Array;
    sort(sorted, sorted);
    found.copyWithin(0, count - k, count);
    count = k;
    least = sorted[0]!;
  }
  // The blocks with the greatest elements first: what is looked for is soon known to be great.
  for (const block of argsort(greatest).reverse()) {
    const full = count >= k;
    if (full && !mayExceed(greatest[block]!, least)) break;
    const end = Math.min(all.length, (block + 1) * BLOCK);
    // Where the least is -0, so is a 0 greater that compares as equal.
    const zero = full && Object.is(least, -0);
    for (let i = block * BLOCK; i < end; i++) {
      const x = all[i]!;
      if (full && (zero ? x < least : x <= least)) continue;
      found[count++] = x;
    }
    if (count >= (full ? 4 * k : k)) keepBest();
  }
  if (count > k) keepBest();
  const best = found.subarray(0, k) as Float64Array;
  return sort(best, best).reverse();
}

/** Whether an element may belong before one that is `least`: NaN before all others, nothing before NaN. */
function mayExceed(x: number, least: number): boolean {
  return !Number.isNaN(least) && (x > least || Number.isNaN(x) || (x === 0 && least === 0));
}
