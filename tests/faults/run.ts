/**
 * `deno task test:faults [NAME …] [--isolation=process]`: runs every fault (or those whose name contains one of the names) in a program of
 * its own, prints the table fault × outcome, and ends with code 1 where a row is not as it has to be.
 */
// deno-lint-ignore-file no-console -- a command-line tool
import { judge, type Judged } from "./program.ts";
import { ROWS } from "./rows.ts";

const names = Deno.args.filter((arg) => !arg.startsWith("--"));
const isolation = Deno.args.includes("--isolation=process") ? "process" : "worker";
const rows = ROWS.filter(({ only = isolation }) => only === isolation)
  .filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));

function line(cells: readonly string[]): string {
  const widths = [42, 46, 18, 20, 12, 8];
  return cells.map((cell, i) => cell.slice(0, widths[i]! - 1).padEnd(widths[i]!)).join("").trimEnd();
}

function show({ name, outcome, end, wrong }: Judged): void {
  const mark = wrong.length ? "✗" : "✓";
  console.log(line([`${mark} ${name}`, outcome.task, outcome.others, outcome.after, end, outcome.ms.toFixed(0)]));
  for (const text of wrong) console.log(`    ${text}`);
}

console.log(line(["  fault", "the task", "the others", "the pool after", "program", "ms"]));
let bad = 0;
for (const row of rows) {
  const judged = await judge(row, isolation);
  show(judged);
  if (judged.wrong.length) bad++;
}
console.log(`${rows.length - bad} passed, ${bad} failed`);
Deno.exitCode = bad ? 1 : 0;
