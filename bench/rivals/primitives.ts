/**
 * The benchmarks of Lanes' primitives beside `primitives.py`: figures of the same name are compared.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line tool
import { python, run } from "./install.ts";
import type { Figures } from "./report.ts";

const BENCHES = ["sync_bench.ts", "queue_bench.ts", "shared_bench.ts", "start_bench.ts"];

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

/** What `deno bench --json` measured itself, in nanoseconds. */
function benches(text: string): Map<string, number> {
  const at = text.search(/^\{\n {2}"version"/m);
  if (at < 0) return new Map();
  const { benches } = JSON.parse(text.slice(at)) as {
    benches: { name: string; results: { ok?: { avg: number } }[] }[];
  };
  return new Map(benches.flatMap(({ name, results }) => {
    const avg = results[0]?.ok?.avg;
    return avg === undefined ? [] : [[`${name} ns`, avg] as const];
  }));
}

/** Measures both. */
export async function primitives({ quick }: { quick: boolean }): Promise<{ rivals: string[]; figures: Figures }> {
  const rivals = ["Lanes", "CPython"];
  const interpreter = await python();
  if (interpreter === null) return { rivals, figures: new Map() };
  const theirs = notes((await run(interpreter, ["primitives.py", ...(quick ? ["--quick"] : [])])).text);
  const ours = new Map<string, number>();
  const folder = new URL("../", import.meta.url);
  for (const file of BENCHES) {
    try {
      Deno.statSync(new URL(file, folder));
    } catch {
      continue;
    }
    console.log(file);
    const args = ["bench", "-A", "--no-check", "--json", file];
    const { success, text, complaint } = await run(Deno.execPath(), args, { cwd: folder });
    if (!success) console.log(`${file} is left out: ${complaint}`);
    for (const [name, value] of [...benches(text), ...notes(text)]) ours.set(name, value);
  }
  const figures = new Map<string, Map<string, number>>();
  for (const [name, value] of theirs) {
    const own = ours.get(name);
    figures.set(name, new Map([...(own === undefined ? [] : [["Lanes", own] as const]), ["CPython", value]]));
  }
  return { rivals, figures };
}
