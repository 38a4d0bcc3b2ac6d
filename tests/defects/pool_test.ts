import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertMatch,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { BrokenPoolError, CancelledError, Pool, PoolTerminatedError, WorkerDiedError } from "@lanes/lanes";
import { digest, errorBy, open, pause, stopsMoving, thrownBy, until, within, words } from "../fixtures/harness.ts";
import { bump, hold, oddFails, square } from "../fixtures/tasks.ts";
import * as faults from "../fixtures/faults.ts";

const pool = new Pool(1);
const pair = new Pool(2);
Deno.test.afterAll(() => Promise.all([pool.terminate(), pair.terminate()]).then(() => {}));

Deno.test("D-01 a pool whose worker dies rejects that task and goes on", async () => {
  const gate = words();
  const dying = pair.apply(faults.holdAndExit, [gate, 9]);
  const others = pair.map(square, [1, 2, 3, 4, 5, 6], { chunksize: 1 });
  await until(() => Atomics.load(gate, 0) === 1);
  open(gate);
  const error = await thrownBy(() => dying);
  assertInstanceOf(error, WorkerDiedError);
  assertEquals(error.exitCode, 9);
  assertEquals(await within(10_000, others), [1, 4, 9, 16, 25, 36]);
  assertEquals(await within(10_000, pair.map(square, [7, 8])), [49, 64]);
});

Deno.test("D-01 close() and join() after a death do not hang", async () => {
  const own = new Pool(1);
  const error = thrownBy(() => own.apply(faults.exit, [9]));
  const queued = own.apply(square, [3]);
  own.close();
  await within(10_000, own.join());
  assertInstanceOf(await error, WorkerDiedError);
  assertEquals(await queued, 9);
});

Deno.test("D-01 a pool whose workers die again and again still gets everything else done", async () => {
  const jobs = Array.from({ length: 16 }, (_, i) => pair.apply(faults.exitOn, [i, [2, 3, 9]]));
  const settled = await within(20_000, Promise.allSettled(jobs));
  const failed = settled.flatMap((each, i) => each.status === "rejected" ? [i] : []);
  assertEquals(failed, [2, 3, 9]);
});

Deno.test("D-02 every thrown value rejects just its task, undefined and null too", async () => {
  for (const value of [undefined, null, 0, ""]) {
    assertEquals(await thrownBy(() => pool.apply(faults.throwValue, [value as unknown])), value);
  }
  assertInstanceOf(await thrownBy(() => pool.apply(faults.exit, [0])), WorkerDiedError);
  assertEquals(await within(10_000, pool.apply(square, [2])), 4);
});

Deno.test("D-03 an error that cannot be rebuilt arrives as an Error with name, message, stack and data", async () => {
  const error = await errorBy(() => pool.apply(faults.failPicky)) as Error & { inner: string };
  assertEquals([error.name, error.message, error.inner], ["PickyError", "picky about tea", "tea"]);
  assertMatch(error.stack ?? "", /failPicky/);
  assertEquals(await within(10_000, pool.apply(square, [2])), 4);
});

Deno.test("D-05 a callback that throws rejects its own job only, with its error", async () => {
  const own = new Error("from the callback");
  const failing = pool.applyAsync(square, [2], {
    callback: () => {
      throw own;
    },
  });
  const other = pool.applyAsync(square, [3]);
  assertStrictEquals(await thrownBy(() => failing.get()), own);
  assertEquals(await within(10_000, other.get()), 9);
  const both = pool.applyAsync(faults.fail, ["original"], {
    errorCallback: () => {
      throw new RangeError("from the error callback");
    },
  });
  const error = await errorBy(() => both.get());
  assertEquals(error.message, "from the error callback");
  assertEquals((error.cause as Error).message, "original");
  assertEquals(await within(10_000, pool.mapAsync(square, [4]).get()), [16]);
});

Deno.test("D-06 terminate() and close() can be called from any callback", async () => {
  for (const action of ["terminate", "close"] as const) {
    for (const [func, argument] of [[square, 2], [faults.fail, "no"]] as const) {
      const own = new Pool(1);
      const act = (): void => void own[action]();
      const job = own.applyAsync(func as (x: unknown) => unknown, [argument], { callback: act, errorCallback: act });
      await within(10_000, job.wait());
      await within(10_000, own.join());
    }
  }
});

Deno.test("D-07 an initializer that throws breaks the pool with its error, and starts no endless workers", async () => {
  const counter = words();
  const own = new Pool({
    processes: 1,
    initializer: (cells: Int32Array) => {
      Atomics.add(cells, 0, 1);
      throw new RangeError("no start");
    },
    initargs: [counter],
  });
  const pending = [own.apply(square, [1]), own.map(square, [1, 2])].map((job) => errorBy(() => job));
  for (const error of await Promise.all(pending)) {
    assertInstanceOf(error, BrokenPoolError);
    assertEquals((error.cause as Error).message, "no start");
  }
  assertInstanceOf(await thrownBy(() => own.apply(square, [1])), BrokenPoolError);
  assertInstanceOf(await thrownBy(() => own.applyAsync(square, [1]).get()), BrokenPoolError);
  await pause(60);
  assertLess(Atomics.load(counter, 0), 4);
  await within(5000, own.terminate());
  await within(5000, own.join());
});

Deno.test("D-07 a worker that exits in its initializer does not hang the pool", async () => {
  const own = new Pool({ processes: 1, initializer: faults.exit, initargs: [4] });
  assertInstanceOf(await thrownBy(() => own.apply(square, [1]), 20_000), Error);
  await within(5000, own.terminate());
});

Deno.test("D-08 results pending at terminate() reject with PoolTerminatedError", async () => {
  const own = new Pool(1);
  const jobs = [own.applyAsync(faults.spin, [words()]), own.applyAsync(square, [1]), own.mapAsync(square, [1, 2])];
  await within(5000, own.terminate());
  for (const job of jobs) assertInstanceOf(await thrownBy(() => job.get(), 3000), PoolTerminatedError);
});

Deno.test("D-09 terminate() with ten thousand queued tasks returns promptly, and none of them runs", async () => {
  const gate = words(), counter = words();
  const own = new Pool(1);
  const held = thrownBy(() => own.apply(hold, [gate, 1]));
  await until(() => Atomics.load(gate, 0) === 1);
  const jobs = Array.from({ length: 10_000 }, () => own.applyAsync(bump, [counter]));
  await within(3000, own.terminate());
  await within(3000, own.join());
  assertInstanceOf(await held, PoolTerminatedError);
  assertInstanceOf(await thrownBy(() => jobs[9999]!.get()), PoolTerminatedError);
  assertEquals(Atomics.load(counter, 0), 0);
});

Deno.test("D-10 a chunksize of 0 is a RangeError and runs nothing", async () => {
  const counter = words();
  assertInstanceOf(await thrownBy(() => pool.map(bump, [counter], { chunksize: 0 })), RangeError);
  assertInstanceOf(await thrownBy(() => pool.map(bump, [counter], { chunksize: 1.5 })), RangeError);
  assertEquals(await within(10_000, pool.apply(square, [2])), 4);
  assertEquals(Atomics.load(counter, 0), 0);
});

Deno.test("D-11 imap loses no good result to a failing one, whatever the chunksize", async () => {
  for (const chunksize of [1, 3]) {
    assertEquals(await digest(pool.imap(oddFails, [0, 1, 2, 3], { chunksize })), [0, "! odd 1", 2, "! odd 3"]);
  }
});

Deno.test("D-12 imap over an endless generator works in bounded memory", async () => {
  let pulled = 0;
  function* endless(): Generator<number> {
    while (true) yield pulled++;
  }
  for await (const value of pair.imap(square, endless())) if (value >= 900) break;
  assertLess(pulled, 200);
});

Deno.test("D-13 a job can be cancelled, by cancel() and by a signal", async () => {
  const counter = words();
  const job = pool.mapAsync(faults.spin, [counter, counter]);
  await until(() => Atomics.load(counter, 0) > 0);
  job.cancel("enough");
  assertInstanceOf(await thrownBy(() => job.get(), 3000), CancelledError);
  assert(await stopsMoving(counter));
  const controller = new AbortController();
  const other = thrownBy(() => pool.map(faults.spin, [counter], { signal: controller.signal }));
  controller.abort("signalled");
  assertEquals(await within(3000, other), "signalled");
  assertEquals(await within(10_000, pool.apply(square, [2])), 4);
});

Deno.test("D-14 the callback of an empty job is called once with []", async () => {
  const seen: unknown[] = [];
  await within(5000, pool.mapAsync(square, [], { callback: (list) => void seen.push(list) }).get());
  assertEquals(seen, [[]]);
});

Deno.test("D-16 more than sixty workers work or are refused at construction", async () => {
  let own: Pool;
  try {
    own = new Pool(70);
  } catch (error) {
    return assertInstanceOf(error, RangeError);
  }
  assertEquals(own.size, 70);
  assertEquals(await within(20_000, own.apply(square, [5])), 25);
  await within(10_000, own.terminate());
});

Deno.test("D-18 each get() keeps the cause and the worker's stack, and the stack does not grow", async () => {
  const job = pool.applyAsync(faults.failWithCause);
  const first = await errorBy(() => job.get());
  const length = first.stack?.length ?? 0;
  const second = await errorBy(() => job.get());
  assertInstanceOf(second.cause, SyntaxError);
  assertMatch(second.stack ?? "", /failWithCause/);
  assertLess((second.stack ?? "").length, length + 10);
  assertThrows(() => job.getSync(), TypeError);
});
