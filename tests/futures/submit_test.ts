import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { cpuCount, TransportError } from "@lanes/lanes";
import { type Future, ProcessPoolExecutor } from "@lanes/lanes/futures";
import { open, pause, thrownBy, until, within, words } from "../fixtures/harness.ts";
import { add, everything, hold, square, squareLater, token } from "../fixtures/tasks.ts";

const executor = new ProcessPoolExecutor(2);
Deno.test.afterAll(() => executor.shutdown());

Deno.test("EXEC-01 submit() gives a future of the function's value", async () => {
  assertEquals(await within(10_000, executor.submit(add, 2, 8).result()), 10);
  assertEquals(await within(10_000, executor.submit(squareLater, 8).result()), 64);
  const typed: Future<number> = executor.submit(square, 3);
  assertEquals(await within(10_000, typed.result()), 9);
});

Deno.test("EXEC-01 arguments are copies", async () => {
  const list = [1, { a: new Map([[1, 2]]) }];
  const [back] = await within(10_000, executor.submit(everything, list).result()) as [typeof list];
  assertEquals(back, list);
  assert(back !== list);
});

Deno.test("EXEC-02 submit() without a function is a TypeError", async () => {
  for (const fn of [undefined, null, 5, "square"]) {
    const error = await thrownBy(() => executor.submit(fn as unknown as () => void).result());
    assertInstanceOf(error, TypeError);
  }
});

Deno.test("EXEC-03 EINIT-04 EINIT-06 wrong options are refused at construction", () => {
  assertThrows(() => new ProcessPoolExecutor(0), RangeError);
  assertThrows(() => new ProcessPoolExecutor(-1), RangeError);
  assertThrows(() => new ProcessPoolExecutor({ maxWorkers: 0 }), RangeError);
  const wrong: Record<string, unknown>[] = [
    { maxWorkers: "2" },
    { maxWorkers: 1.5 },
    { initializer: 5 },
    { maxTasksPerChild: 0 },
    { maxTasksPerChild: "3" },
    { maxTasksPerChild: 1.5 },
  ];
  for (const options of wrong) {
    const error = assertThrows(() => new ProcessPoolExecutor(options));
    assert(error instanceof TypeError || error instanceof RangeError, Deno.inspect(options));
  }
});

Deno.test("EXEC-06 by default there are cpuCount() workers", async () => {
  const gate = words();
  const own = new ProcessPoolExecutor();
  const futures = Array.from({ length: cpuCount() + 2 }, () => own.submit(hold, gate, 1));
  await until(() => Atomics.load(gate, 0) === cpuCount(), 30_000);
  await pause(60);
  assertEquals(Atomics.load(gate, 0), cpuCount());
  open(gate);
  await within(20_000, Promise.all(futures.map((future) => future.result())));
  await within(10_000, own.shutdown());
});

Deno.test("EXEC-08 blocking tasks occupy exactly maxWorkers workers, all complete when released", async () => {
  const gate = words();
  const futures = Array.from({ length: 15 }, (_, i) => executor.submit(hold, gate, i));
  await until(() => Atomics.load(gate, 0) === 2);
  await pause(40);
  assertEquals(Atomics.load(gate, 0), 2);
  open(gate);
  const results = await within(15_000, Promise.all(futures.map((future) => future.result())));
  assertEquals(results, [...Array(15).keys()]);
});

Deno.test("EXEC-09 D-82 idle workers are reused: tasks one after another need one worker", async () => {
  const own = new ProcessPoolExecutor(3);
  const seen = new Set<string>();
  for (let i = 0; i < 4; i++) seen.add(await within(10_000, own.submit(token).result()));
  assertEquals(seen.size, 1);
  await within(10_000, own.shutdown());
});

Deno.test("EXEC-11 an argument that cannot travel fails its future only", async () => {
  const error = await thrownBy(() => executor.submit(everything, { field: () => 1 }).result());
  assertInstanceOf(error, TransportError);
  assertEquals(await within(10_000, executor.submit(square, 6).result()), 36);
});

Deno.test("EXEC-14 D-75 a task is cancellable until a worker takes it", async () => {
  const gate = words();
  const futures = Array.from({ length: 6 }, (_, i) => executor.submit(hold, gate, i));
  await until(() => Atomics.load(gate, 0) === 2);
  assertEquals(futures.map((future) => future.running()), [true, true, false, false, false, false]);
  assertEquals(futures.map((future) => future.cancel()), [false, false, true, true, true, true]);
  open(gate);
  assertEquals(await within(10_000, Promise.all(futures.slice(0, 2).map((future) => future.result()))), [0, 1]);
  assertEquals(Atomics.load(gate, 0), 2);
});

Deno.test("closures can be submitted", async () => {
  const offset = 5;
  assertEquals(await within(10_000, executor.submit((x: number) => x + offset, 1).result()), 6);
});

Deno.test("EBROK-12 submitting many jobs while the workers are busy never blocks", async () => {
  const gate = words();
  const held = [executor.submit(hold, gate, 0), executor.submit(hold, gate, 0)];
  await until(() => Atomics.load(gate, 0) === 2);
  const futures = Array.from({ length: 500 }, (_, i) => executor.submit(square, i));
  open(gate);
  assertEquals(
    await within(20_000, Promise.all(futures.map((future) => future.result()))),
    Array.from({ length: 500 }, (_, i) => i * i),
  );
  await Promise.all(held.map((future) => future.result()));
});
