import { assert, assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import { AsyncResult, CancelledError, LanesError, Pool, TimeoutError } from "@lanes/lanes";
import { errorBy, open, pause, stopsMoving, thrownBy, until, within, words } from "../fixtures/harness.ts";
import { add, hold, holdAndFail, oddFails, sleepThen, square } from "../fixtures/tasks.ts";
import { fail, failAs, spin } from "../fixtures/faults.ts";

const pool = new Pool(2);
const single = new Pool(1);
Deno.test.afterAll(() => Promise.all([pool.terminate(), single.terminate()]).then(() => {}));

Deno.test("ASYNC-01 applyAsync().get() gives the value, and the result can be awaited", async () => {
  assertEquals(await within(10_000, pool.applyAsync(square, [7]).get()), 49);
  assertEquals(await within(10_000, pool.applyAsync(square, [7])), 49);
  assertEquals(await within(10_000, pool.applyAsync(sleepThen, [20, "later"]).get()), "later");
});

Deno.test("ASYNC-02 ASYNC-03 get() past its timeout is a TimeoutError; the task goes on", async () => {
  const gate = words();
  const result = pool.applyAsync(hold, [gate, "held"]);
  for (const timeout of [0, -1, 15]) {
    const error = await thrownBy(() => result.get({ timeout }));
    assertInstanceOf(error, TimeoutError);
    assertInstanceOf(error, LanesError);
    assertThrows(() => result.getSync({ timeout }), TimeoutError);
  }
  open(gate);
  assertEquals(await within(10_000, result.get()), "held");
  assertEquals(await result.get({ timeout: 0 }), "held");
});

Deno.test("ASYNC-04 ready() and successful(): false, an error, then true", async () => {
  const gate = words();
  const result = pool.applyAsync(hold, [gate, 1]);
  assertEquals(result.ready(), false);
  assertInstanceOf(assertThrows(() => result.successful()), Error);
  open(gate);
  await within(10_000, result.wait());
  assertEquals([result.ready(), result.successful()], [true, true]);
  const failed = pool.applyAsync(fail, ["no"]);
  await within(10_000, failed.wait());
  assertEquals([failed.ready(), failed.successful()], [true, false]);
});

Deno.test("ASYNC-05 wait() returns nothing at its timeout and never throws the task's error", async () => {
  const gate = words();
  const result = pool.applyAsync(holdAndFail, [gate, "no"]);
  assertEquals(await within(5000, result.wait({ timeout: 10 })), undefined);
  assertEquals(result.waitSync({ timeout: 10 }), undefined);
  assertEquals(result.ready(), false);
  open(gate);
  assertEquals(await within(10_000, result.wait()), undefined);
  assertEquals(result.waitSync(), undefined);
  assertEquals(result.ready(), true);
});

Deno.test("ASYNC-06 get() of a failed task rejects with its error each time", async () => {
  const result = pool.applyAsync(failAs, ["TypeError", "again"]);
  for (let round = 0; round < 3; round++) {
    const error = await errorBy(() => result.get());
    assertInstanceOf(error, TypeError);
    assertEquals(error.message, "again");
  }
});

Deno.test("ASYNC-07 callback is called once, with the whole list, before wait() returns", async () => {
  const calls: number[][] = [];
  const result = pool.mapAsync(square, [1, 2, 3, 4], { callback: (list) => void calls.push(list), chunksize: 1 });
  await within(10_000, result.wait());
  assertEquals(calls, [[1, 4, 9, 16]]);
  await pause(20);
  assertEquals(calls.length, 1);
});

Deno.test("ASYNC-08 ASYNC-09 on failure errorCallback is called once, with the error, and callback is not", async () => {
  const seen: unknown[] = [];
  const result = pool.mapAsync(oddFails, [0, 1, 2, 3], {
    callback: () => void seen.push("callback"),
    errorCallback: (error) => void seen.push(error),
    chunksize: 1,
  });
  await within(10_000, result.wait());
  assertEquals(seen.length, 1);
  assertInstanceOf(seen[0], RangeError);
  const applied = pool.applyAsync(fail, ["once"], { errorCallback: (error) => void seen.push(error) });
  assertEquals((await errorBy(() => applied.get())).message, "once");
  assertEquals((seen[1] as Error).message, "once");
  const fine = pool.applyAsync(square, [2], { errorCallback: (error) => void seen.push(error) });
  await within(10_000, fine.get());
  assertEquals(seen.length, 2);
});

Deno.test("starmapAsync() calls its callback with the list", async () => {
  const seen: number[][] = [];
  const result = pool.starmapAsync(add, [[1, 2], [3, 4]], { callback: (list) => void seen.push(list) });
  assertEquals(await within(10_000, result.get()), [3, 7]);
  assertEquals(seen, [[3, 7]]);
});

Deno.test("ASYNC-10 callbacks run in the submitting process and complete before get() does", async () => {
  let done = 0;
  const result = pool.applyAsync(square, [3], {
    callback: (value) => {
      done = value;
    },
  });
  await within(10_000, result.get());
  assertEquals(done, 9);
});

Deno.test("POOL-12 D-14 an empty mapAsync is ready, successful, and calls its callback with []", async () => {
  const seen: unknown[][] = [];
  const result = pool.mapAsync(square, [], { callback: (list) => void seen.push(list) });
  assertEquals(await within(5000, result.get()), []);
  assertEquals([result.ready(), result.successful()], [true, true]);
  assertEquals(seen, [[]]);
  const starred = pool.starmapAsync(add, [], { callback: (list) => void seen.push(list) });
  await within(5000, starred.wait());
  assertEquals(seen, [[], []]);
});

Deno.test("ASYNC-12 all asynchronous methods give an AsyncResult", async () => {
  const all = [
    pool.applyAsync(square, [1]),
    pool.mapAsync(square, [1]),
    pool.starmapAsync(add, [[1, 2]]),
  ];
  for (const result of all) assertInstanceOf(result, AsyncResult);
  await within(10_000, Promise.all(all.map((result) => result.wait())));
});

Deno.test("getSync() and waitSync() block until the result is there", () => {
  const result = pool.applyAsync(square, [11]);
  result.waitSync({ timeout: 10_000 });
  assertEquals(result.ready(), true);
  assertEquals(result.getSync({ timeout: 10_000 }), 121);
  assertEquals(pool.mapAsync(square, [1, 2, 3]).getSync({ timeout: 10_000 }), [1, 4, 9]);
  const error = assertThrows(() => pool.applyAsync(failAs, ["RangeError", "sync"]).getSync({ timeout: 10_000 }));
  assertInstanceOf(error, RangeError);
});

Deno.test("get() with an aborted signal rejects with its reason and leaves the task alone", async () => {
  const gate = words();
  const result = pool.applyAsync(hold, [gate, "still"]);
  const reason = new Error("enough");
  assertEquals(await thrownBy(() => result.get({ signal: AbortSignal.abort(reason) })), reason);
  const controller = new AbortController();
  const waiting = result.wait({ signal: controller.signal });
  controller.abort(reason);
  assertEquals(await thrownBy(() => waiting), reason);
  open(gate);
  assertEquals(await within(10_000, result.get()), "still");
  assertEquals(await thrownBy(() => result.get({ signal: AbortSignal.abort(reason) })), reason);
});

Deno.test("cancel() of a running task rejects it with CancelledError and stops it", async () => {
  const counter = words();
  const result = single.applyAsync(spin, [counter]);
  await until(() => Atomics.load(counter, 0) > 0);
  assertEquals(result.cancel("because"), true);
  const error = await errorBy(() => result.get(), 3000);
  assertInstanceOf(error, CancelledError);
  assertEquals(error.cause, "because");
  assert(await stopsMoving(counter));
  assertEquals(await within(10_000, single.apply(square, [3])), 9);
});

Deno.test("cancel() of a queued task removes it: it never runs", async () => {
  const gate = words(), counter = words();
  const first = single.applyAsync(hold, [gate, 1]);
  await until(() => Atomics.load(gate, 0) === 1);
  const queued = single.applyAsync(spin, [counter]);
  assertEquals(queued.cancel(), true);
  assertInstanceOf(await thrownBy(() => queued.get()), CancelledError);
  open(gate);
  assertEquals(await within(10_000, first.get()), 1);
  assertEquals(await within(10_000, single.apply(square, [4])), 16);
  assertEquals(Atomics.load(counter, 0), 0);
});

Deno.test("cancel() after the end is false and changes nothing", async () => {
  const result = pool.applyAsync(square, [4]);
  await within(10_000, result.wait());
  assertEquals(result.cancel(), false);
  assertEquals(await result.get(), 16);
});

Deno.test("an AsyncResult that fails unseen is no unhandled rejection", async () => {
  const result = pool.applyAsync(fail, ["unseen"]);
  const list = pool.mapAsync(fail, ["unseen"]);
  await until(() => result.ready() && list.ready());
  await pause(20);
  assertStringIncludes((await errorBy(() => result.get())).message, "unseen");
});
