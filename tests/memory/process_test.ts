import { assert, assertEquals, assertThrows } from "@std/assert";
import { ShareableList, SharedArray, SharedMemory, SharedValue } from "../../lib/manager/mod.ts";
import { generationOf, referencesOf } from "../../lib/memory/arena.ts";
import { Process } from "../../lib/worker/mod.ts";
import * as there from "../fixtures/memory.ts";

/** What `target` returned in a process of its own, which has ended. */
async function inChild<A extends readonly unknown[], R>(target: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
  const process = new Process({ target: target as (...args: A) => Promise<Awaited<R>>, args });
  process.start();
  await process.join();
  return await process.result;
}

/** Runs `target` in `count` processes at once. */
async function inChildren<A extends readonly unknown[]>(count: number, target: (...args: A) => unknown, ...args: A) {
  await Promise.all(Array.from({ length: count }, () => inChild(target, ...args)));
}

async function until(condition: () => boolean): Promise<boolean> {
  for (const end = performance.now() + 5000; performance.now() < end;) {
    if (condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

Deno.test("VALUE-01 a SharedValue that a child has set is read by the parent", async () => {
  const values = [
    new SharedValue("i", 4343),
    new SharedValue("d", 3.625),
    new SharedValue("h", -232),
    new SharedValue("q", 2n ** 33n),
    new SharedValue("c", 120),
  ];
  const after = [24234, -4.25, 234, 2n ** 34n, 121];
  await inChild(there.setValues, values as unknown as SharedValue[], after);
  assertEquals<unknown>(values.map((value) => value.value), after);
});

Deno.test("VALUE-06 SharedValue under its lock counts exactly, blocking or not", async () => {
  using value = new SharedValue("i32");
  await inChildren(2, there.countLocked, value, 1000);
  assertEquals(value.value, 2000);
  await inChildren(2, there.countLockedSync, value, 20_000);
  assertEquals(value.value, 42_000);
});

Deno.test("D-35 SharedValue.add() and compareExchange() lose no update of another process", async () => {
  const values = (["i8", "u16", "i32", "u32", "i64", "f32", "f64"] as const).map((dtype) => new SharedValue(dtype));
  await inChildren(2, there.countAtomically, values as unknown as SharedValue[], 20_000);
  assertEquals<unknown>(values.map((value) => value.value), [
    40_000 << 24 >> 24,
    40_000,
    40_000,
    40_000,
    40_000n,
    40_000,
    40_000,
  ]);
  using value = new SharedValue("f64");
  await inChildren(2, there.countByExchange, value, 20_000);
  assertEquals(value.value, 40_000);
});

Deno.test("ARRAY-02 a SharedArray that a child has changed in place is read by the parent", async () => {
  using xs = new SharedArray("f64", Array.from({ length: 100 }, (_, i) => i));
  await inChild(there.prefixSums, xs);
  assertEquals(xs.at(-1), 4950);
});

Deno.test("ARRAY-09 doubling in a child works for values, arrays and strings", async () => {
  for (const lock of [true, false]) {
    const values = [
      new SharedValue("i", 7, { lock }),
      new SharedValue("d", 1 / 3, { lock }),
      new SharedValue("q", 2n ** 33n, { lock }),
    ];
    using xs = new SharedArray("f64", Array.from({ length: 10 }, (_, i) => i), { lock });
    using text = new SharedArray("u8", 20, { lock });
    text.value = new TextEncoder().encode("hello");
    await inChild(there.double, values as unknown as SharedValue<"i32">[], xs, text);
    assertEquals<unknown>(values.map((value) => value.value), [14, 2 / 3, 2n ** 34n]);
    assertEquals([...xs], Array.from({ length: 10 }, (_, i) => 2 * i));
    assertEquals(new TextDecoder().decode(text.value), "hellohello");
  }
});

Deno.test("SharedArray() travels by closure, and nested in a result", async () => {
  using xs = new SharedArray("f64", [1, 2, 3]);
  const process = new Process({ target: () => ({ deep: [xs.subarray(1)], sum: xs.data.reduce((a, b) => a + b) }) });
  process.start();
  const { deep, sum } = await process.result;
  assertEquals([sum, ...deep[0]!], [6, 2, 3]);
  deep[0]!.fill(9);
  assertEquals([...xs], [1, 9, 9]);
});

Deno.test("SharedArray() made by a child lives on after it, and is freed with the last who holds it", async () => {
  const xs = await inChild(there.makeArray);
  assertEquals([...xs], [1, 2, 3]);
  assert(await until(() => referencesOf(xs.byteOffset) === 1));
  const { byteOffset } = xs;
  xs[Symbol.dispose]();
  assertEquals(generationOf(byteOffset), 0);
});

Deno.test("SharedArray's disposal in a child gives up its copy only", async () => {
  using xs = new SharedArray("f64", 5);
  assertEquals(await inChild(there.disposeCopy, xs), 5);
  xs.data[0] = 1;
  assert(await until(() => referencesOf(xs.byteOffset) === 1));
});

Deno.test("what a killed child held of a SharedArray is given up", async () => {
  using xs = new SharedArray("f64", 5);
  using ready = new SharedValue("i32");
  const process = new Process({ target: there.holdArray, args: [xs, ready] });
  process.start();
  assert(await until(() => ready.value === 5));
  assertEquals(referencesOf(xs.byteOffset), 2);
  process.kill();
  await process.join();
  assert(await until(() => referencesOf(xs.byteOffset) === 1));
});

Deno.test("memory that a child has added is read by the parent, and the other way round", async () => {
  using theirs = await inChild(there.growMemory, 80 << 20);
  assertEquals(theirs.data[theirs.length - 1], 5);
  using mine = new SharedArray("f64", 12 << 20);
  mine.fill(1);
  await inChild(there.prefixSums, mine.subarray(-1000));
  assertEquals(mine.at(-1), 1000);
});

Deno.test("SHM-14 a child writes by name or through a passed object", async () => {
  using memory = new SharedMemory({ create: true, size: 10 });
  await inChild(there.writeByName, memory.name);
  await inChild(there.writeTo, memory);
  assertEquals([...memory.buf], [1, 2, 3, 4, 5, 6, 0, 0, 0, 0]);
  memory.unlink();
});

Deno.test("SHM-16 D-43 a name goes with the process that made it, whether that ends or is killed", async () => {
  await inChild(there.makeNamed, "ended");
  assertThrows(() => new SharedMemory({ name: "ended" }), Deno.errors.NotFound);
  const process = new Process({ target: there.makeNamedAndStay, args: ["killed"] });
  process.start();
  assert(
    await until(() => {
      try {
        new SharedMemory({ name: "killed" }).close();
        return true;
      } catch {
        return false;
      }
    }),
  );
  process.kill();
  await process.join();
  assertThrows(() => new SharedMemory({ name: "killed" }), Deno.errors.NotFound);
});

Deno.test("SHL-11 a ShareableList is live in a child, passed or attached by name", async () => {
  const list = new ShareableList(["howdy", 1, null]);
  const seen = await inChild(there.changeList, list);
  assertEquals(seen, ["changed", 1, null, "changed", 1, null]);
  assertEquals(list.at(0), "changed");
  list.shm.unlink();
});

Deno.test("a SharedArray that nobody refers to is freed when it is collected, but not while a view of it lives", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--v8-flags=--expose-gc", new URL("../fixtures/collected.ts", import.meta.url).pathname],
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals(new TextDecoder().decode(stdout).trim(), "kept freed");
  assertEquals(code, 0);
});
