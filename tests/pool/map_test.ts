import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { Pool } from "@lanes/lanes";
import { errorBy, open, thrownBy, until, within, words } from "../fixtures/harness.ts";
import { add, everything, hold, oddFails, record, square, squareLater, tokenSlowly } from "../fixtures/tasks.ts";
import { failBig } from "../fixtures/faults.ts";
import { markFailFirst } from "../fixtures/marks.ts";

const pool = new Pool(2);
const single = new Pool(1);
Deno.test.afterAll(() => Promise.all([pool.terminate(), single.terminate()]).then(() => {}));

const hundred = Array.from({ length: 100 }, (_, i) => i);
const squares = hundred.map((x) => x * x);

Deno.test("POOL-03 map() gives the results in input order", async () => {
  assertEquals(await within(10_000, pool.map(square, hundred)), squares);
  assertEquals(await within(10_000, pool.map(squareLater, hundred)), squares);
});

Deno.test("POOL-04 map() gives the same with every chunksize", async () => {
  for (const chunksize of [1, 3, 20, 100, 1000]) {
    assertEquals(await within(10_000, pool.map(square, hundred, { chunksize })), squares);
  }
});

Deno.test("map() takes Sets, generators, async generators, strings and typed arrays", async () => {
  function* counting(): Generator<number> {
    for (let i = 0; i < 5; i++) yield i;
  }
  async function* slowly(): AsyncGenerator<number> {
    for (let i = 0; i < 5; i++) {
      await Promise.resolve();
      yield i;
    }
  }
  const expected = [0, 1, 4, 9, 16];
  assertEquals(await within(10_000, pool.map(square, new Set([0, 1, 2, 3, 4]))), expected);
  assertEquals(await within(10_000, pool.map(square, counting())), expected);
  assertEquals(await within(10_000, pool.map(square, slowly())), expected);
  assertEquals(await within(10_000, pool.map((x: string) => x + "!", "abc")), ["a!", "b!", "c!"]);
  assertEquals(
    [...await within(10_000, pool.map(square, new Float64Array([0, 1, 2, 3, 4]) as Iterable<number>))],
    expected,
  );
});

/** Which items ran when the first of `n` fails: those of its own chunk did not (POOL-20), the others did (POOL-18). */
async function firstChunk(n: number, workers: number): Promise<number> {
  const marks = words(n);
  const own = new Pool(workers);
  const items = Array.from({ length: n }, (_, i): [Int32Array, number] => [marks, i]);
  const error = await errorBy(() => own.map(markFailFirst, items));
  assertEquals(error.message, "item 0");
  own.close();
  await within(10_000, own.join());
  const skipped = [...marks.keys()].filter((i) => Atomics.load(marks, i) === 0);
  assertEquals(skipped, Array.from({ length: skipped.length }, (_, i) => i + 1));
  return skipped.length + 1;
}

Deno.test("POOL-05 POOL-18 POOL-20 the default chunksize is ceil(n / (4 * workers)), chunks fail alone", async () => {
  assertEquals(await firstChunk(4, 1), 1);
  assertEquals(await firstChunk(5, 1), 2);
  assertEquals(await firstChunk(17, 1), 5);
  assertEquals(await firstChunk(17, 2), 3);
});

Deno.test("POOL-06 POOL-09 an error of the input is thrown as it is, not as a remote one", async () => {
  const error = new RangeError("input broke");
  function* broken(): Generator<number> {
    yield 1;
    throw error;
  }
  for (let round = 0; round < 2; round++) {
    assertStrictEquals(await thrownBy(() => pool.map(square, broken())), error);
    assertStrictEquals(await thrownBy(() => pool.mapAsync(square, broken()).get()), error);
    assertStrictEquals(await thrownBy(() => pool.starmap(add, broken() as unknown as [number, number][])), error);
  }
  assertEquals(error.cause, undefined);
});

Deno.test("POOL-07 POOL-08 an input with a length that throws when iterated fails the call, again and again", async () => {
  const items = {
    length: 1,
    [Symbol.iterator](): Iterator<number> {
      throw new SyntaxError("no iteration");
    },
  };
  for (let round = 0; round < 3; round++) {
    assertInstanceOf(await thrownBy(() => pool.map(square, items)), SyntaxError);
  }
  assertEquals(await within(10_000, pool.map(square, [2])), [4]);
});

Deno.test("POOL-10 map() over something that is not iterable is a TypeError", async () => {
  for (const items of [5, null, undefined, {}]) {
    assertInstanceOf(await thrownBy(() => pool.map(square, items as unknown as number[])), TypeError);
  }
});

Deno.test("POOL-11 an empty input gives nothing", async () => {
  assertEquals(await within(5000, pool.map(square, [])), []);
  assertEquals(await within(5000, pool.starmap(add, [])), []);
  assertEquals(await within(5000, pool.mapAsync(square, []).get()), []);
  for await (const _ of pool.imap(square, [])) assert(false);
  for await (const _ of pool.imapUnordered(square, [])) assert(false);
});

Deno.test("POOL-13 an empty mapAsync with a chunksize does not stall", async () => {
  assertEquals(await within(5000, pool.mapAsync(square, [], { chunksize: 1 }).get({ timeout: 4000 })), []);
});

Deno.test("POOL-14 D-10 a chunksize that is no positive integer is a RangeError", async () => {
  for (const chunksize of [0, -1, 1.5, NaN, Infinity]) {
    assertInstanceOf(await thrownBy(() => pool.map(square, [1, 2], { chunksize })), RangeError);
    assertInstanceOf(await thrownBy(() => pool.starmap(add, [[1, 2]], { chunksize })), RangeError);
    assertInstanceOf(await thrownBy(() => pool.mapAsync(square, [1], { chunksize }).get()), RangeError);
  }
});

Deno.test("POOL-15 starmap() spreads each list of arguments, with and without chunksize", async () => {
  const pairs = hundred.map((x): [number, number] => [x, 1000]);
  const sums = hundred.map((x) => x + 1000);
  assertEquals(await within(10_000, pool.starmap(add, pairs)), sums);
  assertEquals(await within(10_000, pool.starmap(add, pairs, { chunksize: 7 })), sums);
  assertEquals(await within(10_000, pool.starmap(everything, [[], [1], [1, 2]])), [[], [1], [1, 2]]);
});

Deno.test("POOL-16 starmap() with an element that is no list of arguments is a TypeError", async () => {
  assertInstanceOf(await thrownBy(() => pool.starmap(add, [5] as unknown as [number, number][])), TypeError);
});

Deno.test("POOL-17 mapAsync and starmapAsync give what map and starmap give", async () => {
  assertEquals(await within(10_000, pool.mapAsync(square, hundred).get()), squares);
  assertEquals(await within(10_000, pool.mapAsync(square, hundred)), squares);
  const pairs = hundred.map((x): [number, number] => [x, x]);
  assertEquals(await within(10_000, pool.starmapAsync(add, pairs).get()), hundred.map((x) => 2 * x));
});

Deno.test("POOL-18 after failures with megabyte-sized errors close() and join() do not deadlock", async () => {
  const own = new Pool(2);
  const error = await errorBy(() => own.map(failBig, [1_000_000, 1_000_000, 1_000_000], { chunksize: 1 }));
  assertEquals(error.message.length, 1_000_000);
  own.close();
  await within(10_000, own.join());
});

Deno.test("POOL-19 the first error rejects a map, and the pool lives on", async () => {
  const error = await errorBy(() => single.map(oddFails, [0, 1, 2, 3, 4, 5], { chunksize: 1 }));
  assertInstanceOf(error, RangeError);
  assertEquals(error.message, "odd 1");
  assertEquals(await within(10_000, single.map(oddFails, [2, 4])), [2, 4]);
});

Deno.test("POOL-21 tasks run in the order they were submitted", async () => {
  const log = words(32);
  const first = Array.from({ length: 8 }, (_, i): [Int32Array, number] => [log, i]);
  const second = Array.from({ length: 8 }, (_, i): [Int32Array, number] => [log, 100 + i]);
  await within(10_000, Promise.all([single.starmap(record, first), single.starmap(record, second)]));
  assertEquals([...log.slice(1, 17)], [0, 1, 2, 3, 4, 5, 6, 7, 100, 101, 102, 103, 104, 105, 106, 107]);
});

Deno.test("a map is spread over the workers", async () => {
  const seen = new Set(await within(10_000, pool.map(tokenSlowly, hundred.slice(0, 12), { chunksize: 1 })));
  assertEquals(seen.size, 2);
});

Deno.test("a map does not hold up other jobs for ever, and two maps run side by side", async () => {
  const gate = words();
  const held = pool.apply(hold, [gate, "held"]);
  await until(() => Atomics.load(gate, 0) === 1);
  const [a, b] = await within(10_000, Promise.all([pool.map(square, [1, 2, 3]), pool.map(square, [4, 5])]));
  assertEquals([a, b], [[1, 4, 9], [16, 25]]);
  Atomics.store(gate, 1, 1);
  Atomics.notify(gate, 1);
  assertEquals(await within(10_000, held), "held");
});

Deno.test("a task does not wait behind a busy worker while another one is free", async () => {
  const long = words(), short = words();
  const held = [pool.apply(hold, [long, "long"]), pool.apply(hold, [short, "short"])];
  await until(() => Atomics.load(long, 0) + Atomics.load(short, 0) === 2);
  const queued = [1, 2, 3, 4, 5].map((n) => pool.apply(square, [n]));
  const mapped = pool.map(square, [6, 7, 8], { chunksize: 1 });
  open(short);
  assertEquals(await within(10_000, Promise.all(queued)), [1, 4, 9, 16, 25]);
  assertEquals(await within(10_000, mapped), [36, 49, 64]);
  open(long);
  assertEquals(await within(10_000, Promise.all(held)), ["long", "short"]);
});

Deno.test("numbers cross in bulk exactly, at every length", async () => {
  for (const n of [1, 2, 7, 64, 1025]) {
    const items = Array.from({ length: n }, (_, i) => (i % 3 === 0 ? -i : i / 7));
    assertEquals(await within(10_000, pool.map(square, items)), items.map((x) => x * x));
  }
  const odd = [NaN, Infinity, -Infinity, -0, 2 ** 53, Number.MIN_VALUE];
  assertEquals(await within(10_000, pool.map((x: number) => x, odd)), odd);
});
