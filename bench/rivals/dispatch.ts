/**
 * The measures of `measures.mjs` of Lanes and of its rivals, each in a program of its own, in turns: whatever else the
 * machine does meets all of them.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line tool
import { npm, type Output, python, run } from "./install.ts";
import { type Figures, isRate } from "./report.ts";

/** In the order of the report; the first has the idle machine's caches no more than the last: rounds rotate. */
const MEASURES = ["start", "latency", "burst", "map", "array", "idle"] as const;
/** What one measure of one rival may take, in milliseconds. */
const TIMEOUT = 180_000, QUICK_TIMEOUT = 30_000;

/** Something that is measured. */
export interface Rival {
  /** What it is called in the report. */
  readonly name: string;
  /** Measures it: figures by name, as one line of JSON. */
  measure(measure: string, flags: readonly string[], timeout: number): Promise<Output>;
}

const PYTHONS: Readonly<Record<string, string>> = {
  "pool-fork": "CPython Pool, fork",
  "pool-spawn": "CPython Pool, spawn",
  "executor-fork": "CPython executor, fork",
  "executor-spawn": "CPython executor, spawn",
};
const PACKAGES: Readonly<Record<string, string>> = {
  piscina: "Piscina",
  tinypool: "Tinypool",
  workerpool: "workerpool",
  poolifier: "poolifier",
};

/** Lanes, and all rivals that can be had. */
async function contenders(): Promise<Rival[]> {
  const deno = Deno.execPath();
  const rivals: Rival[] = [{
    name: "Lanes",
    measure: (measure, flags, timeout) =>
      run(deno, ["run", "-A", "--no-check", "lanes.ts", measure, ...flags], { timeout }),
  }];
  const folder = await npm();
  const runtimes = folder === null ? [] : [
    { runtime: "Node", command: "node", options: [] },
    { runtime: "Deno", command: deno, options: ["run", "-A", "--no-config", "--node-modules-dir=manual"] },
  ];
  for (const { runtime, command, options } of runtimes) {
    for (const [id, name] of Object.entries(PACKAGES)) {
      rivals.push({
        name: `${name}, ${runtime}`,
        measure: (measure, flags, timeout) =>
          run(command, [...options, "main.mjs", id, measure, ...flags], { cwd: folder!, timeout }),
      });
    }
  }
  const interpreter = await python();
  for (const [id, name] of interpreter === null ? [] : Object.entries(PYTHONS)) {
    rivals.push({
      name,
      measure: (measure, flags, timeout) =>
        run(interpreter!, ["python/dispatch.py", id, measure, ...flags], { timeout }),
    });
  }
  return rivals;
}

/** Puts one round's figures to those of the others. */
function add(all: Map<string, Map<string, number[] | string>>, rival: string, figures: Record<string, number>): void {
  for (const [name, value] of Object.entries(figures)) {
    if (!all.has(name)) all.set(name, new Map());
    const row = all.get(name)!;
    const before = row.get(rival);
    if (Array.isArray(before)) before.push(value);
    else row.set(rival, [value]);
  }
}

/** One figure of several rounds: the worst of the slowest runs, the best of the fastest, the median of all else. */
function summary(name: string, values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  if (name.includes("slowest")) return sorted[0]!;
  if (name.includes("fastest")) return sorted.at(-1)!;
  // Of an even number of rounds, the better of the two in the middle.
  return sorted[isRate(name) ? sorted.length >> 1 : (sorted.length - 1) >> 1]!;
}

/** Measures all; `rounds` times each, in turns. */
export async function dispatch(
  rounds: number,
  { quick, only }: { quick: boolean; only: readonly string[] },
): Promise<{ rivals: string[]; figures: Figures }> {
  const rivals = (await contenders()).filter(({ name }, i) =>
    i === 0 || only.length === 0 || only.some((part) => name.toLowerCase().includes(part.toLowerCase()))
  );
  const all = new Map<string, Map<string, number[] | string>>();
  const failed = new Set<string>();
  for (const measure of MEASURES) {
    for (let round = 0; round < rounds; round++) {
      const turn = round % rivals.length;
      for (const { name, measure: take } of [...rivals.slice(turn), ...rivals.slice(0, turn)]) {
        if (failed.has(`${name} ${measure}`)) continue;
        const { success, text, complaint } = await take(
          measure,
          quick ? ["--quick"] : [],
          quick ? QUICK_TIMEOUT : TIMEOUT,
        );
        const line = text.split("\n").find((line) => line.startsWith("{"));
        console.log(`${measure}, round ${round + 1}, ${name}: ${line ?? complaint}`);
        if (line !== undefined) add(all, name, JSON.parse(line));
        else {
          failed.add(`${name} ${measure}`);
          if (!all.has(measure)) all.set(measure, new Map());
          all.get(measure)!.set(name, success ? "gives nothing" : complaint.slice(0, 160));
        }
      }
    }
  }
  const figures = new Map([...all].map(([measure, row]) => [
    measure,
    new Map([...row].map(([rival, value]) => [rival, typeof value === "string" ? value : summary(measure, value)])),
  ]));
  return { rivals: rivals.map(({ name }) => name), figures };
}
