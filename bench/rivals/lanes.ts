/**
 * Measures Lanes in the same way as its rivals: `lanes.ts MEASURE [--quick]`.
 *
 * @module
 */
import { Pool, SharedArray } from "@lanes/lanes";
import { square as squareKernel } from "@lanes/lanes/kernels";
import * as functions from "./functions.mjs";
import { type MEASURES, quantile, report } from "./measures.mjs";

/** A function that a measure names. */
type Function = (value: unknown) => unknown;

const ELEMENTS = 1 << 20;

/** Squares a shared array where it is. */
export function squareInPlace(xs: SharedArray<"f64">): number {
  return functions.squareArray(xs.data as unknown as Float64Array).length;
}

/** Milliseconds of `work`, the median of `rounds`. */
async function median(rounds: number, work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = -3; round < rounds; round++) {
    const start = performance.now();
    await work();
    if (round >= 0) times.push(performance.now() - start);
  }
  return quantile(times, 0.5);
}

/** What Lanes has of its own for arrays: shared ones, and kernels. */
async function array({ rounds }: { rounds: number }): Promise<Record<string, number>> {
  const pool = new Pool(2);
  using xs = new SharedArray("f64", ELEMENTS);
  using out = new SharedArray("f64", ELEMENTS);
  xs.fill(1);
  const plain = xs.slice();
  const plainOut = xs.slice();
  const small = new SharedArray("f64", 1000);
  const smallOut = new SharedArray("f64", 1000);
  const figures = {
    "8 MiB shared, in place by apply ms": await median(rounds, () => pool.apply(squareInPlace, [xs])),
    "8 MiB shared, by the kernel ms": await median(rounds * 5, () => pool.map(squareKernel, xs, { out })),
    "8 MiB copied, by the kernel ms": await median(rounds, () => pool.map(squareKernel, plain, { out: plainOut })),
    "kernel over 1,000, bare µs": 1000 * await median(rounds * 50, () => void squareKernel(small, smallOut)),
    "kernel over 1,000, by the pool µs": 1000 *
      await median(rounds * 50, () => pool.map(squareKernel, small, { out: smallOut })),
  };
  await pool.terminate();
  return figures;
}

/** Lanes as the measures see it. */
export const lanes = {
  create(workers: number): {
    call(name: string, value: unknown): Promise<unknown>;
    map(name: string, values: unknown[]): Promise<unknown[]>;
    transfer(array: Float64Array): Promise<Float64Array>;
    close(): Promise<void>;
  } {
    const pool = new Pool(workers);
    const named = functions.all as unknown as Record<string, Function>;
    return {
      call: (name, value) => pool.apply(named[name]!, [value]),
      map: (name, values) => pool.map(named[name]!, values),
      transfer: (array) =>
        pool.apply(functions.squareArray as (xs: Float64Array) => Float64Array, [array], {
          transfer: [array.buffer as ArrayBuffer],
        }),
      close: () => pool.terminate(),
    };
  },
  more: { array },
};

if (import.meta.main) {
  const [measure, ...flags] = Deno.args;
  await report(lanes as never, measure as keyof typeof MEASURES, flags.includes("--quick"));
  Deno.exit(0);
}
