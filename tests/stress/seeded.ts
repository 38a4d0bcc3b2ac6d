/** What the stress programs share: a seeded plan, its command line, and memory that has to come back to its plateau. */
// deno-lint-ignore-file no-console -- a command-line tool
import { parseArgs } from "node:util";
import { pause } from "../fixtures/harness.ts";

/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

/** The plan of a run. */
export interface Plan {
  seed: number;
  /** Repeats with further seeds until so many minutes have passed; 0: one run. */
  minutes: number;
  /** Multiplies every count; 1 unless told. */
  scale: number;
}

/** The plan that the command line asks for: `--seed N --minutes M --scale F`. */
export function planOf(args: readonly string[]): Plan {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: "string" }, minutes: { type: "string" }, scale: { type: "string" } },
  });
  return {
    seed: Number(values.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]),
    minutes: Number(values.minutes ?? 0),
    scale: Number(values.scale ?? 1),
  };
}

/** Bytes that the program holds, once what can be given back has been given back. */
export async function settledMemory(): Promise<number> {
  const { gc } = globalThis as { gc?: (options: object) => void };
  let least = Infinity;
  for (let quiet = 0; quiet < 4;) {
    gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
    await pause(150);
    const { rss } = Deno.memoryUsage();
    if (rss < least * 0.99) quiet = 0;
    else quiet++;
    least = Math.min(least, rss);
  }
  return least;
}

/**
 * Memory over a run: the plateau is what the first third of the rounds reaches, and the last rounds have to be within
 * 20 % of it. Single samples differ by up to 60 MiB: V8 keeps the pages of ended isolates for a while, and the C library
 * what their threads allocated.
 */
export class Plateau {
  readonly #samples: number[] = [];

  async sample(): Promise<void> {
    this.#samples.push(await settledMemory());
  }

  /** What the samples say; an error where memory grew. */
  check(): string {
    const samples = this.#samples;
    const warm = Math.max(3, Math.ceil(samples.length / 3));
    const plateau = Math.max(...samples.slice(0, warm));
    const last = Math.min(...samples.slice(-2));
    const text = `memory: plateau ${mebibytes(plateau)}, at the end ${mebibytes(last)} (${
      samples.map((bytes) => Math.round(bytes / 2 ** 20)).join(" ")
    })`;
    if (samples.length >= warm + 2 && last > plateau * 1.2) throw new Error(`Memory grew: ${text}`);
    return text;
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

/** Runs a stress program: rounds with their own seeds until the plan's time is over. */
export async function stress(name: string, rounds: (random: Random, plan: Plan) => Promise<string>): Promise<void> {
  const plan = planOf(Deno.args);
  const end = performance.now() + plan.minutes * 60_000;
  let seed = plan.seed;
  do {
    const start = performance.now();
    console.log(`${name}: --seed ${seed}`);
    const said = await rounds(new Random(seed), plan);
    console.log(`${name}: ${said} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    seed = (seed + 1) >>> 0;
  } while (performance.now() < end);
}
