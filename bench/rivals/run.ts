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
import { python, run } from "./install.ts";
import { primitives } from "./primitives.ts";
import { chart, type Figures, table } from "./report.ts";

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

/** Writes a table, a chart, and the figures as JSON. */
function record(section: string, on: string, { rivals, figures }: { rivals: string[]; figures: Figures }): void {
  const date = new Date().toISOString().slice(0, 10);
  const title = `Lanes and its rivals: ${section}, ${date}`;
  const text = [
    `# ${title}`,
    "",
    on,
    "",
    "In brackets: how many times better Lanes is. Figures of rounds in which all take turns; compare ratios of one run only.",
    "",
    table(rivals, figures),
    "",
    `![${title}](${date}-rivals-${section}.svg)`,
    "",
  ].join("\n");
  const folder = new URL("../record/", import.meta.url);
  Deno.mkdirSync(folder, { recursive: true });
  const plain = Object.fromEntries([...figures].map(([measure, row]) => [measure, Object.fromEntries(row)]));
  const json = JSON.stringify({ date, machine: on, rivals, figures: plain }, null, 1) + "\n";
  const note = "logarithmic; a rate's longer bar is better, else the shorter";
  for (
    const [ending, content] of [["md", text], ["json", json], ["svg", chart(`${title} (${note})`, rivals, figures)]]
  ) {
    Deno.writeTextFileSync(new URL(`${date}-rivals-${section}.${ending}`, folder), content!);
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
  if (section === "kernels") {
    const env = { PYTHON: await python() ?? "python3" };
    const args = ["run", "-A", "--no-check", "kernels.ts", ...(quick ? ["--quick"] : [])];
    const { success, text, complaint } = await run(Deno.execPath(), args, { env, timeout: 3_600_000 });
    console.log(success ? text : `The kernels are left out: ${complaint}`);
    continue;
  }
  const result = section === "dispatch" ? await dispatch(rounds, { quick, only }) : await primitives({ quick });
  console.log(`\n${on}\n\n${table(result.rivals, result.figures)}\n`);
  if (!quick) record(section, on, result);
}
