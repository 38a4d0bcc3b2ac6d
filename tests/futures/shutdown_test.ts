import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { PoolClosedError } from "@lanes/lanes";
import { ProcessPoolExecutor } from "@lanes/lanes/futures";
import { collect, errorBy, open, thrownBy, until, within, words } from "../fixtures/harness.ts";
import { run } from "../fixtures/program.ts";
import { hold, inverse, sleepThen, square, squareLater } from "../fixtures/tasks.ts";

Deno.test("ESHUT-01 work after shutdown is a PoolClosedError", async () => {
  const executor = new ProcessPoolExecutor(1);
  await within(10_000, executor.shutdown());
  assertInstanceOf(await thrownBy(() => executor.submit(square, 1).result()), PoolClosedError);
  assertInstanceOf(await thrownBy(() => collect(executor.map(square, [1]))), PoolClosedError);
});

Deno.test("ESHUT-02 shutdown() waits for all submitted futures, and can be repeated", async () => {
  const executor = new ProcessPoolExecutor(2);
  const futures = Array.from({ length: 50 }, (_, i) => executor.submit(squareLater, i));
  await within(15_000, executor.shutdown());
  assertEquals(futures.map((future) => future.done()), Array(50).fill(true));
  assertEquals(await futures[7]!.result({ timeout: 0 }), 49);
  await within(5000, executor.shutdown());
});

Deno.test("ESHUT-03 cancelFutures cancels what is pending; what runs ends well", async () => {
  const gate = words();
  const executor = new ProcessPoolExecutor(2);
  const futures = Array.from({ length: 30 }, (_, i) => executor.submit(hold, gate, i));
  await until(() => Atomics.load(gate, 0) === 2);
  const shutdown = executor.shutdown({ cancelFutures: true });
  open(gate);
  await within(10_000, shutdown);
  assert(futures.every((future) => future.done()));
  assertEquals(futures.filter((future) => future.cancelled()).length, 28);
  assertEquals(await Promise.all(futures.slice(0, 2).map((future) => future.result())), [0, 1]);
});

Deno.test("ESHUT-04 shutdown without wait returns at once; submitted work completes", async () => {
  const gate = words();
  const executor = new ProcessPoolExecutor(1);
  const futures = [executor.submit(hold, gate, "a"), executor.submit(hold, gate, "b")];
  await within(3000, executor.shutdown({ wait: false }));
  assertInstanceOf(await thrownBy(() => executor.submit(square, 1).result()), PoolClosedError);
  assertEquals(futures[1]!.done(), false);
  open(gate);
  assertEquals(await within(10_000, Promise.all(futures.map((future) => future.result()))), ["a", "b"]);
});

Deno.test("ESHUT-05 D-79 shutdown without wait and with cancelFutures does not hang the program's end", async () => {
  const ended = await run(`
    import { ProcessPoolExecutor } from "@lanes/lanes/futures";
    export async function late() { await new Promise((resolve) => setTimeout(resolve, 50)); }
    if (import.meta.main) {
      const executor = new ProcessPoolExecutor(1);
      for (let i = 0; i < 5; i++) executor.submit(late);
      executor.shutdown({ wait: false, cancelFutures: true });
      console.log("end");
    }`);
  assertEquals([ended.stdout, ended.stderr, ended.code], ["end\n", "", 0]);
});

Deno.test("ESHUT-06 D-79 submitted work keeps the program alive, an idle executor does not", async () => {
  const ended = await run(`
    import { ProcessPoolExecutor } from "@lanes/lanes/futures";
    export async function sleepAndPrint(ms, text) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      console.log(text);
    }
    if (import.meta.main) {
      globalThis.executor = new ProcessPoolExecutor(2);
      globalThis.executor.submit(sleepAndPrint, 200, "apple");
    }`);
  assertEquals([ended.stdout, ended.stderr, ended.code], ["apple\n", "", 0]);
});

Deno.test("ESHUT-08 a future cancelled right before shutdown does not hang it", async () => {
  const executor = new ProcessPoolExecutor(1);
  const future = executor.submit(square, 1);
  future.cancel();
  await within(10_000, executor.shutdown());
  assertEquals(future.done(), true);
});

Deno.test("ESHUT-09 leaving an await using block waits for everything", async () => {
  const futures = [];
  {
    await using executor = new ProcessPoolExecutor(2);
    for (const n of [1, 2, 3]) futures.push(executor.submit(sleepThen, 20, n));
  }
  assertEquals(futures.map((future) => future.done()), [true, true, true]);
  assertEquals(await Promise.all(futures.map((future) => future.result())), [1, 2, 3]);
});

Deno.test("ESHUT-10 D-71 an executor that is dropped finishes its work, and the program ends", async () => {
  const ended = await run(
    `
    import { ProcessPoolExecutor } from "@lanes/lanes/futures";
    export async function late(x) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return x;
    }
    function submit() { return new ProcessPoolExecutor(1).submit(late, 5); }
    if (import.meta.main) {
      const future = submit();
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 10));
      globalThis.gc();
      console.log(await future.result());
    }`,
    { flags: ["-A", "--v8-flags=--expose-gc"] },
  );
  assertEquals([ended.stdout, ended.stderr, ended.code], ["5\n", "", 0]);
});

Deno.test("ESHUT-11 three blocking tasks start three workers; after shutdown all is over", async () => {
  const gate = words();
  const executor = new ProcessPoolExecutor(4);
  const futures = [1, 2, 3].map((n) => executor.submit(hold, gate, n));
  await until(() => Atomics.load(gate, 0) === 3);
  open(gate);
  await within(10_000, executor.shutdown());
  assert(futures.every((future) => future.done()));
});

Deno.test("ESHUT-12 D-71 one task a child, a failing task and shutdown without wait lose nothing", async () => {
  const executor = new ProcessPoolExecutor({ maxWorkers: 1, maxTasksPerChild: 1 });
  const futures = [1, 0, 2].map((n) => executor.submit(inverse, n));
  await within(3000, executor.shutdown({ wait: false }));
  assertEquals(await within(10_000, futures[0]!.result()), 1);
  assertEquals((await errorBy(() => futures[1]!.result())).message, "division by zero");
  assertEquals(await within(10_000, futures[2]!.result()), 0.5);
});
