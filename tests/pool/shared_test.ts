import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Event, Lock, Pool, Process, SharedArray, SharedValue } from "@lanes/lanes";
import { within } from "../fixtures/harness.ts";
import { echo } from "../fixtures/tasks.ts";
import { addLocked, describe, setAll } from "../fixtures/shared.ts";

const pool = new Pool(2);
Deno.test.afterAll(() => pool.terminate());

Deno.test("shared objects can be arguments: they arrive alive, of the same class", async () => {
  using value = new SharedValue("i32", 5);
  using array = new SharedArray("f64", [1, 2, 3]);
  const event = new Event(), lock = new Lock();
  const names = await within(10_000, pool.apply(describe, [[value, array, event, lock]]));
  assertEquals(names, ["SharedValue", "SharedArray", "Event", "Lock"]);
  assertEquals(await within(10_000, pool.apply(setAll, [{ deep: new Map([["x", new Set([event])]]) }])), 1);
  assertEquals(event.isSet(), true);
});

Deno.test("shared objects come back as the same shared memory", async () => {
  using array = new SharedArray("i32", [1, 2, 3]);
  const back = await within(10_000, pool.apply(echo<SharedArray<"i32">>, [array]));
  assertInstanceOf(back, SharedArray);
  back.data[1] = 20;
  assertEquals([...array.data], [1, 20, 3]);
});

Deno.test("shared objects can be captured by closures", async () => {
  using value = new SharedValue("i32", 0);
  const lock = new Lock();
  await within(
    10_000,
    pool.map((n: number) => {
      const guard = lock.acquireSync();
      try {
        value.value += n;
      } finally {
        guard![Symbol.dispose]();
      }
    }, [1, 2, 3, 4]),
  );
  assertEquals(value.value, 10);
});

Deno.test("many increments under one lock lose none", async () => {
  using value = new SharedValue("i32", 0);
  const lock = new Lock();
  const items = Array.from({ length: 8 }, (): [Lock, SharedValue<"i32">, number] => [lock, value, 500]);
  await within(20_000, pool.starmap(addLocked, items, { chunksize: 1 }));
  assertEquals(value.value, 4000);
});

Deno.test("initargs may hold shared objects", async () => {
  using value = new SharedValue("i32", 0);
  const own = new Pool({ processes: 1, initializer: (shared: SharedValue<"i32">) => shared.add(7), initargs: [value] });
  await within(10_000, own.apply(echo, [1]));
  await within(10_000, own.terminate());
  assertEquals(value.value, 7);
});

Deno.test("a process's arguments and captured values may be shared objects", async () => {
  using value = new SharedValue("f64", 0.5);
  const event = new Event();
  const process = new Process({
    target: (shared: SharedValue<"f64">) => {
      shared.value = 2.5;
      event.set();
    },
    args: [value],
  });
  process.start();
  assert(await within(10_000, event.wait()));
  await within(10_000, process.join());
  assertEquals([value.value, process.exitCode], [2.5, 0]);
});
