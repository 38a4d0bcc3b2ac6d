/**
 * How the programs that do the kernels' work measure it.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- lines for rivals/kernels.ts

/** What is measured. */
export interface Measured {
  /** Who does it. */
  readonly peer: string;
  /** What it is. */
  readonly metric: string;
  /** How many elements it has; of a matrix product, rows. */
  readonly size: number;
  /** How many floating-point operations it is: the figure is GFLOP/s then, else nanoseconds an element. */
  readonly flops?: number | undefined;
  /** How often `call` does it; default once. */
  readonly calls?: number | undefined;
}

/** Fewest and most runs of one figure. */
const LEAST_RUNS = 2, MOST_RUNS = 300;

const seconds = Number(Deno.args.find((arg) => arg.startsWith("--seconds="))?.slice("--seconds=".length) ?? 0.5);

/** Prints the best of several runs. */
export async function report(measured: Measured, call: () => unknown): Promise<void> {
  const { peer, metric, size, flops, calls = 1 } = measured;
  await call();
  let best = Infinity;
  const end = performance.now() + 1000 * seconds;
  for (let runs = 0; runs < LEAST_RUNS || (performance.now() < end && runs < MOST_RUNS); runs++) {
    const start = performance.now();
    await call();
    best = Math.min(best, (performance.now() - start) / calls);
  }
  const [value, unit] = flops === undefined ? [best * 1e6 / size, "ns/element"] : [flops / best / 1e6, "GFLOP/s"];
  console.log(JSON.stringify({ peer, metric, size, value, unit }));
}
