import { assert, assertEquals, assertInstanceOf, assertMatch, assertNotStrictEquals } from "@std/assert";
import { BrokenPoolError, LanesError, PoolClosedError, WorkerDiedError } from "@lanes/lanes";
import { type Future, ProcessPoolExecutor } from "@lanes/lanes/futures";
import { errorBy, open, pause, stopsMoving, thrownBy, until, within, words } from "../fixtures/harness.ts";
import { run } from "../fixtures/program.ts";
import { everything, hold, primeAndCount, primedValue, sleepThen, square, tokenSlowly } from "../fixtures/tasks.ts";
import * as faults from "../fixtures/faults.ts";

const executor = new ProcessPoolExecutor(2);
const single = new ProcessPoolExecutor(1);
Deno.test.afterAll(() => Promise.all([executor.shutdown(), single.shutdown()]).then(() => {}));

type Forced = ProcessPoolExecutor & { terminateWorkers(): unknown; killWorkers(): unknown };

Deno.test("EBROK-01 D-72 a worker that dies fails only its own future; running and queued ones go on", async () => {
  const gate = words(), other = words();
  const dying = executor.submit(faults.holdAndExit, gate, 9);
  const running = executor.submit(hold, other, "other");
  const queued = [1, 2, 3].map((n) => executor.submit(square, n));
  await until(() => Atomics.load(gate, 0) === 1 && Atomics.load(other, 0) === 1);
  open(gate);
  assertInstanceOf(await thrownBy(() => dying.result()), WorkerDiedError);
  assertEquals(await within(10_000, Promise.all(queued.map((future) => future.result()))), [1, 4, 9]);
  open(other);
  assertEquals(await within(10_000, running.result()), "other");
});

Deno.test("EBROK-02 D-73 every failed future has its own error object", async () => {
  const futures = [executor.submit(faults.exit, 4), executor.submit(faults.exit, 4)];
  const [first, second] = await Promise.all(futures.map((future) => errorBy(() => future.result())));
  assertInstanceOf(first, WorkerDiedError);
  assertInstanceOf(second, WorkerDiedError);
  assertNotStrictEquals(first, second);
});

Deno.test("EBROK-03 the error names the exit code", async () => {
  const error = await thrownBy(() => executor.submit(faults.exit, 99).result());
  assertInstanceOf(error, WorkerDiedError);
  assertEquals(error.exitCode, 99);
  assertMatch(error.message, /99/);
});

Deno.test("EBROK-04 a task's error arrives with class, message and the worker's stack", async () => {
  const error = await errorBy(() => executor.submit(faults.failShop, "tea", 3).result());
  assertInstanceOf(error, faults.ShopError);
  assertMatch(error.stack ?? "", /failShop[^]*faults\.ts/);
});

Deno.test("EBROK-05 errors, thrown values and exits in a task fail only its own future", async () => {
  assertEquals((await errorBy(() => single.submit(faults.fail, "plain").result())).message, "plain");
  assertEquals(await thrownBy(() => single.submit(faults.throwValue, null as unknown).result()), null);
  assertInstanceOf(await thrownBy(() => single.submit(faults.exit, 0).result()), WorkerDiedError);
  assertEquals(await within(10_000, single.submit(square, 5).result()), 25);
});

Deno.test("EBROK-06 an error outside of the task fails its future with WorkerDiedError", async () => {
  for (const func of [faults.errorInTimer, faults.unhandledRejection]) {
    assertInstanceOf(await thrownBy(() => single.submit(func).result()), WorkerDiedError);
  }
  assertEquals(await within(10_000, single.submit(square, 5).result()), 25);
});

Deno.test("EBROK-07 D-74 an error or exit while the worker rebuilds the task fails that future only", async () => {
  const ended = await run(
    `
    import { ProcessPoolExecutor } from "@lanes/lanes/futures";
    import { broken } from "./broken.ts";
    import { leaving } from "./leaving.ts";
    import { square } from "./square.ts";
    if (import.meta.main) {
      await using executor = new ProcessPoolExecutor(1);
      for (const func of [broken, leaving]) {
        const error = await executor.submit(func).result().then(() => null, (error) => error);
        console.log(error instanceof Error);
        console.log(await executor.submit(square, 3).result());
      }
    }`,
    {
      files: {
        "square.ts": "export function square(x) { return x * x; }",
        "broken.ts": `import { isMainThread } from "node:worker_threads";
          if (!isMainThread) throw new RangeError("not here");
          export function broken() {}`,
        "leaving.ts": `import { isMainThread } from "node:worker_threads";
          if (!isMainThread) Deno.exit(3);
          export function leaving() {}`,
      },
    },
  );
  assertEquals([ended.stdout, ended.code], ["true\n9\ntrue\n9\n", 0]);
});

Deno.test("EBROK-08 EBROK-09 a result that cannot be sent, an error that cannot be rebuilt: that future only", async () => {
  assertEquals((await errorBy(() => single.submit(faults.giveFunction).result())).name, "TransportError");
  assertMatch((await errorBy(() => single.submit(faults.failPicky).result())).message, /picky about tea/);
  assertEquals(await within(10_000, single.submit(square, 5).result()), 25);
});

Deno.test("EBROK-10 a worker that dies after shutdown was called does not hang it", async () => {
  const own = new ProcessPoolExecutor(1);
  const gate = words();
  const dying = own.submit(faults.holdAndExit, gate, 5);
  const next = own.submit(square, 4);
  await until(() => Atomics.load(gate, 0) === 1);
  const shutdown = own.shutdown();
  open(gate);
  assertInstanceOf(await thrownBy(() => dying.result()), WorkerDiedError);
  assertEquals(await within(10_000, next.result()), 16);
  await within(10_000, shutdown);
});

Deno.test("EBROK-10 an argument that cannot travel, then shutdown without wait, does not hang", async () => {
  const own = new ProcessPoolExecutor(1);
  const error = thrownBy(() => own.submit(everything, () => 1).result());
  await within(3000, own.shutdown({ wait: false }));
  assertInstanceOf(await within(5000, error), LanesError);
});

Deno.test("EBROK-11 D-79 a worker that dies while large data is on its way does not hang", async () => {
  const big = new Uint8Array(20_000_000);
  const futures = [
    single.submit(faults.exit, 7),
    single.submit(everything, big),
    single.submit(faults.exit, 7),
    single.submit(square, 2),
  ] as Future<unknown>[];
  const ends = await within(20_000, Promise.all(futures.map((future) => future.exception())));
  assertEquals(ends.map((error) => error instanceof WorkerDiedError), [true, false, true, false]);
});

Deno.test("EBROK-13 EINIT-02 D-07 an initializer that throws breaks the executor; shutdown still works", async () => {
  const own = new ProcessPoolExecutor({ maxWorkers: 1, initializer: faults.fail, initargs: ["no start"] });
  const pending = [own.submit(square, 1), own.submit(square, 2)];
  for (const future of pending) {
    const error = await errorBy(() => future.result());
    assertInstanceOf(error, BrokenPoolError);
    assertEquals((error.cause as Error).message, "no start");
  }
  assertInstanceOf(await thrownBy(() => own.submit(square, 3).result()), BrokenPoolError);
  await within(10_000, own.shutdown());
});

Deno.test("EBROK-14 one class per condition, all of them LanesErrors", () => {
  for (const Kind of [BrokenPoolError, PoolClosedError, WorkerDiedError]) {
    assert(Kind.prototype instanceof LanesError && Kind.prototype instanceof Error);
  }
});

for (const method of ["terminateWorkers", "killWorkers"] as const) {
  Deno.test(`EBROK-15 EBROK-16 ${method}() stops running tasks, shuts the executor down, and is harmless otherwise`, async () => {
    const own = new ProcessPoolExecutor(1) as Forced;
    const counter = words();
    const running = own.submit(faults.spin, counter);
    const queued = own.submit(square, 2);
    await until(() => Atomics.load(counter, 0) > 0);
    await own[method]();
    await within(3000, Promise.all([thrownBy(() => running.result()), thrownBy(() => queued.result())]));
    assert(await stopsMoving(counter));
    assertInstanceOf(await thrownBy(() => own.submit(square, 1).result()), LanesError);
    await own[method]();
    const unused = new ProcessPoolExecutor(1) as Forced;
    await unused[method]();
    await within(5000, unused.shutdown());
  });
}

Deno.test("EINIT-01 the initializer has run with initargs before the first task", async () => {
  const counter = words();
  await using own = new ProcessPoolExecutor({ maxWorkers: 2, initializer: primeAndCount, initargs: ["set", counter] });
  const futures = [1, 2, 3, 4].map(() => own.submit(primedValue));
  assertEquals(await within(10_000, Promise.all(futures.map((future) => future.result()))), Array(4).fill("set"));
});

Deno.test("EINIT-05 D-80 an executor dropped while its initializer fails settles its future", async () => {
  const future = new ProcessPoolExecutor({ maxWorkers: 1, initializer: faults.failLater, initargs: ["late"] }).submit(
    square,
    1,
  );
  assertInstanceOf(await thrownBy(() => future.result()), BrokenPoolError);
});

Deno.test("EINIT-07 with limit 3 tasks 1 to 3 run in one worker and task 4 in a new one", async () => {
  await using own = new ProcessPoolExecutor({ maxWorkers: 1, maxTasksPerChild: 3 });
  const tokens: string[] = [];
  for (let i = 0; i < 4; i++) tokens.push(await within(10_000, own.submit(tokenSlowly).result()));
  assertEquals([new Set(tokens.slice(0, 3)).size, new Set(tokens).size], [1, 2]);
});

Deno.test("EINIT-08 limit 1, several workers, an immediate shutdown: all results are right", async () => {
  const own = new ProcessPoolExecutor({ maxWorkers: 2, maxTasksPerChild: 1 });
  const futures = [1, 2, 3, 4].map((n) => own.submit(sleepThen, 10, n));
  await within(15_000, own.shutdown());
  assertEquals(await Promise.all(futures.map((future) => future.result({ timeout: 0 }))), [1, 2, 3, 4]);
});

Deno.test("EINIT-09 D-70 a backlog larger than workers times limit completes", async () => {
  await using own = new ProcessPoolExecutor({ maxWorkers: 1, maxTasksPerChild: 2 });
  const futures = [1, 2, 3, 4, 5, 6].map((n) => own.submit(square, n));
  assertEquals(
    await within(15_000, Promise.all(futures.map((future) => future.result()))),
    [1, 4, 9, 16, 25, 36],
  );
});

Deno.test("EINIT-10 EINIT-11 D-71 a worker that reaches its limit after shutdown without wait is replaced", async () => {
  const own = new ProcessPoolExecutor({ maxWorkers: 1, maxTasksPerChild: 1 });
  const futures = [1, 2, 3].map((n) => own.submit(square, n));
  await within(3000, own.shutdown({ wait: false }));
  assertEquals(await within(15_000, Promise.all(futures.map((future) => future.result()))), [1, 4, 9]);
});

Deno.test("D-81 a task that submits to an executor of its own does not deadlock", async () => {
  const ended = await run(`
    import { ProcessPoolExecutor } from "@lanes/lanes/futures";
    export function square(x) { return x * x; }
    export async function outer(x) {
      await using inner = new ProcessPoolExecutor(1);
      return await inner.submit(square, x).result() + 1;
    }
    if (import.meta.main) {
      await using executor = new ProcessPoolExecutor(1);
      console.log(await executor.submit(outer, 5).result());
    }`);
  assertEquals([ended.stdout, ended.stderr, ended.code], ["26\n", "", 0]);
});

Deno.test("D-81 an executor as argument of its own task is refused, not a deadlock", async () => {
  const error = await thrownBy(() => single.submit(everything, single).result());
  assertEquals((error as Error).name, "TransportError");
  await pause(0);
});
