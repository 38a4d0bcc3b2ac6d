/**
 * The gate, `deno task ok`: runs every check of deno.json and the tests, one after the other, shows what a failing one
 * said, and ends with `N passed, M failed`.
 *
 * A check counts as one, the tests count each.
 *
 * `deno task ok NAME …` runs only the checks whose name contains one of the names. `--fail-fast` ends at the first that
 * fails, `--skip=NAME` leaves one out, `--junit=FILE` has the tests write their results to a file.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line tool
import { ROOT, textOf } from "./generated.ts";

const { tasks } = JSON.parse(textOf("deno.json")) as { tasks: Record<string, unknown> };
const flags = Deno.args.filter((arg) => arg.startsWith("--"));
const names = Deno.args.filter((arg) => !arg.startsWith("--"));
const all = [...Object.keys(tasks).filter((name) => name.startsWith("check:")), "test"];
const skipped = flags.filter((flag) => flag.startsWith("--skip=")).map((flag) => flag.slice("--skip=".length));
const chosen = all.filter((task) => names.length === 0 || names.some((name) => task.includes(name)))
  .filter((task) => !skipped.includes(task));

/** Runs a task; gives whether it succeeded and all that it printed. */
async function run(task: string, args: string[]): Promise<{ success: boolean; said: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", task, ...args],
    cwd: ROOT,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  // What was looked at does not matter, only what was found.
  return { success, said: text.replace(/^(Check|Download|Initialize) .*\n/gm, "") };
}

/** How many tests a run of `deno test` says that passed and failed: zeros where it did not get that far. */
function counts(said: string): { passed: number; failed: number } {
  const summary = said.match(/^.*\d+ passed.*\| \d+ failed.*$/gm)?.at(-1) ?? "";
  return {
    passed: Number(/(\d+) passed/.exec(summary)?.[1] ?? 0),
    failed: Number(/(\d+) failed/.exec(summary)?.[1] ?? 0),
  };
}

const total = { passed: 0, failed: 0 };
for (const task of chosen) {
  const start = performance.now();
  const junit = flags.find((flag) => flag.startsWith("--junit="))?.slice("--junit=".length);
  const { success, said } = await run(task, task === "test" && junit ? [`--junit-path=${junit}`] : []);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const tests = counts(said);
  const summary = tests.passed + tests.failed > 0 ? `: ${tests.passed} passed, ${tests.failed} failed` : "";
  console.log(`${success ? "ok    " : "FAILED"} ${task} (${seconds} s)${summary}`);
  total.passed += tests.passed + (success ? 1 : 0);
  total.failed += success ? 0 : Math.max(1, tests.failed);
  if (success) continue;
  console.log(said.trimEnd().replace(/^/gm, "       "));
  if (flags.includes("--fail-fast")) break;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
Deno.exitCode = total.failed ? 1 : 0;
