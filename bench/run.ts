/**
 * Runs the benchmarks, `bench/*_bench.ts`, and writes what they measured with the machine and the versions to
 * `bench/record/YYYY-MM-DD.json`; a second run on a day replaces its own benchmarks there and keeps the others.
 *
 * `deno task bench NAME …` runs the files whose name contains one of the names; `--no-record` writes nothing.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line tool
import { availableParallelism, cpus, totalmem } from "node:os";
import { ROOT, textOf } from "../tools/generated.ts";

/** The figures of one benchmark, in nanoseconds. */
interface Figures {
  n: number;
  min: number;
  avg: number;
  p75: number;
  p99: number;
  max: number;
}

/** What a file of benchmarks gave: `deno bench`'s figures, and the lines `name: {json}` that it printed itself. */
interface Measured {
  benches: Record<string, Figures>;
  notes: Record<string, unknown>;
}

/** What `deno bench --json` prints, as far as it is read here. */
interface BenchOutput {
  benches: { name: string; group: string | null; results: ({ ok: Figures } | { failed: unknown })[] }[];
}

const names = Deno.args.filter((arg) => !arg.startsWith("--"));
const files = [...Deno.readDirSync(new URL("bench/", ROOT))].map(({ name }) => name)
  .filter((name) => name.endsWith("_bench.ts") && (names.length === 0 || names.some((part) => name.includes(part))))
  .sort();

/** Runs one file: what it prints that is not the JSON of `deno bench` goes on to the terminal, as notes. */
async function measure(file: string): Promise<Measured> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["bench", "-A", "--no-check", "--json", `bench/${file}`],
    cwd: ROOT,
    stdin: "null",
    stderr: "inherit",
  });
  const { success, stdout } = await command.output();
  if (!success) throw new Error(`bench/${file} failed`);
  const text = new TextDecoder().decode(stdout);
  const at = text.search(/^\{\n {2}"version"/m);
  const { benches } = JSON.parse(text.slice(at)) as BenchOutput;
  const measured: Measured = { benches: {}, notes: {} };
  for (const line of text.slice(0, at).split("\n")) {
    const [, name, json] = /^([^{}]+): (\{.*\})$/.exec(line) ?? [];
    if (name && json) measured.notes[name] = JSON.parse(json);
    if (line) console.log(`  ${line}`);
  }
  for (const { name, group, results: [result] } of benches) {
    if (!result || !("ok" in result)) throw new Error(`bench/${file}: ${name} failed`);
    const { n, min, avg, p75, p99, max } = result.ok;
    measured.benches[group ? `${group} / ${name}` : name] = { n, min, avg, p75, p99, max };
  }
  return measured;
}

function duration(ns: number): string {
  const [unit, size] = ([["s", 1e9], ["ms", 1e6], ["µs", 1e3]] as const).find(([, size]) => ns >= size) ?? ["ns", 1];
  return `${(ns / size).toPrecision(4)} ${unit}`;
}

function machine(): Record<string, unknown> {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cpus: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${Deno.build.os} ${Deno.build.arch}`,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    lanes: (JSON.parse(textOf("deno.json")) as { version: string }).version,
  };
}

if (files.length === 0) {
  console.error(`No benchmark matches ${names.join(", ")}`);
  Deno.exit(2);
}
const measured: Record<string, Measured> = {};
for (const file of files) {
  console.log(file);
  const name = file.replace(/_bench\.ts$/, "");
  measured[name] = await measure(file);
  for (const [bench, { min, avg, p99 }] of Object.entries(measured[name].benches)) {
    console.log(`  ${bench.padEnd(60)} avg ${duration(avg)}  min ${duration(min)}  p99 ${duration(p99)}`);
  }
}
if (!Deno.args.includes("--no-record")) {
  const path = `bench/record/${new Date().toISOString().slice(0, 10)}.json`;
  const before = JSON.parse(textOf(path) || "{}") as { benches?: Record<string, Measured> };
  const record = { machine: machine(), benches: { ...before.benches, ...measured } };
  Deno.mkdirSync(new URL("bench/record/", ROOT), { recursive: true });
  Deno.writeTextFileSync(new URL(path, ROOT), JSON.stringify(record, null, 1) + "\n");
  console.log(`${path} written`);
}
