/**
 * The kernels beside their rivals, on the same machine in the same run: Lanes on one thread and with a pool of two, plain
 * loops, NumPy, numexpr, numba (two threads), and rayon (two threads). All take turns, several rounds; the best counts. A
 * rival that is not installed is left out, and said so.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line tool
import { python, run } from "./install.ts";
import type { KernelFigure } from "./kernels_report.ts";

const ROOT = new URL("../../", import.meta.url);
/** Seconds that one figure is measured for in each round. */
const SECONDS = 0.25, QUICK_SECONDS = 0.001;
/** The longest that one program may take: the first run of numba and of rayon compiles. */
const PATIENCE_MS = 600_000;
const RUST = ["run", "--release", "--quiet", "--manifest-path", "bench/rivals/rust/Cargo.toml", "--"];

/** A program that prints figures as lines of JSON. */
interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
}

async function programs(): Promise<Program[]> {
  const deno = (file: string): Program => ({ command: Deno.execPath(), args: ["run", "-A", "--no-check", file] });
  const interpreter = await python();
  const peers = interpreter === null ? [] : ["numpy", "numexpr", "numba"];
  return [
    deno("bench/kernels_work.ts"),
    deno("bench/kernels_loops.ts"),
    ...peers.map((peer) => ({ command: interpreter!, args: ["bench/rivals/python/kernels.py", peer] })),
    // As wide as the vectors of WebAssembly.
    { command: "cargo", args: RUST, env: { RUSTFLAGS: "-C target-cpu=x86-64-v2" } },
  ];
}

async function figures({ command, args, env = {} }: Program, seconds: number): Promise<KernelFigure[] | null> {
  const options = { cwd: ROOT, env, timeout: PATIENCE_MS };
  const { success, text, complaint } = await run(command, [...args, `--seconds=${seconds}`], options);
  if (!success) console.error(`Left out: ${command} ${args.join(" ")}: ${complaint}`);
  const lines = text.split("\n").filter((line) => line.startsWith("{"));
  return success ? lines.map((line) => JSON.parse(line) as KernelFigure) : null;
}

/** Whether a figure is better than another one of the same work. */
function isBetter(figure: KernelFigure, other: KernelFigure): boolean {
  return figure.unit === "GFLOP/s" ? figure.value > other.value : figure.value < other.value;
}

/** The best figure of each for each work, of several rounds. */
export async function kernels(rounds: number, options: { readonly quick: boolean }): Promise<KernelFigure[]> {
  const seconds = options.quick ? QUICK_SECONDS : SECONDS;
  const best = new Map<string, KernelFigure>();
  let all = await programs();
  for (let round = 0; round < rounds; round++) {
    for (const program of all) {
      const found = await figures(program, seconds);
      if (found === null) all = all.filter((each) => each !== program);
      for (const figure of found ?? []) {
        const key = `${figure.peer} ${figure.metric} ${figure.size}`, known = best.get(key);
        if (known === undefined || isBetter(figure, known)) best.set(key, figure);
      }
    }
  }
  return [...best.values()];
}
