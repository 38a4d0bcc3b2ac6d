/** Squares a large array in shared memory with the SIMD kernel: on this thread, and on all workers. */
import { cpuCount, Pool, SharedArray } from "@lanes/lanes";
import { square, sum } from "@lanes/lanes/kernels";

export async function main(): Promise<void> {
  using xs = new SharedArray("f64", 1_000_000);
  for (let i = 0; i < xs.length; i++) xs.data[i] = i;

  using ys = square(xs); // on the calling thread

  await using pool = new Pool(cpuCount());
  await pool.map(square, xs, { out: xs }); // each worker its own slice, nothing is copied

  const equal = xs.data.every((x, i) => x === ys.data[i]);
  console.log("Same on one thread and on all workers:", equal);
  console.log("Sum of squares:", (await pool.compute(sum, xs)).toExponential(9));
}

if (import.meta.main) await main();
