/**
 * The gate, `deno task ok`: runs every check of deno.json and the tests, one after the other, shows what a failing one
 * said, and ends with `N passed, M failed`.
 *
 * `deno task ok NAME …` runs only the checks whose name contains one of the names. `--fail-fast` ends at the first that
 * fails. `--junit FILE` has the tests write their results to a file.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line tool
import { ROOT, textOf } from "./generated.ts";

const { tasks } = JSON.parse(textOf("deno.json")) as { tasks: Record<string, unknown> };
const flags = Deno.args.filter((arg) => arg.startsWith("--"));
const names = Deno.args.filter((arg) => !arg.startsWith("--"));
const all = [...Object.keys(tasks).filter((name) => name.startsWith("check:")), "test"];
const chosen = names.length ? all.filter((task) => names.some((name) => task.includes(name))) : all;

/** Runs a task; gives whether it succeeded and all that it printed. */
async function run(task: string, args: string[]): Promise<{ success: boolean; said: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", task, ...args],
    cwd: ROOT,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  return { success, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

let failed = 0, passed = 0;
for (const task of chosen) {
  const start = performance.now();
  const junit = flags.find((flag) => flag.startsWith("--junit="))?.slice("--junit=".length);
  const { success, said } = await run(task, task === "test" && junit ? [`--junit-path=${junit}`] : []);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const summary = /(\d+ passed.*\| .*failed.*?) \(/.exec(said)?.[1] ?? "";
  console.log(`${success ? "ok    " : "FAILED"} ${task} (${seconds} s) ${summary}`.trimEnd());
  if (success) passed++;
  else {
    failed++;
    console.log(said.trimEnd().replace(/^/gm, "       "));
    if (flags.includes("--fail-fast")) break;
  }
}
console.log(`${passed} passed, ${failed} failed`);
Deno.exitCode = failed ? 1 : 0;
