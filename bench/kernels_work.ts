/**
 * The kernels' work done by Lanes, on the calling thread and with a pool of two: prints lines of JSON
 * `{peer, metric, size, value, unit}`, each the best of several runs, f64. `rivals/kernels.ts` runs it beside the rivals.
 *
 * `deno run -A bench/kernels_work.ts [--seconds=S]`: how long each figure is measured for.
 *
 * @module
 */
import { Pool, SharedArray } from "@lanes/lanes";
import * as kernels from "@lanes/lanes/kernels";
import type { ComputeOptions, Kernel, Operand } from "@lanes/lanes/kernels";
import { report } from "./kernels_report.ts";

const CALLS = 1000;

/** One call of a kernel, or several that make one work together. */
interface Work {
  readonly metric: string;
  readonly calls: readonly { kernel: Kernel; operands: readonly Operand[]; options?: ComputeOptions }[];
  readonly flops?: number;
}

function work(kernel: Kernel, operands: readonly Operand[], options: ComputeOptions = {}): Work {
  return { metric: kernel.name, calls: [{ kernel, operands, options }] };
}

/** Calls a kernel on this thread. */
function here({ kernel, operands, options = {} }: Work["calls"][number]): unknown {
  const { out, ...rest } = options;
  const given: unknown[] = [...operands, ...(out === undefined ? [] : [out])];
  if (Object.keys(rest).length > 0) given.push(rest);
  return (kernel as unknown as (...args: unknown[]) => unknown)(...given);
}

async function both(pool: Pool, size: number, { metric, calls, flops }: Work): Promise<void> {
  await report({ peer: "lanes 1", metric, size, flops }, () => {
    for (const each of calls) here(each);
  });
  await report({ peer: "lanes 2", metric, size, flops }, async () => {
    for (const { kernel, operands, options } of calls) await pool.compute(kernel, operands, options);
  });
}

/** `3x² + 2x + 1`, in two passes: no kernel does it in one. */
function polynomial(xs: Operand, out: SharedArray<"f64">): Work {
  return {
    metric: "polynomial",
    calls: [
      { kernel: kernels.fma, operands: [xs, 3, 2], options: { out } },
      { kernel: kernels.fma, operands: [out, xs, 1], options: { out } },
    ],
  };
}

/** What a call costs beside its work: the smallest arrays. */
async function small(): Promise<void> {
  const size = 1000;
  using xs = new SharedArray("f64", size);
  using out = new SharedArray("f64", size);
  await report({ peer: "lanes 1", metric: "square", size, calls: CALLS }, () => {
    for (let i = 0; i < CALLS; i++) kernels.square(xs, out);
  });
}

async function arrays(pool: Pool, size: number): Promise<void> {
  const { square, axpy, hypot, exp, sin, sigmoid, sum, dot, max, variance, cumsum, histogram, sort, argsort } = kernels;
  using xs = new SharedArray("f64", size);
  using ys = new SharedArray("f64", size);
  using ws = new SharedArray("f64", size);
  using out = new SharedArray("f64", size);
  using order = new SharedArray("u32", size);
  kernels.randomUniform(xs, { seed: 1 });
  kernels.randomUniform(ys, { seed: 2 });
  kernels.randomUniform(ws, { seed: 3, low: -10, high: 10 });
  const all: Work[] = [
    work(square, [xs], { out }),
    work(axpy, [2.5, xs, ys], { out }),
    polynomial(xs, out),
    work(hypot, [xs, ys], { out }),
    work(sum, [xs]),
    work(dot, [xs, ys]),
    work(max, [xs]),
  ];
  if (size <= 1_000_000) {
    all.push(
      ...[exp, sin, sigmoid].map((kernel) => work(kernel, [ws], { out })),
      work(variance, [xs]),
      work(cumsum, [xs], { out }),
      work(histogram, [xs], { bins: 256, low: 0, high: 1 }),
      work(sort, [xs], { out }),
      work(argsort, [xs], { out: order }),
    );
  }
  for (const each of all) await both(pool, size, each);
}

async function programs(pool: Pool): Promise<void> {
  const side = 1024, n = 1_000_000;
  using a = new SharedArray("f64", side * side);
  using b = new SharedArray("f64", side * side);
  using c = new SharedArray("f64", side * side);
  kernels.randomUniform(a, { seed: 1 });
  kernels.randomUniform(b, { seed: 2 });
  const shape = { m: side, k: side, n: side, out: c };
  await both(pool, side, { ...work(kernels.matmul, [a, b], shape), flops: 2 * side ** 3 });
  using image = new SharedArray("i32", side * side);
  await both(pool, side * side, work(kernels.mandelbrot, [image], { width: side, height: side }));
  using spot = new SharedArray("f64", n);
  using strike = new SharedArray("f64", n);
  using years = new SharedArray("f64", n);
  using prices = new SharedArray("f64", 2 * n);
  kernels.randomUniform(spot, { seed: 5, low: 10, high: 100 });
  kernels.randomUniform(strike, { seed: 6, low: 10, high: 100 });
  kernels.randomUniform(years, { seed: 7, low: 0.25, high: 2 });
  await both(pool, n, work(kernels.blackScholes, [spot, strike, years], { out: prices }));
  await both(pool, 10 * n, work(kernels.monteCarloPi, [10 * n]));
}

/** What is sent to the workers so that they have started. */
export function nothing(): void {}

if (import.meta.main) {
  await using pool = new Pool(2);
  await pool.apply(nothing);
  await small();
  for (const size of [1_000_000, 16 << 20]) await arrays(pool, size);
  await programs(pool);
}
