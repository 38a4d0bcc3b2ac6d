import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { Pool, TimeoutError, TransportError, WorkerDiedError } from "@lanes/lanes";
import { collect, errorBy, thrownBy, within } from "../fixtures/harness.ts";
import { add, echo, prime, primedValue, square } from "../fixtures/tasks.ts";
import { exit, fail, failShop, ShopError } from "../fixtures/faults.ts";
import { osPid, spinAlone } from "../fixtures/isolated.ts";

const pool = new Pool({ processes: 2, isolation: "process" });
Deno.test.afterAll(() => pool.terminate());

Deno.test("a pool with isolation process runs tasks in other processes", async () => {
  assert(await within(20_000, pool.apply(osPid)) !== Deno.pid);
  assertEquals(await within(20_000, pool.map(square, [1, 2, 3, 4, 5])), [1, 4, 9, 16, 25]);
  assertEquals(await within(20_000, pool.starmap(add, [[1, 2], [3, 4]])), [3, 7]);
  assertEquals(await within(20_000, collect(pool.imap(square, [1, 2, 3]))), [1, 4, 9]);
});

Deno.test("a pool with isolation process carries values and errors", async () => {
  const value = { map: new Map([[1, 2n]]), bytes: new Uint8Array([1, 2]), none: undefined };
  assertEquals(await within(20_000, pool.apply(echo<typeof value>, [value])), value);
  assertInstanceOf(await thrownBy(() => pool.apply(failShop, ["tea", 3])), ShopError);
  assertEquals((await errorBy(() => pool.apply(fail, ["boom"]))).message, "boom");
});

Deno.test("a pool with isolation process stops a busy task at its timeout and goes on", async () => {
  assertInstanceOf(await thrownBy(() => pool.apply(spinAlone, [], { timeout: 100 }), 8000), TimeoutError);
  assertEquals(await within(20_000, pool.apply(square, [6])), 36);
});

Deno.test("a pool with isolation process survives a worker that exits", async () => {
  const error = await thrownBy(() => pool.apply(exit, [5]));
  assertInstanceOf(error, WorkerDiedError);
  assertEquals(error.exitCode, 5);
  assertEquals(await within(20_000, pool.apply(square, [7])), 49);
});

Deno.test("a pool with isolation process refuses shared memory with a TransportError", async () => {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const error = await errorBy(() => pool.apply(echo, [{ table: words } as unknown]));
  assertInstanceOf(error, TransportError);
  assertMatch(error.message, /table/);
});

Deno.test("a pool with isolation process runs its initializer", async () => {
  await using primed = new Pool({ processes: 1, isolation: "process", initializer: prime, initargs: [[1, 2]] });
  assertEquals(await within(20_000, primed.apply(primedValue)), [1, 2]);
});
