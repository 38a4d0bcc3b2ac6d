/**
 * What a task costs: alone, one of many, as an item of a map, with an array; and what a pool adds to a short kernel.
 *
 * The same measures as `bench/rivals/` takes of other pools (`deno task bench:rivals` runs all of them side by side),
 * printed as notes; `deno bench` itself times single calls.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- notes for bench/run.ts
import { Pool, SharedArray } from "@lanes/lanes";
import { square as squareKernel } from "@lanes/lanes/kernels";
import { same, square } from "./rivals/functions.mjs";
import { lanes } from "./rivals/lanes.ts";
import { FULL, MEASURES } from "./rivals/measures.mjs";

for (const name of ["latency", "burst", "map", "array"] as const) {
  const figures = await MEASURES[name](lanes as never, FULL);
  const own = name === "array" ? await lanes.more.array(FULL) : {};
  console.log(`${name}: ${JSON.stringify({ ...figures, ...own })}`);
}

const pool = new Pool(2);
const many = 1000;
const numbers = Array.from({ length: many }, (_, i) => i);
const record = { id: 7, name: "lane", value: 1.25, done: false };
const xs = new SharedArray("f64", many);
const out = new SharedArray("f64", many);

Deno.bench("apply of a number", async () => void await pool.apply(square, [3]));
Deno.bench("apply of a small object", async () => void await pool.apply(same, [record]));
Deno.bench("apply of a string", async () => void await pool.apply(same, ["a short string"]));
Deno.bench("1,000 applies at once", async () => {
  await Promise.all(numbers.map((x) => pool.apply(square, [x])));
});
Deno.bench("map over 1,000 numbers", async () => void await pool.map(square, numbers));
Deno.bench("imap over 1,000 numbers", async () => {
  for await (const _ of pool.imap(square, numbers));
});
Deno.bench("kernel over 1,000 elements, bare", { group: "kernel", baseline: true }, () => void squareKernel(xs, out));
Deno.bench("kernel over 1,000 elements, by the pool", { group: "kernel" }, async () => {
  await pool.map(squareKernel, xs, { out });
});
