import { assert, assertEquals, assertRejects } from "@std/assert";
import { TransportError } from "../../lib/base/errors.ts";
import { carry } from "../../lib/task/task.ts";
import { Lock, Pool, SharedArray } from "../../mod.ts";

Deno.test("captured shared objects arrive as live objects, at any depth, and stay the same object", async () => {
  using array = new SharedArray("f64", 4);
  const lock = new Lock();
  const nest = { deep: [array, lock], map: new Map([["lock", lock]]) };
  const fn = (x: number): boolean => {
    using _guard = nest.map.get("lock")!.acquireSync();
    array.data[x] = x + 1;
    return nest.deep[0] === array && nest.deep[1] === lock;
  };
  await using pool = new Pool(2);
  // Each of these calls gives the workers handles of their own; the object outlives them all.
  for (let round = 0; round < 3; round++) {
    assertEquals(await pool.map(fn, [0, 1, 2, 3]), [true, true, true, true]);
  }
  assertEquals([...array.data], [1, 2, 3, 4]);
});

Deno.test("captured shared objects that may not travel are named", async () => {
  using array = new SharedArray("f64", 4);
  const inner = { array };
  const buffer = new SharedArrayBuffer(8);
  const cases: [() => unknown, string][] = [
    [() => array, "captured variable 'array': "],
    [() => inner, "captured variable 'inner' → field 'array': "],
    [() => buffer, "captured variable 'buffer': "],
  ];
  for (const [fn, place] of cases) {
    const error = await assertRejects(async () => await carry(fn, { what: "func", shared: false }), TransportError);
    assert(error.message.startsWith(`Cannot send ${place}`), error.message);
    assertEquals((await carry(fn, { what: "func" })).kind, "closure");
  }
});
