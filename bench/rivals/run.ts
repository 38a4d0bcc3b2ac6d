/**
 * Runs the same work on Lanes and on its rivals, and writes tables and charts to `bench/record/`:
 *
 * `deno task bench:rivals [dispatch] [primitives] [kernels] [--quick] [--rounds=N] [--only=NAME,NAME]`
 *
 * Needs npm and Node for npm's pools, and python3 for CPython's; what they need is installed into
 * `bench/rivals/.installed/`, and what cannot be had is left out with a note. `--quick` measures next to nothing: it shows
 * that everything runs, and records nothing.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line tool
import { availableParallelism, cpus, loadavg } from "node:os";
import { dispatch } from "./dispatch.ts";
import { run } from "./install.ts";
import { kernels } from "./kernels.ts";
import { kernelChart, kernelTable } from "./kernels_report.ts";
import { primitives } from "./primitives.ts";
import { chart, table } from "./report.ts";

const SECTIONS = ["dispatch", "primitives", "kernels"];
const ROUNDS = 3;

/** The value of `--name=value`. */
function option(name: string): string | undefined {
  return Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
}

/** What was measured on. */
async function machine(): Promise<string> {
  const versions = [`Deno ${Deno.version.deno}`];
  for (const command of ["node", "python3"]) {
    const { success, text } = await run(command, ["--version"]);
    if (success) versions.push(text.trim().replace(/^v/, "Node "));
  }
  const load = loadavg().map((value) => value.toFixed(1)).join(" ");
  return `${cpus()[0]?.model ?? "unknown CPU"}, ${availableParallelism()} CPUs, ${Deno.build.os}; ` +
    `${versions.join(", ")}; load average at the start ${load}.`;
}

/** What is written of a section. */
interface Section {
  /** What the table means. */
  readonly words: string;
  readonly table: string;
  readonly chart: (title: string) => string;
  /** The figures, for other programs. */
  readonly data: Record<string, unknown>;
}

/** Does a section's work. */
async function measure(section: string): Promise<Section> {
  if (section === "kernels") {
    const figures = await kernels(rounds, { quick });
    return {
      words:
        "The best of several rounds in which all take turns, f64; two threads each, but for lanes 1, the loop and, " +
        "but for its BLAS, NumPy. rayon is built for x86-64-v2, whose vectors are as wide as WebAssembly's. Less is " +
        "better, but for GFLOP/s; in brackets: how many times as fast as the rival Lanes is with two threads. Rivals " +
        "price options with a normal distribution of 7 digits, Lanes with one of 15.",
      table: kernelTable(figures),
      chart: (title) => kernelChart(title, figures),
      data: { figures },
    };
  }
  const { rivals, figures, charted = figures, goals } = section === "dispatch"
    ? { ...await dispatch(rounds, { quick, only }), charted: undefined, goals: undefined }
    : await primitives(rounds, { quick });
  const note = "logarithmic; a rate's longer bar is better, else the shorter";
  return {
    words:
      "In brackets: how many times better Lanes is. Figures of rounds in which all take turns; compare ratios of " +
      "one run only.",
    table: goals === undefined ? table(rivals, figures) : `${goals}\n\n${table(rivals, figures)}`,
    chart: (title) => chart(`${title} (${note})`, rivals, charted),
    data: { rivals, figures: Object.fromEntries([...figures].map(([name, row]) => [name, Object.fromEntries(row)])) },
  };
}

/** Writes a table, a chart, and the figures as JSON. */
function record(section: string, on: string, { words, table, chart, data }: Section): void {
  const date = new Date().toISOString().slice(0, 10);
  const title = `Lanes and its rivals: ${section}, ${date}`;
  const picture = `![${title}](${date}-rivals-${section}.svg)`;
  const contents = {
    md: [`# ${title}`, on, words, table, picture].join("\n\n") + "\n",
    json: JSON.stringify({ date, machine: on, ...data }, null, 1) + "\n",
    svg: chart(title),
  };
  const folder = new URL("../record/", import.meta.url);
  Deno.mkdirSync(folder, { recursive: true });
  for (const [ending, content] of Object.entries(contents)) {
    Deno.writeTextFileSync(new URL(`${date}-rivals-${section}.${ending}`, folder), content);
  }
  console.log(`bench/record/${date}-rivals-${section}.{md,json,svg} written`);
}

const asked = Deno.args.filter((arg) => !arg.startsWith("--"));
const quick = Deno.args.includes("--quick");
const rounds = Number(option("rounds") ?? (quick ? 1 : ROUNDS));
const only = option("only")?.split(",") ?? [];
const unknown = asked.filter((name) => !SECTIONS.includes(name));
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(
    `Expected some of ${SECTIONS.join(", ")}, --quick, --rounds=N, --only=NAME, got ${Deno.args.join(" ")}`,
  );
  Deno.exit(2);
}
const on = await machine();
for (const section of asked.length > 0 ? asked : SECTIONS) {
  const result = await measure(section);
  console.log(`\n${on}\n\n${result.table}\n`);
  if (!quick) record(section, on, result);
}
