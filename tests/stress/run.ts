/**
 * `deno task test:stress [--seed N] [--minutes M] [--scale F] [--only NAME]`: runs every `*_stress.ts` of this folder in a
 * program of its own, one after the other, with the same plan. A program that fails, or is not over in time, fails the run.
 */
// deno-lint-ignore-file no-console -- a command-line tool
import { parseArgs } from "node:util";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seed: { type: "string" },
    minutes: { type: "string" },
    scale: { type: "string" },
    only: { type: "string", multiple: true },
  },
});
const here = new URL("./", import.meta.url);
const programs = [...Deno.readDirSync(here)].map(({ name }) => name)
  .filter((name) => name.endsWith("_stress.ts"))
  .filter((name) => !values.only || values.only.some((part) => name.startsWith(part)))
  .sort();
const seed = values.seed ?? String(crypto.getRandomValues(new Uint32Array(1))[0]);
const minutes = Number(values.minutes ?? 0);
const args = ["--seed", seed];
if (minutes) args.push("--minutes", String(minutes / programs.length));
if (values.scale) args.push("--scale", values.scale);

let failed = 0;
for (const program of programs) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--v8-flags=--expose-gc", new URL(program, here).href, ...args],
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, (minutes / programs.length + 10) * 60_000);
  const { code } = await child.status;
  clearTimeout(timer);
  if (code === 0) continue;
  failed++;
  console.log(
    `FAILED ${program} (${hung ? "it hung" : `code ${code}`}): --only ${program.split("_")[0]} --seed ${seed}`,
  );
}
console.log(`${programs.length - failed} passed, ${failed} failed`);
Deno.exitCode = failed ? 1 : 0;
