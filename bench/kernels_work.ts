/**
 * The kernels' work done by Lanes, on the calling thread and with a pool of two, and by plain JavaScript loops: prints
 * lines of JSON `{peer, metric, size, value, unit}`, each the best of several runs, f64. `rivals/kernels.ts` runs it
 * beside the rivals.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line tool
import { Pool, SharedArray } from "@lanes/lanes";
import * as kernels from "@lanes/lanes/kernels";
import type { ComputeOptions, Kernel, Operand } from "@lanes/lanes/kernels";

/** Milliseconds that one figure is measured for; next to nothing with `--quick`. */
const PATIENCE = Deno.args.includes("--quick") ? 1 : 800;

async function report(peer: string, metric: string, size: number, call: () => unknown, flops = 0): Promise<void> {
  await call();
  let best = Infinity;
  const end = performance.now() + PATIENCE;
  for (let runs = 0; runs < 3 || (performance.now() < end && runs < 300); runs++) {
    const start = performance.now();
    await call();
    best = Math.min(best, performance.now() - start);
  }
  const [value, unit] = flops > 0 ? [flops / best / 1e6, "GFLOP/s"] : [best * 1e6 / size, "ns/element"];
  console.log(JSON.stringify({ peer, metric, size, value, unit }));
}

interface Work {
  readonly kernel: Kernel;
  readonly operands: readonly Operand[];
  readonly options?: ComputeOptions;
  readonly flops?: number;
}

async function both(pool: Pool, size: number, { kernel, operands, options = {}, flops }: Work): Promise<void> {
  const { out, ...rest } = options;
  const given: unknown[] = [...operands, ...(out === undefined ? [] : [out])];
  if (Object.keys(rest).length > 0) given.push(rest);
  const call = kernel as unknown as (...args: unknown[]) => unknown;
  await report("lanes 1", kernel.name, size, () => call(...given), flops);
  await report("lanes 2", kernel.name, size, () => pool.compute(kernel, operands, options), flops);
}

async function loops(size: number, xs: Float64Array, ys: Float64Array, out: Float64Array): Promise<void> {
  const map = (f: (x: number, y: number) => number) => (): void => {
    for (let i = 0; i < size; i++) out[i] = f(xs[i]!, ys[i]!);
  };
  await report("loop", "square", size, map((x) => x * x));
  await report("loop", "axpy", size, map((x, y) => 2.5 * x + y));
  await report("loop", "hypot", size, map((x, y) => Math.sqrt(x * x + y * y)));
  await report("loop", "sum", size, () => {
    let a = 0, b = 0;
    for (let i = 0; i < size; i += 2) {
      a += xs[i]!;
      b += xs[i + 1]!;
    }
    return a + b;
  });
  if (size > 1_000_000) return;
  await report("loop", "exp", size, map((x) => Math.exp(x)));
  await report("loop", "sin", size, map((x) => Math.sin(x)));
  await report("loop", "sort", size, () => xs.slice().sort());
}

async function main(): Promise<void> {
  await using pool = new Pool(2);
  await pool.apply(nothing);
  const { square, axpy, hypot, exp, sin, sigmoid, sum, dot, max, variance, cumsum, histogram, sort, argsort } = kernels;
  for (const size of [1_000_000, 16 << 20]) {
    using xs = new SharedArray("f64", size);
    using ys = new SharedArray("f64", size);
    using ws = new SharedArray("f64", size);
    using out = new SharedArray("f64", size);
    using order = new SharedArray("u32", size);
    kernels.randomUniform(xs, { seed: 1 });
    kernels.randomUniform(ys, { seed: 2 });
    kernels.randomUniform(ws, { seed: 3, low: -10, high: 10 });
    const work: Work[] = [
      { kernel: square, operands: [xs], options: { out } },
      { kernel: axpy, operands: [2.5, xs, ys], options: { out } },
      { kernel: hypot, operands: [xs, ys], options: { out } },
      { kernel: sum, operands: [xs] },
      { kernel: dot, operands: [xs, ys] },
      { kernel: max, operands: [xs] },
    ];
    if (size === 1_000_000) {
      for (const kernel of [exp, sin, sigmoid]) work.push({ kernel, operands: [ws], options: { out } });
      work.push(
        { kernel: variance, operands: [xs] },
        { kernel: cumsum, operands: [xs], options: { out } },
        { kernel: histogram, operands: [xs], options: { bins: 256, low: 0, high: 1 } },
        { kernel: sort, operands: [xs], options: { out } },
        { kernel: argsort, operands: [xs], options: { out: order } },
      );
    }
    for (const each of work) await both(pool, size, each);
    await loops(size, xs.slice(), ys.slice(), new Float64Array(size));
  }
  await programs(pool);
}

/** What is sent to the workers so that they have started. */
export function nothing(): void {}

async function programs(pool: Pool): Promise<void> {
  const side = 1024, n = 1_000_000;
  using a = new SharedArray("f64", side * side);
  using c = new SharedArray("f64", side * side);
  kernels.randomUniform(a, { seed: 1 });
  const shape = { m: side, k: side, n: side };
  const product: Work = {
    kernel: kernels.matmul,
    operands: [a, a],
    options: { ...shape, out: c },
    flops: 2 * side ** 3,
  };
  await both(pool, side, product);
  using image = new SharedArray("i32", side * side);
  const view = { width: side, height: side };
  await both(pool, side * side, { kernel: kernels.mandelbrot, operands: [image], options: view });
  using spot = new SharedArray("f64", n);
  using strike = new SharedArray("f64", n);
  using years = new SharedArray("f64", n);
  using prices = new SharedArray("f64", 2 * n);
  kernels.randomUniform(spot, { seed: 5, low: 10, high: 100 });
  kernels.randomUniform(strike, { seed: 6, low: 10, high: 100 });
  kernels.randomUniform(years, { seed: 7, low: 0.25, high: 2 });
  const options: Work = { kernel: kernels.blackScholes, operands: [spot, strike, years], options: { out: prices } };
  await both(pool, n, options);
  await both(pool, 10 * n, { kernel: kernels.monteCarloPi, operands: [10 * n] });
}

if (import.meta.main) await main();
