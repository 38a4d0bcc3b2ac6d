/**
 * The benchmarks of Lanes' primitives beside `primitives.py`: figures of the same name are compared.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line tool
import { figuresOfGoals, goals, OTHERS } from "./goals.ts";
import { run } from "./install.ts";
import { type Figures, isRate } from "./report.ts";

/** The benchmarks, and which parts of `primitives.py` do the same. */
const BENCHES: readonly (readonly [file: string, parts: readonly string[]])[] = [
  ["sync_bench.ts", ["locks", "round_trips"]],
  ["queue_bench.ts", ["queues"]],
  ["shared_bench.ts", ["values", "managers"]],
  ["start_bench.ts", ["processes"]],
];

/** How a figure's unit is written. */
const UNITS: Readonly<Record<string, string>> = {
  ns: "ns",
  ms: "ms",
  perSecond: "/s",
  minUs: "least µs",
  p50Us: "p50 µs",
  p99Us: "p99 µs",
  "ms p50": "ms",
};

/** The figures in lines `name: {json}`. */
function notes(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [, name, json] = /^([^{}]+): (\{.*\})$/.exec(line) ?? [];
    if (name === undefined || json === undefined) continue;
    for (const [unit, value] of Object.entries(JSON.parse(json) as Record<string, number>)) {
      if (unit in UNITS) found.set(`${name} ${UNITS[unit]}`, value);
    }
  }
  return found;
}

/** What `deno bench --json` measured itself, in nanoseconds: of its many short rounds the best, as everywhere here. */
function benches(text: string): Map<string, number> {
  const at = text.search(/^\{\n {2}"version"/m);
  if (at < 0) return new Map();
  const { benches } = JSON.parse(text.slice(at)) as {
    benches: { name: string; results: { ok?: { min: number } }[] }[];
  };
  return new Map(benches.flatMap(({ name, results }) => {
    const least = results[0]?.ok?.min;
    return least === undefined ? [] : [[`${name} ns`, least] as const];
  }));
}

/** What the measures of one side came to: of several rounds the best. */
class Best {
  readonly figures = new Map<string, number>();

  add(round: Iterable<readonly [string, number]>): void {
    for (const [name, value] of round) {
      const before = this.figures.get(name) ?? value;
      this.figures.set(name, isRate(name) ? Math.max(before, value) : Math.min(before, value));
    }
  }
}

/** One round of one of the benchmarks. */
async function measure(file: string): Promise<(readonly [string, number])[]> {
  const folder = new URL("../", import.meta.url);
  const args = ["bench", "-A", "--no-check", "--json", file];
  const { success, text, complaint } = await run(Deno.execPath(), args, { cwd: folder });
  if (!success) console.log(`${file} is left out: ${complaint}`);
  return [...benches(text), ...notes(text)];
}

/** Measures both, in turns: each part of one and then of the other, `rounds` times. */
export async function primitives(
  rounds: number,
  { quick }: { quick: boolean },
): Promise<{ rivals: string[]; figures: Figures; charted: Figures; goals: string }> {
  const rivals = ["Lanes", "CPython"];
  if (!(await run("python3", ["--version"])).success) {
    console.log("The primitives are left out: there is no python3");
    return { rivals, figures: new Map(), charted: new Map(), goals: "" };
  }
  const ours = new Best(), theirs = new Best();
  for (let round = 1; round <= rounds; round++) {
    for (const [file, parts] of BENCHES) {
      console.log(`${file}, round ${round} of ${rounds}`);
      const args = ["primitives.py", ...(quick ? ["--quick"] : []), ...parts];
      theirs.add(notes((await run("python3", args)).text));
      ours.add(await measure(file));
    }
  }
  const figures = new Map<string, Map<string, number>>();
  for (const [name, other] of [...[...theirs.figures.keys()].map((name) => [name, name] as const), ...OTHERS]) {
    const own = ours.figures.get(name);
    const value = theirs.figures.get(other);
    if (value === undefined) continue;
    figures.set(name, new Map([...(own === undefined ? [] : [["Lanes", own] as const]), ["CPython", value]]));
  }
  return { rivals, figures, charted: figuresOfGoals(figures), goals: goals(figures) };
}
