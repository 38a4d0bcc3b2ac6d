/**
 * What it costs to send functions: by reference, by source, by closure, and
 * that an inspector's session does not slow down code that runs meanwhile.
 */
import { carry, reviveSync } from "../lib/task/task.ts";

export function exported(x: number): number {
  return x * x;
}

const factor = 3;
const settings = { deep: { list: [1, 2, 3] } };

function make(offset: number): (x: number) => number {
  const inner = (y: number): number => y + offset + factor;
  return (x) => inner(x) + settings.deep.list.length;
}

/** Work of the kind that an optimizing compiler likes: properties, calls, floating point. */
function hot(): number {
  let sum = 0;
  const point = { x: 1.5, y: 2.5 };
  const step = (n: number): number => point.x * n + point.y;
  for (let i = 0; i < 2_000_000; i++) sum += step(i) % 7;
  return sum;
}

function scale(x: number): number {
  return x * factor;
}
const closure = await carry(scale, { what: "func" });

Deno.bench("an exported function, sent again", { group: "carry" }, () => {
  carry(exported, { what: "func" });
});

Deno.bench("a self-contained function, new each time", { group: "carry" }, () => {
  carry((x: number) => Math.sqrt(x), { what: "func" });
});

Deno.bench("a closure over one number", { group: "carry" }, async () => {
  await carry(scale, { what: "func" });
});

Deno.bench("a closure over a function, a number and an object, new each time", { group: "carry" }, async () => {
  await carry(make(1), { what: "func" });
});

Deno.bench("make a closure again", { group: "revive" }, () => {
  reviveSync({ ...closure, key: crypto.randomUUID() });
});

Deno.bench("hot code", { group: "hot", baseline: true }, () => {
  hot();
});

Deno.bench("hot code while a closure is captured", { group: "hot" }, async () => {
  const capture = carry(scale, { what: "func" });
  hot();
  await capture;
});
