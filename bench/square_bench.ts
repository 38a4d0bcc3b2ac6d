/**
 * `square` on one thread, on all workers, and as a plain loop; what a pool adds to a short kernel; how long a pool takes
 * to its first result, and what memory a worker takes.
 *
 * The ratios are printed as notes: each is taken from rounds in which the rivals run in turns, so that whatever else the
 * machine does meets all of them; the best round counts.
 */
// deno-lint-ignore-file no-console -- notes for bench/run.ts
import { Pool, SharedArray } from "@lanes/lanes";
import { square } from "@lanes/lanes/kernels";

const WORKERS = 2;
/** Workers by which the memory of one is measured. */
const MORE_WORKERS = 8;

function loop(xs: Float64Array, out: Float64Array): void {
  for (let i = 0; i < xs.length; i++) out[i] = xs[i]! * xs[i]!;
}

/** Times that a rival runs before the next: after the first its arrays are in the caches as they would be in a loop. */
const IN_A_ROW = 3;

/** The best time of each in `rounds` rounds, in milliseconds. */
async function best(
  rounds: number,
  rivals: Record<string, () => unknown>,
): Promise<Record<string, number>> {
  const times = Object.fromEntries(Object.keys(rivals).map((name) => [name, Infinity]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(rivals)) {
      for (let i = 0; i < IN_A_ROW; i++) {
        const start = performance.now();
        await run();
        times[name] = Math.min(times[name]!, performance.now() - start);
      }
    }
  }
  return times;
}

function rounded(values: Record<string, number>): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value.toPrecision(4))])),
  );
}

function residentBytes(): number {
  return Deno.memoryUsage().rss;
}

async function noteRatios(pool: Pool, length: number, rounds: number): Promise<void> {
  using xs = new SharedArray("f64", length);
  using out = new SharedArray("f64", length);
  for (let i = 0; i < length; i++) xs.data[i] = i * 0.5;
  const [plain, plainOut] = [xs.slice(), new Float64Array(length)];
  const times = await best(rounds, {
    loop: () => loop(plain, plainOut),
    kernel: () => square(xs, out),
    pool: () => pool.map(square, xs, { out }),
    copied: () => pool.map(square, plain, { out: plainOut }),
  });
  const { loop: js, kernel, pool: parallel, copied } = times as Record<"loop" | "kernel" | "pool" | "copied", number>;
  console.log(
    `square ${length}: ${
      rounded({
        loopNsPerElement: js * 1e6 / length,
        kernelNsPerElement: kernel * 1e6 / length,
        poolNsPerElement: parallel * 1e6 / length,
        copiedNsPerElement: copied * 1e6 / length,
        poolGBPerSecond: 16 * length / parallel / 1e6,
        kernelAgainstLoop: js / kernel,
        poolAgainstKernel: kernel / parallel,
      })
    }`,
  );
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

async function noteStart(): Promise<void> {
  const start = performance.now();
  await using pool = new Pool(WORKERS);
  await pool.apply((x: number) => x * x, [3]);
  const firstResultMs = performance.now() - start;
  const before = residentBytes();
  await using more = new Pool(MORE_WORKERS);
  // As many tasks as workers, each long enough that all of them start.
  await more.map(sleep, Array(MORE_WORKERS).fill(500), { chunksize: 1 });
  const workerMiB = (residentBytes() - before) / MORE_WORKERS / 2 ** 20;
  console.log(`start: ${rounded({ firstResultMs, workerMiB })}`);
}

await noteStart();
const pool = new Pool(WORKERS);
for (const [length, rounds] of [[1000, 1000], [2 ** 20, 20], [16 * 2 ** 20, 5]] as const) {
  await noteRatios(pool, length, rounds);
}

for (const length of [1000, 2 ** 20]) {
  const group = `square f64 × ${length}`;
  const xs = new SharedArray("f64", length);
  const out = new SharedArray("f64", length);
  const [plain, plainOut] = [xs.slice(), new Float64Array(length)];
  Deno.bench("plain loop", { group, baseline: true }, () => loop(plain, plainOut));
  Deno.bench("kernel, one thread", { group }, () => void square(xs, out));
  Deno.bench(`kernel, ${WORKERS} workers`, { group }, async () => void await pool.map(square, xs, { out }));
  Deno.bench(`kernel, ${WORKERS} workers, copied`, { group }, async () => {
    await pool.map(square, plain, { out: plainOut });
  });
}
