import { square } from "../kernels/square.ts";
import type { SharedArray } from "../memory/array.ts";
import type { Pool } from "../pool/pool.ts";
import type { NpyDType } from "./npy.ts";

/** How long the kernel on all workers and one plain JavaScript loop took for the same elements. */
export interface Comparison {
  /** Number of elements that both squared. */
  readonly count: number;
  /** Bytes read plus bytes written for them. */
  readonly bytes: number;
  /** Times each was run; the best run counts. */
  readonly runs: number;
  /** Milliseconds of the kernel on all workers. */
  readonly lanes: number;
  /** Milliseconds of the plain JavaScript loop on one thread. */
  readonly loop: number;
}

/** Rounds, at least and at most, and for how many milliseconds. */
const LEAST_RUNS = 5;
const MOST_RUNS = 20;
const MOST_TIME = 500;

/** Squares `xs` into `out` with the kernel on all workers of `pool`, and with a plain loop, a few times each. */
export async function measureSquare(
  pool: Pool,
  xs: SharedArray<NpyDType>,
  out: SharedArray<NpyDType>,
): Promise<Comparison> {
  const target = out.length === xs.length ? out : out.subarray(0, xs.length);
  let lanes = Infinity;
  let loop = Infinity;
  let runs = 0;
  const end = performance.now() + MOST_TIME;
  // In turns, so that whatever else the machine does meets both.
  while (runs < LEAST_RUNS || (runs < MOST_RUNS && performance.now() < end)) {
    runs++;
    let start = performance.now();
    await pool.compute(square, xs, { out: target });
    lanes = Math.min(lanes, performance.now() - start);
    start = performance.now();
    plainSquare(xs.data, target.data);
    loop = Math.min(loop, performance.now() - start);
  }
  return { count: xs.length, bytes: 2 * xs.byteLength, runs, lanes, loop };
}

/** What one writes without a library; i32 needs `Math.imul` to wrap as NumPy does. */
function plainSquare(
  xs: Float64Array | Float32Array | Int32Array,
  out: Float64Array | Float32Array | Int32Array,
): void {
  const length = xs.length;
  if (xs instanceof Int32Array) {
    for (let i = 0; i < length; i++) out[i] = Math.imul(xs[i]!, xs[i]!);
  } else {
    for (let i = 0; i < length; i++) out[i] = xs[i]! * xs[i]!;
  }
}
