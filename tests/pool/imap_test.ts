import { assert, assertEquals, assertInstanceOf, assertLess, assertStrictEquals, assertThrows } from "@std/assert";
import { Pool, TimeoutError, type WaitOptions } from "@lanes/lanes";
import { collect, digest, open, outcomes, pause, thrownBy, until, within, words } from "../fixtures/harness.ts";
import { hold, oddFails, sleepThen, square } from "../fixtures/tasks.ts";
import { exit } from "../fixtures/faults.ts";

const pool = new Pool(2);
Deno.test.afterAll(() => pool.terminate());

const ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const squares = ten.map((x) => x * x);

function* failingAt(n: number): Generator<number> {
  for (let i = 0; i < n; i++) yield i;
  throw new SyntaxError(`input broke at ${n}`);
}

function byNumber(a: unknown, b: unknown): number {
  return Number(a) - Number(b);
}

Deno.test("IMAP-01 imap() yields the results in order, then ends, each further time too", async () => {
  const iterator = pool.imap(square, ten);
  assertEquals(await digest(iterator), squares);
  assertEquals((await iterator.next()).done, true);
  assertEquals((await iterator.next()).done, true);
});

Deno.test("IMAP-02 imap() yields the same single items with every chunksize", async () => {
  const items = Array.from({ length: 300 }, (_, i) => i);
  for (const chunksize of [1, 7, 100, 1000]) {
    const seen = await within(15_000, collect(pool.imap(square, items, { chunksize })));
    assertEquals(seen, items.map((x) => x * x));
  }
});

Deno.test("IMAP-03 imapUnordered() yields each result exactly once, with and without chunksize", async () => {
  for (const options of [{}, { chunksize: 3 }]) {
    const seen = await within(15_000, collect(pool.imapUnordered(square, ten, options)));
    assertEquals(seen.sort(byNumber), squares);
  }
});

Deno.test("imapUnordered() yields in the order of completion", async () => {
  const gate = words();
  const iterator = pool.imapUnordered(
    ([delay, value]: [Int32Array | null, number]) => {
      if (delay) Atomics.wait(delay, 1, 0, 20_000);
      return value;
    },
    [[gate, 1], [null, 2]],
  );
  assertEquals((await within(10_000, iterator.next())).value, 2);
  open(gate);
  assertEquals((await within(10_000, iterator.next())).value, 1);
  assertEquals((await within(10_000, iterator.next())).done, true);
});

for (const chunksize of [1, 2, 4]) {
  Deno.test(`IMAP-04 IMAP-06 with chunksize ${chunksize} an input failing after 7 items gives 7 results, then its error`, async () => {
    const list = await outcomes(pool.imap(square, failingAt(7), { chunksize }));
    assertEquals(list.slice(0, 7), squares.slice(0, 7).map((value) => ({ value })));
    assertEquals(list.length, 8);
    const last = list[7]!;
    assert("error" in last && last.error instanceof SyntaxError);
  });
}

Deno.test("IMAP-05 an input failing on its very first item rejects the first next(), again and again", async () => {
  for (let round = 0; round < 2; round++) {
    for (const iterator of [pool.imap(square, failingAt(0)), pool.imapUnordered(square, failingAt(0))]) {
      assertInstanceOf(await thrownBy(() => iterator.next()), SyntaxError);
      assertEquals((await within(5000, iterator.next())).done, true);
    }
  }
});

Deno.test("the error of an input is the input's own object", async () => {
  const error = new RangeError("mine");
  function* broken(): Generator<number> {
    yield 1;
    throw error;
  }
  const list = await outcomes(pool.imap(square, broken()));
  assertEquals(list[0], { value: 1 });
  assert("error" in list[1]!);
  assertStrictEquals(list[1].error, error);
});

Deno.test("IMAP-07 imapUnordered() with a failing input gives its error exactly once", async () => {
  for (const chunksize of [1, 3]) {
    const list = await outcomes(pool.imapUnordered(square, failingAt(7), { chunksize }));
    const values = list.flatMap((each) => "value" in each ? [each.value] : []);
    assertEquals(list.length - values.length, 1);
    assertEquals(values.sort(byNumber), squares.slice(0, 7));
  }
});

for (const chunksize of [1, 2, 3, 5, 100]) {
  Deno.test(`IMAP-08 IMAP-09 D-11 with chunksize ${chunksize} each failing item fails alone, at its position`, async () => {
    const expected = ten.map((x) => x % 2 ? `! odd ${x}` : x);
    assertEquals(await digest(pool.imap(oddFails, ten, { chunksize })), expected);
    const unordered = await digest(pool.imapUnordered(oddFails, ten, { chunksize }));
    assertEquals(unordered.map(String).sort(), expected.map(String).sort());
  });
}

Deno.test("IMAP-08 the errors keep their class", async () => {
  const list = await outcomes(pool.imap(oddFails, [1, 3], { chunksize: 2 }));
  for (const each of list) assert("error" in each && each.error instanceof RangeError);
});

for (const chunksize of [1, 2]) {
  Deno.test(`IMAP-10 next({ timeout }) with chunksize ${chunksize} gives a TimeoutError and loses no item`, async () => {
    const gate = words();
    const items: [Int32Array | null, number][] = [[gate, 1], [null, 2], [null, 3]];
    const iterator = pool.imap(
      ([wait, value]: [Int32Array | null, number]) => {
        if (wait) Atomics.wait(wait, 1, 0, 20_000);
        return value;
      },
      items,
      { chunksize },
    ) as unknown as { next(options?: WaitOptions): Promise<IteratorResult<number>> };
    assertInstanceOf(await thrownBy(() => iterator.next({ timeout: 15 }), 3000), TimeoutError);
    assertInstanceOf(await thrownBy(() => iterator.next({ timeout: 0 }), 3000), TimeoutError);
    open(gate);
    for (const value of [1, 2, 3]) {
      assertEquals(await within(10_000, iterator.next({ timeout: 9000 })), { done: false, value });
    }
    assertEquals((await within(5000, iterator.next())).done, true);
  });
}

Deno.test("IMAP-11 IMAP-12 imap's arguments are checked at the call", () => {
  for (const chunksize of [0, -1, 1.5, NaN]) {
    assertThrows(() => pool.imap(square, ten, { chunksize }), RangeError);
    assertThrows(() => pool.imapUnordered(square, ten, { chunksize }), RangeError);
  }
  assertThrows(() => pool.imap(square, 5 as unknown as number[]), TypeError);
  assertThrows(() => pool.imap("square" as unknown as typeof square, ten), TypeError);
});

for (const method of ["imap", "imapUnordered"] as const) {
  for (const chunksize of [1, 5]) {
    Deno.test(`IMAP-13 IMAP-14 D-12 ${method} with chunksize ${chunksize} pulls an endless input only a bounded distance ahead`, async () => {
      let pulled = 0, closed = false;
      function* endless(): Generator<number> {
        try {
          while (true) yield pulled++;
        } finally {
          closed = true;
        }
      }
      const iterator = pool[method](square, endless(), { chunksize });
      let taken = 0;
      for await (const value of { [Symbol.asyncIterator]: () => iterator }) {
        assert(Number.isInteger(Math.sqrt(value)));
        taken++;
        assertLess(pulled, taken + 40 * 2 * chunksize);
        if (taken === 1) {
          await pause(50);
          assertLess(pulled, taken + 40 * 2 * chunksize);
        }
        if (taken === 60) break;
      }
      await until(() => closed);
      const before = pulled;
      await pause(30);
      assertEquals(pulled, before);
      assertEquals(await within(10_000, pool.apply(square, [2])), 4);
    });
  }
}

Deno.test("leaving the loop closes an async input too", async () => {
  let closed = false;
  async function* endless(): AsyncGenerator<number> {
    try {
      for (let i = 0;; i++) {
        await pause(0);
        yield i;
      }
    } finally {
      closed = true;
    }
  }
  for await (const value of pool.imap(square, endless())) if (value >= 25) break;
  await until(() => closed);
});

Deno.test("maxQueueSize bounds how far imap runs ahead", async () => {
  await using narrow = new Pool({ processes: 1, maxQueueSize: 2 });
  let pulled = 0;
  function* endless(): Generator<number> {
    while (true) yield pulled++;
  }
  const iterator = narrow.imap(square, endless());
  assertEquals((await within(10_000, iterator.next())).value, 0);
  await pause(40);
  assertLess(pulled, 10);
  await iterator.return?.();
});

Deno.test("after close() an imap still pulls its input only a bounded distance ahead, and join() waits for it", async () => {
  const own = new Pool(1);
  let pulled = 0;
  function* many(): Generator<number> {
    while (pulled < 20_000) yield pulled++;
  }
  const iterator = own.imap(square, many());
  assertEquals((await within(10_000, iterator.next())).value, 0);
  own.close();
  for (let i = 1; i < 20; i++) assertEquals((await within(10_000, iterator.next())).value, i * i);
  assertLess(pulled, 200);
  await iterator.return?.();
  await within(10_000, own.join());
});

Deno.test("imap() takes async inputs and slow tasks in order", async () => {
  async function* slowly(): AsyncGenerator<number> {
    for (let i = 0; i < 4; i++) {
      await pause(1);
      yield i;
    }
  }
  assertEquals(await within(10_000, collect(pool.imap(square, slowly()))), [0, 1, 4, 9]);
  const delays = [30, 0, 10, 0];
  const seen = pool.imap(
    ([ms, i]: [number, number]) => sleepThen(ms, i),
    delays.map((ms, i): [number, number] => [ms, i]),
  );
  assertEquals(await within(10_000, collect(seen)), [0, 1, 2, 3]);
});

Deno.test("a worker that dies costs imap only the items it had started", async () => {
  const list = await outcomes(pool.imap((x: number) => x === 3 ? exit(4) : x, [0, 1, 2, 3, 4, 5, 6, 7]));
  assertEquals(list.length, 8);
  list.forEach((each, i) => {
    if (i !== 3) assertEquals(each, { value: i });
    else assert("error" in each && (each.error as Error).name === "WorkerDiedError");
  });
});

Deno.test("several next() calls at once are answered in order", async () => {
  const iterator = pool.imap(square, [1, 2, 3]);
  const steps = await within(10_000, Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()]));
  assertEquals(steps.map((step) => step.done ? "end" : step.value), [1, 4, 9, "end"]);
});

Deno.test("an imap whose reader is slow does not block other jobs", async () => {
  const gate = words();
  const iterator = pool.imap(square, ten);
  const held = pool.apply(hold, [gate, "x"]);
  assertEquals((await within(10_000, iterator.next())).value, 0);
  assertEquals(await within(10_000, pool.apply(square, [12])), 144);
  open(gate);
  await within(10_000, held);
  assertEquals(await digest(iterator), squares.slice(1));
});
