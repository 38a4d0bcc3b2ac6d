/** Large arguments and results are in shared memory on their way: none of it may be left behind, or freed too early. */
import { assertEquals } from "@std/assert";
import { Pool } from "@lanes/lanes";
import { encode } from "../../lib/channel/codec.ts";
import { stats } from "../../lib/memory/arena.ts";
import { errorBy, until, within } from "../fixtures/harness.ts";
import { outcomeOf } from "../fixtures/outcome.ts";
import { die, doubled, lengthOf, text, withFunction } from "../fixtures/large_tasks.ts";

const MIB = 2 ** 20;
const HANG = 20_000;
const bytes = new Uint8Array(4 * MIB);

/** Does something with a pool that runs already, and waits until as much is in use as before. */
async function leavesNothing(work: (pool: Pool) => unknown, options: { retries?: number } = {}): Promise<void> {
  await using pool = new Pool({ processes: 1, ...options });
  await pool.apply(lengthOf, [bytes]);
  const before = stats().used;
  await within(HANG, Promise.resolve(work(pool)));
  // A killed worker's memory is freed a moment after its death; a new one may have taken its place.
  await within(HANG, until(() => stats().used < before + MIB));
}

Deno.test("a large argument and its result come whole and leave no shared memory behind", () =>
  leavesNothing(async (pool) => {
    const xs = Float64Array.from({ length: 200_000 }, (_, i) => i);
    const results = await Promise.all([1, 2, 3].map(() => pool.apply(doubled, [xs])));
    for (const result of results) assertEquals(result, xs.map((x) => x * 2));
  }));

Deno.test("large arguments of tasks that fail, are tried again or are cancelled leave none behind", () =>
  leavesNothing(async (pool) => {
    assertEquals((await errorBy(() => pool.apply(die, [bytes]))).name, "WorkerDiedError");
    const controller = new AbortController();
    const tasks = [1, 2, 3, 4].map(() => outcomeOf(pool.apply(lengthOf, [bytes], { signal: controller.signal })));
    controller.abort();
    for (const outcome of await Promise.all(tasks)) assertEquals(/^AbortError|^value/.test(outcome), true, outcome);
  }, { retries: 1 }));

Deno.test("large arguments of calls that are refused leave none behind", () =>
  leavesNothing(async (pool) => {
    const signal = AbortSignal.abort();
    assertEquals((await errorBy(() => pool.apply(lengthOf, [bytes], { signal }))).name, "AbortError");
    const items = [bytes, bytes, () => 1] as never[];
    const refused = await errorBy(() => pool.map(lengthOf, items, { chunksize: 1 }));
    assertEquals(refused.name, "TransportError");
    assertEquals((await errorBy(() => pool.apply(lengthOf, [[bytes, () => 1]]))).name, "TransportError");
    assertEquals((await errorBy(() => pool.apply(withFunction, [4 * MIB]))).name, "TransportError");
  }));

Deno.test("a pool that is terminated with large arguments on their way leaves none behind", async () => {
  const before = stats().used;
  const pool = new Pool(1);
  const tasks = [1, 2, 3, 4].map(() => outcomeOf(pool.apply(lengthOf, [bytes])));
  await pool.terminate();
  for (const outcome of await Promise.all(tasks)) assertEquals(/^PoolTerminatedError/.test(outcome), true, outcome);
  await within(HANG, until(() => stats().used < before + MIB));
});

Deno.test("a large result that has to wait for room comes whole", async () => {
  await using pool = new Pool(1);
  for (let i = 0; i < 1024; i++) await pool.apply(text, [1]);
  // The ring of answers is filled to the byte; the owner reads nothing while it is busy.
  const lengths = [65_499, 65_499, 65_499, 16_347, 49_115, 500_000, 10];
  const results = lengths.map((length) => pool.apply(text, [length]));
  const start = performance.now();
  while (performance.now() - start < 300);
  assertEquals((await within(HANG, Promise.all(results))).map((result) => result.length), lengths);
});

Deno.test("what is transferred, or is shared memory already, takes no other", () =>
  leavesNothing(async (pool) => {
    const { capacity } = stats();
    const shared = new Uint8Array(new SharedArrayBuffer(64 * MIB));
    assertEquals(await pool.apply(lengthOf, [shared]), 64 * MIB);
    const moved = new Uint8Array(64 * MIB);
    assertEquals(await pool.apply(lengthOf, [moved], { transfer: [moved.buffer] }), 64 * MIB);
    assertEquals(stats().capacity, capacity);
  }));

Deno.test("encode() keeps a block only for what is large in one piece", () => {
  const large = encode(new Uint8Array(MIB), { blocks: true });
  assertEquals(large.block?.open, true);
  large.block!.close();
  // It asks for more room than it turns out to need, and fits a record.
  assertEquals(encode("é" + "x".repeat(60_000), { blocks: true }).block ?? null, null);
  const before = stats().capacity;
  const steps = encode(Array.from({ length: 40 }, () => "x".repeat(MIB)), { blocks: true });
  assertEquals(steps.block ?? null, null);
  assertEquals(stats().capacity - before < 4 * MIB, true);
});
