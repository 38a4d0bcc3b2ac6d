/**
 * What a pool takes while nobody wants anything of it: cores, after 100 ms; and how late it reports a task of 50 ms,
 * which is what saving those cores could cost. Both are printed as notes.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- notes for bench/run.ts
import process from "node:process";
import { Pool } from "@lanes/lanes";
import { sleep } from "./rivals/functions.mjs";
import { lanes } from "./rivals/lanes.ts";
import { FULL, MEASURES } from "./rivals/measures.mjs";

/** How long, in milliseconds, both workers wait for something. */
const WAITING = 2000;

/** The cores that the program takes while its workers await timers. */
async function waitingCores(): Promise<number> {
  await using pool = new Pool(2);
  await pool.map(sleep, [1, 1], { chunksize: 1 });
  const before = process.cpuUsage();
  const start = performance.now();
  await pool.map(sleep, [WAITING, WAITING], { chunksize: 1 });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / (performance.now() - start);
}

console.log(`idle: ${JSON.stringify(await MEASURES.idle(lanes as never, FULL))}`);
console.log(`waiting: ${JSON.stringify({ cores: await waitingCores() })}`);
Deno.bench("nothing: the figures are notes", () => {});
