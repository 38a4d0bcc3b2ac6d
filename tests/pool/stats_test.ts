import { assert, assertEquals, assertGreaterOrEqual, assertInstanceOf } from "@std/assert";
import { Pool, type Progress, WorkerDiedError } from "@lanes/lanes";
import { open, thrownBy, until, within, words } from "../fixtures/harness.ts";
import { hold, inverse, sleepThen, square } from "../fixtures/tasks.ts";
import { exit, exitOn, spin } from "../fixtures/faults.ts";
import { ownPid } from "../fixtures/identity.ts";

Deno.test("stats() counts what is queued, running, done and failed", async () => {
  await using pool = new Pool(1);
  const gate = words();
  const held = pool.apply(hold, [gate, 1]);
  await until(() => Atomics.load(gate, 0) === 1);
  const queued = [1, 2, 3].map((n) => pool.apply(square, [n]));
  const early = pool.stats();
  open(gate);
  await within(10_000, Promise.all([held, ...queued]));
  assertEquals(early.running + early.queued, 4);
  await thrownBy(() => pool.apply(inverse, [0]));
  const { queued: left, running, done, failed } = pool.stats();
  assertEquals([left, running, done, failed], [0, 0, 4, 1]);
});

Deno.test("stats() shows each worker and its busy time", async () => {
  await using pool = new Pool(1);
  const pid = await within(10_000, pool.apply(ownPid));
  await within(10_000, pool.apply(sleepThen, [30, 1]));
  await until(() => (pool.stats().workers[0]?.busy ?? 0) >= 20);
  const workers = pool.stats().workers;
  assertEquals(workers.map((worker) => worker.pid), [pid as number]);
  assertEquals(workers[0]!.tasks, 2);
  assertGreaterOrEqual(pool.stats().latency.max, 20);
});

Deno.test("stats() counts restarts, after a death and after a kill; no zombie stays", async () => {
  await using pool = new Pool(1);
  await thrownBy(() => pool.apply(exit, [3]));
  assertEquals(await within(10_000, pool.apply(square, [3])), 9);
  assertEquals(pool.stats().restarts, 1);
  await thrownBy(() => pool.apply(spin, [words()], { timeout: 30 }));
  assertEquals(await within(10_000, pool.apply(square, [3])), 9);
  assertEquals(pool.stats().restarts, 2);
  await until(() => pool.stats().zombies === 0, 3000);
});

Deno.test("progress tells done, total and failed, and ends at the whole", async () => {
  await using pool = new Pool(1);
  const seen: Progress[] = [];
  const items = Array.from({ length: 8 }, (_, i) => i);
  await within(10_000, pool.map(square, items, { chunksize: 2, progress: (p) => void seen.push(p) }));
  assertEquals([seen.at(-1)?.done, seen.at(-1)?.total, seen.at(-1)?.failed], [8, 8, 0]);
  assert(seen.every((p, i) => p.done >= (seen[i - 1]?.done ?? 0)));
  const failing: Progress[] = [];
  const iterator = pool.imap(inverse, [1, 0, 2], { progress: (p) => void failing.push(p) });
  for (let i = 0; i < 4; i++) await within(10_000, iterator.next()).catch(() => {});
  assertEquals([failing.at(-1)?.done, failing.at(-1)?.failed], [3, 1]);
});

Deno.test("a WorkerDiedError tells exit code, task index and pid", async () => {
  await using pool = new Pool(1);
  const pid = await within(10_000, pool.apply(ownPid));
  const items = [0, 1, 2, 3].map((n): [number, number[]] => [n, [2]]);
  const error = await thrownBy(() => pool.starmap(exitOn, items, { chunksize: 1 }));
  assertInstanceOf(error, WorkerDiedError);
  assertEquals([error.exitCode, error.taskIndex, error.pid], [9, 2, pid as number]);
  assertEquals(await within(10_000, pool.map(square, [4])), [16]);
});
