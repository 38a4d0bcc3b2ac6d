import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { cpuCount, Pool, PoolClosedError, PoolTerminatedError } from "@lanes/lanes";
import { open, stopsMoving, thrownBy, until, within, words } from "../fixtures/harness.ts";
import * as tasks from "../fixtures/tasks.ts";
import { spin } from "../fixtures/faults.ts";
import { nestedPool, ownName } from "../fixtures/identity.ts";

async function refusals(pool: Pool): Promise<unknown[]> {
  return [
    await thrownBy(() => pool.apply(tasks.square, [1])),
    await thrownBy(() => pool.map(tasks.square, [1])),
    await thrownBy(() => pool.starmap(tasks.add, [[1, 2]])),
    await thrownBy(() => pool.applyAsync(tasks.square, [1]).get()),
    await thrownBy(() => pool.mapAsync(tasks.square, [1]).get()),
    await thrownBy(() => pool.starmapAsync(tasks.add, [[1, 2]]).get()),
    assertThrows(() => pool.imap(tasks.square, [1])),
    assertThrows(() => pool.imapUnordered(tasks.square, [1])),
  ];
}

Deno.test("PLIFE-01 Pool(n) has n workers, which run at once", async () => {
  await using pool = new Pool(3);
  assertEquals(pool.size, 3);
  const check = { meeting: words(), parties: 3 };
  const met = await within(15_000, pool.map(tasks.meetAt, [check, check, check], { chunksize: 1 }));
  assertEquals(met, [true, true, true]);
});

Deno.test("PLIFE-01 Pool() has cpuCount() workers", async () => {
  await using pool = new Pool();
  assertEquals(pool.size, cpuCount());
  await using configured = new Pool({});
  assertEquals(configured.size, cpuCount());
});

Deno.test("PLIFE-02 PLIFE-03 PLIFE-04 wrong options are refused at construction", () => {
  assertThrows(() => new Pool(0), RangeError);
  assertThrows(() => new Pool(-1), RangeError);
  assertThrows(() => new Pool({ processes: 0 }), RangeError);
  const wrong: Record<string, unknown>[] = [
    { processes: 1.5 },
    { processes: "2" },
    { processes: NaN },
    { maxTasksPerChild: 0 },
    { maxTasksPerChild: -1 },
    { maxTasksPerChild: 0.5 },
    { maxTasksPerChild: "12" },
    { initializer: 5 },
    { initializer: "prime" },
    { isolation: "thread" },
    { maxQueueSize: -1 },
    { retries: -1 },
    { retries: 0.5 },
  ];
  for (const options of wrong) {
    const error = assertThrows(() => new Pool(options));
    assert(error instanceof TypeError || error instanceof RangeError, Deno.inspect(options));
  }
  assertThrows(() => new Pool({ initializer: 5 as unknown as () => void }), TypeError);
});

Deno.test("PLIFE-05 the initializer runs once in each worker, with initargs, before its tasks", async () => {
  const counter = words();
  const pool = new Pool({ processes: 2, initializer: tasks.primeAndCount, initargs: ["ready", counter] });
  const seen = await within(10_000, pool.map(tasks.primedValue as (item: number) => unknown, [1, 2, 3, 4, 5, 6]));
  assertEquals(seen, Array(6).fill("ready"));
  pool.close();
  await within(10_000, pool.join());
  assert(Atomics.load(counter, 0) >= 1 && Atomics.load(counter, 0) <= 2);
});

Deno.test("PLIFE-05 the initializer runs even if no task is ever submitted", async () => {
  const counter = words();
  const pool = new Pool({ processes: 1, initializer: tasks.primeAndCount, initargs: [1, counter] });
  pool.close();
  await within(10_000, pool.join());
  assertEquals(Atomics.load(counter, 0), 1);
});

Deno.test("PLIFE-05 an async initializer is awaited before the first task", async () => {
  await using pool = new Pool({ processes: 1, initializer: tasks.primeLater, initargs: ["late"] });
  assertEquals(await within(10_000, pool.apply(tasks.primedValue)), "late");
});

Deno.test("PLIFE-07 with maxTasksPerChild workers are replaced, all results are right, the size stays", async () => {
  await using pool = new Pool({ processes: 2, maxTasksPerChild: 4 });
  const before = new Set(await within(15_000, pool.map(tasks.tokenSlowly, Array(6).fill(0), { chunksize: 1 })));
  const items = Array.from({ length: 16 }, (_, i) => i);
  assertEquals(await within(15_000, pool.map(tasks.square, items, { chunksize: 1 })), items.map((x) => x * x));
  const after = new Set(await within(15_000, pool.map(tasks.tokenSlowly, Array(6).fill(0), { chunksize: 1 })));
  assertEquals([...after].filter((token) => before.has(token)), []);
  assertEquals(pool.size, 2);
});

Deno.test("PLIFE-08 a chunk counts as one task towards maxTasksPerChild", async () => {
  await using pool = new Pool({ processes: 1, maxTasksPerChild: 1 });
  const seen = await within(15_000, pool.map(tasks.tokenSlowly, Array(6).fill(0), { chunksize: 3 }));
  assertEquals(new Set(seen).size, 2);
  assertEquals(new Set(seen.slice(0, 3)).size, 1);
});

Deno.test("PLIFE-09 maxTasksPerChild with an early close() loses nothing", async () => {
  const pool = new Pool({ processes: 2, maxTasksPerChild: 1 });
  const jobs = [1, 2, 3, 4].map((n) => pool.applyAsync(tasks.sleepThen, [20, n]));
  pool.close();
  await within(15_000, pool.join());
  assertEquals(jobs.map((job) => job.ready()), [true, true, true, true]);
  assertEquals(await Promise.all(jobs), [1, 2, 3, 4]);
});

Deno.test("PLIFE-10 PLIFE-11 close() refuses new work and finishes the old; join() returns when all is done", async () => {
  const gate = words();
  const pool = new Pool(1);
  const running = pool.apply(tasks.hold, [gate, "held"]);
  const queued = pool.map(tasks.square, [1, 2, 3]);
  await until(() => Atomics.load(gate, 0) === 1);
  pool.close();
  for (const error of await refusals(pool)) assertInstanceOf(error, PoolClosedError);
  let joined = false;
  const joining = pool.join().then(() => joined = true);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assertEquals(joined, false);
  open(gate);
  assertEquals(await within(10_000, running), "held");
  assertEquals(await within(10_000, queued), [1, 4, 9]);
  await within(10_000, joining);
});

Deno.test("PLIFE-11 a terminated pool refuses new work", async () => {
  const pool = new Pool(1);
  await within(10_000, pool.terminate());
  for (const error of await refusals(pool)) {
    assert(error instanceof PoolClosedError || error instanceof PoolTerminatedError, Deno.inspect(error));
  }
});

Deno.test("PLIFE-12 join() of a running pool is an error", async () => {
  await using pool = new Pool(1);
  await assertRejects(async () => await pool.join(), Error);
  assertEquals(await within(10_000, pool.apply(tasks.square, [2])), 4);
});

Deno.test("PLIFE-13 close(), terminate() and join() can be repeated in any order", async () => {
  const pool = new Pool(1);
  assertEquals(await within(10_000, pool.apply(tasks.square, [2])), 4);
  pool.close();
  pool.close();
  await within(10_000, pool.join());
  await within(10_000, pool.join());
  await within(10_000, pool.terminate());
  await within(10_000, pool.terminate());
  pool.close();
  await within(10_000, pool.join());
});

Deno.test("PLIFE-14 PLIFE-18 D-08 terminate() rejects what is pending, stops busy workers, runs nothing queued", async () => {
  const counter = words(), ran = words();
  const pool = new Pool(2);
  const busy = [pool.apply(spin, [counter]), pool.apply(spin, [counter])];
  await until(() => Atomics.load(counter, 0) > 1);
  const queued = Array.from({ length: 50 }, () => pool.apply(tasks.bump, [ran]));
  const errors = [...busy, ...queued].map((job) => thrownBy(() => job));
  await within(3000, pool.terminate());
  for (const error of await within(3000, Promise.all(errors))) assertInstanceOf(error, PoolTerminatedError);
  await within(3000, pool.join());
  assert(await stopsMoving(counter));
  assertEquals(Atomics.load(ran, 0), 0);
});

Deno.test("terminate() ends an imap that is being read", async () => {
  const gate = words();
  const pool = new Pool(1);
  const iterator = pool.imap((wait: Int32Array) => Atomics.wait(wait, 1, 0, 20_000), [gate, gate]);
  const next = thrownBy(() => iterator.next());
  await new Promise((resolve) => setTimeout(resolve, 20));
  await within(3000, pool.terminate());
  assertInstanceOf(await within(3000, next), PoolTerminatedError);
});

Deno.test("PLIFE-16 PLIFE-17 leaving an await using block terminates the pool", async () => {
  let escaped: Pool, lost: Promise<unknown>;
  {
    await using pool = new Pool(1);
    escaped = pool;
    lost = thrownBy(() => pool.apply(tasks.hold, [words(), 1]));
  }
  assertInstanceOf(await within(3000, lost), PoolTerminatedError);
  assertEquals((await refusals(escaped)).length, 8);
});

Deno.test("PLIFE-22 a pool of many workers works", async () => {
  await using pool = new Pool(12);
  const items = Array.from({ length: 1000 }, (_, i) => i);
  const results = await within(20_000, pool.map(tasks.square, items));
  assertEquals(results.reduce((sum, x) => sum + x, 0), 332_833_500);
});

Deno.test("PLIFE-23 workers are named PoolWorker-n", async () => {
  await using pool = new Pool(1);
  assertMatch(await within(10_000, pool.apply(ownName)), /PoolWorker-\d+$/);
});

Deno.test("PLIFE-25 Deno.inspect of a pool shows its state and its size", async () => {
  const pool = new Pool(3);
  assertMatch(Deno.inspect(pool), /Pool.*(run|RUN).*3|Pool.*3.*(run|RUN)/s);
  pool.close();
  assertMatch(Deno.inspect(pool), /close/i);
  await within(10_000, pool.terminate());
  assertMatch(Deno.inspect(pool), /terminate/i);
});

Deno.test("D-45 a pool's task can run a pool of its own", async () => {
  await using pool = new Pool(1);
  assertEquals(await within(20_000, pool.apply(nestedPool, [2, [3, 4]])), [9, 16]);
});

Deno.test("stats() counts tasks done and failed", async () => {
  await using pool = new Pool(1);
  await within(10_000, pool.apply(tasks.square, [2]));
  await thrownBy(() => pool.apply(tasks.inverse, [0]));
  const stats = pool.stats() as unknown as Record<string, unknown>;
  assertEquals([stats.queued, stats.running], [0, 0]);
  assertEquals([typeof stats.done, stats.failed], ["number", 1]);
});

Deno.test("progress is called while a map and an imap go on", async () => {
  await using pool = new Pool(1);
  let calls = 0;
  const items = [1, 2, 3, 4, 5, 6, 7, 8];
  await within(10_000, pool.map(tasks.square, items, { chunksize: 1, progress: () => void calls++ }));
  assert(calls > 0);
  calls = 0;
  for await (const _ of pool.imap(tasks.square, items, { progress: () => void calls++ })) { /* All. */ }
  assert(calls > 0);
});
