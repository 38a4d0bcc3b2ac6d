import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { Pool, TransportError } from "@lanes/lanes";
import { errorBy, thrownBy, within, words } from "../fixtures/harness.ts";
import * as tasks from "../fixtures/tasks.ts";

const pool = new Pool(2);
Deno.test.afterAll(() => pool.terminate());

Deno.test("POOL-01 apply() gives the function's result", async () => {
  assertEquals(await within(10_000, pool.apply(tasks.square, [5])), 25);
  assertEquals(await within(10_000, pool.apply(tasks.add, [5, 6])), 11);
  assertEquals(await within(10_000, pool.apply(tasks.everything)), []);
});

Deno.test("POOL-01 keyword arguments reach the function as a trailing object", async () => {
  assertEquals(await within(10_000, pool.apply(tasks.withOptions, [5, { factor: 4 }])), 20);
  assertEquals(await within(10_000, pool.apply(tasks.withOptions, [5])), 5);
});

Deno.test("POOL-02 apply() runs the function once, in one worker", async () => {
  const counter = words();
  assertEquals(await within(10_000, pool.apply(tasks.bump, [counter])), 1);
  assertEquals(Atomics.load(counter, 0), 1);
});

Deno.test("apply() awaits the promise an async function returns", async () => {
  assertEquals(await within(10_000, pool.apply(tasks.squareLater, [7])), 49);
  const value: number = await pool.apply(tasks.squareLater, [2]);
  assertEquals(value, 4);
});

Deno.test("apply() copies arguments and results", async () => {
  const list = [1];
  const back = await within(10_000, pool.apply(tasks.appendTo, [list]));
  assertEquals([list, back], [[1], [1, 99]]);
});

Deno.test("apply() shares what is shared: a view of a SharedArrayBuffer", async () => {
  const counter = words();
  await within(10_000, Promise.all([1, 2, 3, 4, 5, 6].map(() => pool.apply(tasks.bump, [counter]))));
  assertEquals(Atomics.load(counter, 0), 6);
});

Deno.test("apply() carries every kind of value structured clone carries", async () => {
  const cycle: { self?: unknown; n: number } = { n: 1 };
  cycle.self = cycle;
  const values: unknown[] = [
    undefined,
    null,
    true,
    -0,
    NaN,
    Infinity,
    10n ** 30n,
    "ü\u0000\ud83d\ude00",
    new Date(86_400_000),
    /a(b)+/giu,
    new Map<unknown, unknown>([[{ k: 1 }, [1, new Set([2])]]]),
    new Uint8Array([1, 2, 3]),
    new BigInt64Array([-5n]),
    new Uint16Array([7, 8, 9]).subarray(1),
    new ArrayBuffer(3),
    [1, , 3],
  ];
  assertEquals(await within(10_000, pool.apply(tasks.everything, values)), values);
  const back = await within(10_000, pool.apply(tasks.echo<typeof cycle>, [cycle]));
  assert(back.self === back && back.n === 1 && back !== cycle);
});

Deno.test("apply() carries blobs and files, which only the runtime can copy", async () => {
  const file = new File(["con", "tent"], "name.txt", { type: "text/plain", lastModified: 5 });
  const [blob, back] = await within(10_000, pool.apply(tasks.everything, [new Blob(["x"]), file])) as [Blob, File];
  assertEquals(await blob.text(), "x");
  assertEquals([await back.text(), back.name, back.type, back.lastModified], ["content", "name.txt", "text/plain", 5]);
});

Deno.test("POOL-22 an argument that cannot travel is a TransportError with the runtime's error as cause", async () => {
  for (const bad of [() => 1, Symbol("s"), new WeakMap(), Promise.resolve(1)]) {
    const error = await errorBy(() => pool.apply(tasks.everything, [1, { field: { inner: bad } }]));
    // A function is a value that cannot travel as data; it may be carried as a function, though.
    if (typeof bad === "function") assertInstanceOf(error, TransportError);
    assertInstanceOf(error, TransportError);
    assert(/field/.test(error.message) && /inner/.test(error.message), error.message);
  }
  assertEquals(await within(10_000, pool.apply(tasks.square, [3])), 9);
});

Deno.test("what structured clone would silently empty is a TransportError", async () => {
  const controller = new AbortController();
  for (const bad of [new URL("http://localhost/"), new Headers(), controller.signal]) {
    assertInstanceOf(await thrownBy(() => pool.apply(tasks.echo, [bad as unknown])), TransportError);
  }
});

Deno.test("POOL-25 a func that is no function is a TypeError", async () => {
  for (const func of [5, "square", null, undefined, {}]) {
    assertInstanceOf(await thrownBy(() => pool.apply(func as unknown as () => void)), TypeError);
    assertInstanceOf(await thrownBy(() => pool.map(func as unknown as () => void, [1])), TypeError);
  }
});

Deno.test("POOL-25 missing arguments are undefined, and the worker's TypeError arrives", async () => {
  const read = tasks.echo as (value: { deep: { x: number } }) => unknown;
  assertEquals(await within(10_000, pool.apply(read as () => unknown)), undefined);
  await assertRejects(() => pool.apply(tasks.record as unknown as (log: null) => number, [null]), TypeError);
});

Deno.test("PLIFE-24 a pool as argument is a TransportError", async () => {
  assertInstanceOf(await thrownBy(() => pool.apply(tasks.echo, [pool as unknown])), TransportError);
});

Deno.test("transfer moves a buffer instead of copying it", async () => {
  const bytes = new Uint8Array(100_000).fill(7);
  const back = await within(
    10_000,
    pool.apply(tasks.echo<Uint8Array<ArrayBuffer>>, [bytes], { transfer: [bytes.buffer] }),
  );
  assertEquals([back.length, back[99_999]], [100_000, 7]);
  assertEquals(bytes.byteLength, 0);
});

Deno.test("many tasks at once all come back to their own callers", async () => {
  const jobs = Array.from({ length: 2000 }, (_, i) => pool.apply(tasks.square, [i]));
  const results = await within(20_000, Promise.all(jobs));
  assertEquals(results, Array.from({ length: 2000 }, (_, i) => i * i));
});

Deno.test("large values travel whole", async () => {
  const value = { text: "€".repeat(500_000), bytes: new Uint8Array(4_000_000).fill(3) };
  const back = await within(15_000, pool.apply(tasks.echo<typeof value>, [value]));
  assertEquals([back.text.length, back.bytes.length], [500_000, 4_000_000]);
  assert(back.text === value.text && back.bytes.every((each) => each === 3));
});
