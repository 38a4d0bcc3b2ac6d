import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { TimeoutError } from "@lanes/lanes";
import { ProcessPoolExecutor } from "@lanes/lanes/futures";
import { collect, digest, open, outcomes, pause, thrownBy, until, within, words } from "../fixtures/harness.ts";
import { add, bump, hold, inverse, sleepThen, square } from "../fixtures/tasks.ts";

const executor = new ProcessPoolExecutor(2);
Deno.test.afterAll(() => executor.shutdown());

const forty = Array.from({ length: 40 }, (_, i) => i);

Deno.test("EMAP-01 map() zips its iterables, the shortest wins, results in order", async () => {
  assertEquals(await within(10_000, collect(executor.map(square, forty))), forty.map((x) => x * x));
  const sums = await within(10_000, collect(executor.map(add, forty, [100, 200, 300])));
  assertEquals(sums, [100, 201, 302]);
  const chunked = executor.map(add, [1, 2, 3], new Set([10, 20, 30]), { chunksize: 2 });
  assertEquals(await within(10_000, collect(chunked)), [11, 22, 33]);
});

Deno.test("EMAP-02 the calls start at once: mapped without reading, then shut down, all run", async () => {
  const counter = words();
  const own = new ProcessPoolExecutor(1);
  own.map(bump, [counter, counter, counter]);
  await within(10_000, own.shutdown());
  assertEquals(Atomics.load(counter, 0), 3);
});

Deno.test("EMAP-03 an error of the input comes out as it is", async () => {
  function* broken(): Generator<number> {
    yield 1;
    throw new SyntaxError("input broke");
  }
  const error = await thrownBy(async () => await collect(executor.map(square, broken())));
  assertInstanceOf(error, SyntaxError);
});

for (const chunksize of [1, 3]) {
  Deno.test(`EMAP-04 EMAP-05 EMAP-06 D-77 with chunksize ${chunksize} an item's error comes at its position, and the rest follows`, async () => {
    const seen = await outcomes(executor.map(inverse, [1, 0, 2, 4], { chunksize }));
    assertEquals(seen.length, 4);
    assertEquals([seen[0], seen[2], seen[3]], [{ value: 1 }, { value: 0.5 }, { value: 0.25 }]);
    assert("error" in seen[1]! && seen[1].error instanceof RangeError);
  });
}

Deno.test("EMAP-07 return() ends the iterator and cancels what has not started", async () => {
  const own = new ProcessPoolExecutor(1);
  const gate = words();
  const iterator = own.map(hold, Array(10).fill(gate));
  await until(() => Atomics.load(gate, 0) === 1);
  await within(5000, iterator.return!());
  assertEquals((await within(5000, iterator.next())).done, true);
  open(gate);
  await within(10_000, own.shutdown());
  assertEquals(Atomics.load(gate, 0), 1);
});

Deno.test("EMAP-08 EMAP-10 the timeout counts from the call; after the TimeoutError the iterator has ended", async () => {
  const own = new ProcessPoolExecutor(1);
  const gate = words();
  const iterator = own.map(
    ([wait, value]: [Int32Array | null, number]) => {
      if (!wait) return value;
      Atomics.add(wait, 0, 1);
      Atomics.wait(wait, 1, 0, 20_000);
      return value;
    },
    [[null, 0], [null, 1], [gate, 2], [gate, 3]] as [Int32Array | null, number][],
    { timeout: 1500 },
  );
  assertEquals((await within(10_000, iterator.next())).value, 0);
  assertEquals((await within(10_000, iterator.next())).value, 1);
  assertInstanceOf(await thrownBy(() => iterator.next()), TimeoutError);
  assertEquals((await within(5000, iterator.next())).done, true);
  open(gate);
  await within(10_000, own.shutdown());
  assertEquals(Atomics.load(gate, 0), 1);
});

Deno.test("EMAP-09 a TimeoutError of the function itself is an ordinary item's error", async () => {
  for (const options of [{}, { timeout: 20_000 }]) {
    const seen = await digest(executor.map(
      (x: number) => {
        if (x === 2) throw Object.assign(new Error("own"), { name: "TimeoutError" });
        return x;
      },
      [1, 2, 3],
      options,
    ));
    assertEquals(seen, [1, "! own", 3]);
  }
});

Deno.test("EMAP-11 timeout 0 is a TimeoutError unless already done", async () => {
  const iterator = executor.map(sleepThen, [50, 50], [1, 2], { timeout: 0 });
  assertInstanceOf(await thrownBy(() => iterator.next(), 3000), TimeoutError);
  assertEquals((await within(5000, iterator.next())).done, true);
});

Deno.test("EMAP-12 every chunksize of at least 1 gives the same results, others are a RangeError at the call", async () => {
  for (const chunksize of [1, 6, 40, 50]) {
    const seen = await within(10_000, collect(executor.map(square, forty, { chunksize })));
    assertEquals(seen, forty.map((x) => x * x));
  }
  for (const chunksize of [0, -1, 1.5]) {
    assertThrows(() => executor.map(square, forty, { chunksize }), RangeError);
  }
});

Deno.test("EMAP-13 map() of nothing yields nothing", async () => {
  assertEquals(await within(5000, collect(executor.map(square, []))), []);
  assertEquals(await within(5000, collect(executor.map(square, [], { buffersize: 1 }))), []);
  assertEquals(await within(5000, collect(executor.map(add, [1], []))), []);
  assertEquals(await within(5000, collect(executor.map(() => 1))), []);
});

Deno.test("EMAP-14 buffersize is checked at the call", () => {
  for (const buffersize of [0, -1]) assertThrows(() => executor.map(square, forty, { buffersize }), RangeError);
  for (const buffersize of ["1", 2.5]) {
    const error = assertThrows(() => executor.map(square, forty, { buffersize: buffersize as number }));
    assert(error instanceof TypeError || error instanceof RangeError);
  }
});

Deno.test("EMAP-15 with buffersize the results are the same, with one or several iterables", async () => {
  for (const buffersize of [1, 2, 40, 80]) {
    const one = await within(10_000, collect(executor.map(square, forty, { buffersize })));
    assertEquals(one, forty.map((x) => x * x));
    const two = await within(10_000, collect(executor.map(add, forty, forty, { buffersize, chunksize: 3 })));
    assertEquals(two, forty.map((x) => x + x));
  }
});

Deno.test("EMAP-16 with buffersize an endless input is pulled only so far ahead", async () => {
  let pulled = 0;
  function* endless(): Generator<number> {
    while (true) yield pulled++;
  }
  const iterator = executor.map(square, endless(), { buffersize: 4 });
  await pause(60);
  assert(pulled <= 5, `pulled ${pulled}`);
  for (let i = 0; i < 5; i++) assertEquals((await within(10_000, iterator.next())).value, i * i);
  await pause(30);
  assert(pulled <= 10, `pulled ${pulled}`);
  await iterator.return!();
});

Deno.test("D-76 without buffersize an endless input does not hang map() either", async () => {
  function* endless(): Generator<number> {
    for (let i = 0;; i++) yield i;
  }
  const iterator = executor.map(square, endless());
  for (let i = 0; i < 100; i++) assertEquals((await within(10_000, iterator.next())).value, i * i);
  await iterator.return!();
});

Deno.test("EMAP-17 buffersize and timeout can be combined", async () => {
  const seen = await within(10_000, collect(executor.map(square, [1, 2, 3], { buffersize: 1, timeout: 9000 })));
  assertEquals(seen, [1, 4, 9]);
});
