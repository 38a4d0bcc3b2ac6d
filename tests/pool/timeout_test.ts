import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { Pool, TimeoutError } from "@lanes/lanes";
import { digest, open, stopsMoving, thrownBy, until, within, words } from "../fixtures/harness.ts";
import { bump, hold, sleepThen, square } from "../fixtures/tasks.ts";
import * as faults from "../fixtures/faults.ts";

const pool = new Pool(1);
const pair = new Pool(2);
Deno.test.afterAll(() => Promise.all([pool.terminate(), pair.terminate()]).then(() => {}));

const endless = [
  "spin",
  "spinStubbornly",
  "spinInMicrotasks",
  "spinInWasm",
  "spinInRegExp",
  "blockForever",
  "awaitForever",
] as const;

for (const name of endless) {
  Deno.test(`a task in ${name} past its timeout rejects with TimeoutError, and the pool goes on`, async () => {
    const cells = words();
    const job = pool.apply(faults[name] as (cells: Int32Array) => unknown, [cells], { timeout: 60 });
    assertInstanceOf(await thrownBy(() => job, 4000), TimeoutError);
    assertEquals(await within(10_000, pool.apply(square, [3])), 9);
    assert(await stopsMoving(cells));
  });

  Deno.test(`a task in ${name} that is aborted rejects with the signal's reason, and the pool goes on`, async () => {
    const cells = words();
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const job = pool.apply(faults[name] as (cells: Int32Array) => unknown, [cells], { signal: controller.signal });
    const error = thrownBy(() => job, 15_000);
    await until(() => Atomics.load(cells, 0) > 0);
    controller.abort(reason);
    assertEquals(await within(3000, error), reason);
    assertEquals(await within(10_000, pool.apply(square, [3])), 9);
    assert(await stopsMoving(cells));
  });
}

Deno.test("a task within its timeout is not disturbed", async () => {
  assertEquals(await within(10_000, pool.apply(sleepThen, [20, "fine"], { timeout: 8000 })), "fine");
  assertEquals(await within(10_000, pool.map(square, [1, 2], { timeout: 8000 })), [1, 4]);
});

Deno.test("an already aborted signal rejects at once with its reason, and nothing runs", async () => {
  const counter = words();
  const reason = new Error("before");
  const signal = AbortSignal.abort(reason);
  assertEquals(await thrownBy(() => pool.apply(bump, [counter], { signal })), reason);
  assertEquals(await thrownBy(() => pool.map(bump, [counter], { signal })), reason);
  assertEquals(await within(10_000, pool.apply(square, [2])), 4);
  assertEquals(Atomics.load(counter, 0), 0);
});

Deno.test("an aborted queued task is removed and never runs; the running one is not touched", async () => {
  const gate = words(), counter = words();
  const running = pool.apply(hold, [gate, "held"]);
  await until(() => Atomics.load(gate, 0) === 1);
  const controller = new AbortController();
  const queued = thrownBy(() => pool.apply(bump, [counter], { signal: controller.signal }));
  const kept = pool.apply(square, [6]);
  controller.abort();
  assertEquals(((await within(3000, queued)) as Error).name, "AbortError");
  open(gate);
  assertEquals(await within(10_000, running), "held");
  assertEquals(await within(10_000, kept), 36);
  assertEquals(Atomics.load(counter, 0), 0);
});

Deno.test("the timeout of a map counts for each chunk from its start", async () => {
  const delays = Array.from({ length: 6 }, (_, i): [number, number] => [120, i]);
  // Six chunks of 120 ms one after another: longer together than one timeout.
  const results = await within(15_000, pool.starmap(sleepThen<number>, delays, { chunksize: 1, timeout: 600 }));
  assertEquals(results, [0, 1, 2, 3, 4, 5]);
});

Deno.test("a chunk past the timeout rejects its map with TimeoutError; the pool goes on", async () => {
  await using own = new Pool(2);
  const job = own.map(
    (ms: number) => {
      const end = Date.now() + ms;
      while (Date.now() < end);
      return ms;
    },
    [0, 60_000, 0, 0],
    { chunksize: 1, timeout: 150 },
  );
  assertInstanceOf(await thrownBy(() => job, 5000), TimeoutError);
  assertEquals(await within(10_000, own.map(square, [1, 2, 3, 4])), [1, 4, 9, 16]);
});

Deno.test("aborting a map rejects it with the reason and stops its chunks", async () => {
  const counter = words();
  const controller = new AbortController();
  const job = pair.map(faults.spin, [counter, counter, counter, counter], { signal: controller.signal });
  const error = thrownBy(() => job);
  await until(() => Atomics.load(counter, 0) > 0);
  controller.abort("stop");
  assertEquals(await within(3000, error), "stop");
  assert(await stopsMoving(counter));
  assertEquals(await within(10_000, pair.map(square, [5])), [25]);
});

Deno.test("aborting an imap ends it with the reason", async () => {
  const controller = new AbortController();
  const iterator = pair.imap(faults.awaitForever, [words(), words()], { signal: controller.signal });
  const next = thrownBy(() => iterator.next());
  controller.abort("stop");
  assertEquals(await within(3000, next), "stop");
  assertEquals(await within(10_000, pair.apply(square, [5])), 25);
});

Deno.test("an imap's timeout fails only the item that is too slow", async () => {
  const iterator = pair.imap(
    ([ms, value]: [number, number]) => {
      const end = Date.now() + ms;
      while (Date.now() < end);
      return value;
    },
    [[0, 1], [60_000, 2], [0, 3]],
    { timeout: 200 },
  );
  const seen = await digest(iterator);
  assertEquals([seen[0], seen[2], seen.length], [1, 3, 3]);
  assert(String(seen[1]).startsWith("! "));
});

Deno.test("a timeout of one worker's task leaves the other worker's task alone", async () => {
  const gate = words();
  const other = pair.apply(hold, [gate, "other"]);
  await until(() => Atomics.load(gate, 0) === 1);
  assertInstanceOf(await thrownBy(() => pair.apply(faults.spin, [words()], { timeout: 50 }), 4000), TimeoutError);
  open(gate);
  assertEquals(await within(10_000, other), "other");
});

Deno.test("taskTimeout of the pool holds for every task without a timeout of its own", async () => {
  await using strict = new Pool({ processes: 1, taskTimeout: 150 });
  assertInstanceOf(await thrownBy(() => strict.apply(faults.spin, [words()]), 4000), TimeoutError);
  assertInstanceOf(await thrownBy(() => strict.map(faults.awaitForever, [words()]), 4000), TimeoutError);
  assertEquals(await within(10_000, strict.apply(sleepThen, [400, "own limit"], { timeout: 8000 })), "own limit");
});

Deno.test("a timeout that is no number, or NaN, is refused", async () => {
  for (const timeout of ["5", NaN]) {
    const error = await thrownBy(() => pool.apply(square, [1], { timeout: timeout as number }));
    assert(error instanceof TypeError || error instanceof RangeError, Deno.inspect(error));
  }
  await assertRejects(() => pool.applyAsync(square, [1]).get({ timeout: "5" as unknown as number }), TypeError);
});

Deno.test("thirty timeouts in a row leave the pool whole", async () => {
  const jobs = Array.from(
    { length: 30 },
    () => thrownBy(() => pair.apply(faults.awaitForever, [words()], { timeout: 5 })),
  );
  for (const error of await within(20_000, Promise.all(jobs))) assertInstanceOf(error, TimeoutError);
  assertEquals(await within(10_000, pair.map(square, [1, 2, 3])), [1, 4, 9]);
});
