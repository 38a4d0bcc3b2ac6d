/**
 * From which work on a pool pays: for kernels of several weights and more and more elements, the time of `pool.compute`
 * on the calling thread alone, of the same by all workers, and of the one it chooses, in microseconds. Called in a row (the
 * worker still polls for its next order) and after a pause (it sleeps). `lib/pool/compute.ts` has the constants by which
 * it chooses, `lib/pool/README.md` their reason. The kernel's own estimate of its time, `cost`, is printed too.
 *
 * The notes are `KERNEL, in a row|after a pause: {"elements": [alone, all, chosen, cost], …}`: the best of rounds that
 * take turns.
 */
// deno-lint-ignore-file no-console -- notes for bench/run.ts
import { Pool, SharedArray } from "@lanes/lanes";
import * as kernels from "@lanes/lanes/kernels";
import { KERNEL, type Kernel, type Operand } from "@lanes/lanes/kernels";

const WORKERS = 2;
const ROUNDS = 30;
/** Long enough that the worker falls asleep. */
const PAUSE_MS = 3;
const SIZES = [1 << 12, 1 << 14, 3 << 13, 1 << 15, 3 << 14, 1 << 16, 3 << 15, 1 << 17, 1 << 18, 1 << 20];

/** The kernel, whose plans say that they take so long. */
function costing(kernel: Kernel, cost: number): Kernel {
  const definition = kernel[KERNEL];
  const copy = (...operands: never[]): unknown => kernel(...operands);
  return Object.assign(copy, kernel, {
    [KERNEL]: {
      ...definition,
      plan: (...call: Parameters<typeof definition.plan>) => ({ ...definition.plan(...call), cost }),
    },
  }) as unknown as Kernel;
}

/** One kernel's call. */
interface Work {
  readonly kernel: Kernel;
  readonly operands: (length: number) => Operand[];
  readonly out: "f64" | "u32" | null;
}

/** How long a call takes, in microseconds: after a pause, or right after another one. */
async function time(call: () => Promise<unknown>, pause: boolean): Promise<number> {
  if (pause) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  else await call();
  const start = performance.now();
  await call();
  return (performance.now() - start) * 1000;
}

async function measure(pool: Pool, { kernel, operands, out }: Work): Promise<void> {
  const modes = [costing(kernel, 0), costing(kernel, Infinity), kernel];
  const notes: Record<string, Record<number, number[]>> = { "in a row": {}, "after a pause": {} };
  for (const size of SIZES) {
    const given = operands(size);
    using result = out === null ? null : new SharedArray(out, size);
    const options = result === null ? {} : { out: result };
    const plan = kernel[KERNEL].plan(given, options);
    plan.dispose();
    for (const [when, times] of Object.entries(notes)) {
      const least = modes.map(() => Infinity);
      for (let round = 0; round < ROUNDS; round++) {
        for (const [i, mode] of modes.entries()) {
          const took = await time(() => pool.compute(mode, given, options), when === "after a pause");
          least[i] = Math.min(least[i]!, took);
        }
      }
      times[size] = [...least, plan.cost].map((us) => Number(us.toPrecision(3)));
    }
    for (const each of given) if (typeof each !== "number") (each as SharedArray<"f64">).dispose();
  }
  for (const [when, times] of Object.entries(notes)) console.log(`${kernel.name}, ${when}: ${JSON.stringify(times)}`);
}

function numbers(seed: number): (length: number) => SharedArray<"f64"> {
  return (length) => {
    const xs = new SharedArray("f64", length);
    kernels.randomUniform(xs, { seed, low: -5, high: 5 });
    return xs;
  };
}

function one(length: number): Operand[] {
  return [numbers(1)(length)];
}

function two(length: number): Operand[] {
  return [numbers(1)(length), numbers(2)(length)];
}

const WORK: Work[] = [
  { kernel: kernels.square, operands: one, out: "f64" },
  { kernel: kernels.add, operands: two, out: "f64" },
  { kernel: kernels.sum, operands: one, out: null },
  { kernel: kernels.cumsum, operands: one, out: "f64" },
  { kernel: kernels.exp, operands: one, out: "f64" },
  { kernel: kernels.sin, operands: one, out: "f64" },
  { kernel: kernels.sort, operands: one, out: "f64" },
  { kernel: kernels.argsort, operands: one, out: "u32" },
];

await using pool = new Pool(WORKERS);
await pool.compute(kernels.square, new Float64Array(1 << 20));
await pool.apply((x: number) => x, [1]);
for (const work of WORK) await measure(pool, work);
