import { assert, assertEquals, assertInstanceOf, assertNotEquals } from "@std/assert";
import { Pool, Process, TransportError } from "@lanes/lanes";
import { thrownBy, within } from "../fixtures/harness.ts";
import { Calculator, countCalls, square } from "../fixtures/tasks.ts";
import cube from "../fixtures/default_task.ts";
import * as shapes from "../fixtures/closures.ts";

const pool = new Pool(1);
Deno.test.afterAll(() => pool.terminate());

function call<A extends readonly unknown[], R>(func: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
  return within(10_000, pool.apply(func, args));
}

Deno.test("an exported function, a static method and a default export travel by reference", async () => {
  assertEquals(await call(square, 3), 9);
  assertEquals(await call(Calculator.double, 3), 6);
  assertEquals(await call(cube, 3), 27);
});

Deno.test("module-level state is the worker's own copy and lasts", async () => {
  const first = await call(countCalls);
  assertEquals(await call(countCalls), first + 1);
  assertEquals(countCalls(), 1);
  await call(countCalls);
  assertEquals(countCalls(), 2);
});

Deno.test("a static method that uses its class through a private field works", async () => {
  assertEquals(await call(Calculator.triple, 3), 9);
});

Deno.test("arrow functions, function expressions and nested functions travel", async () => {
  assertEquals(await call((x: number) => x + 1, 1), 2);
  assertEquals(
    await call(function (x: number): number {
      return x + 2;
    }, 1),
    3,
  );
  function nested(x: number): number {
    return x + 3;
  }
  assertEquals(await call(nested, 1), 4);
  assertEquals(await call(async (x: number) => await Promise.resolve(x + 4), 1), 5);
});

Deno.test("captured values travel: numbers, objects, Maps, dates, typed arrays", async () => {
  const factor = 3, settings = { deep: { list: [1, 2] } }, map = new Map([["a", 1]]), when = new Date(9);
  const bytes = new Uint8Array([5, 6]), nothing = undefined, big = 2n;
  assertEquals(
    await call((x: number) => [x * factor, settings, map.get("a"), when.getTime(), bytes[1], nothing, big], 2),
    [6, { deep: { list: [1, 2] } }, 1, 9, 6, undefined, 2n],
  );
});

Deno.test("captured values are read anew at every call", async () => {
  let factor = 2;
  const scale = (x: number): number => x * factor;
  assertEquals(await call(scale, 5), 10);
  factor = 3;
  assertEquals(await call(scale, 5), 15);
});

Deno.test("captured functions travel, recursive and mutually recursive ones too", async () => {
  function factorial(n: number): number {
    return n < 2 ? 1 : n * factorial(n - 1);
  }
  function even(n: number): boolean {
    return n === 0 || odd(n - 1);
  }
  function odd(n: number): boolean {
    return n !== 0 && even(n - 1);
  }
  const both = (n: number): [number, boolean] => [factorial(n), even(n)];
  assertEquals(await call(both, 5), [120, false]);
  assertEquals(await call(factorial, 4), 24);
  assertEquals(await call(even, 6), true);
});

Deno.test("captured classes travel, with inheritance", async () => {
  class Shape {
    constructor(readonly size: number) {}
    area(): number {
      return this.size;
    }
  }
  class Square extends Shape {
    override area(): number {
      return super.area() ** 2;
    }
  }
  assertEquals(await call((n: number) => new Square(n).area(), 4), 16);
  assertEquals(await call((n: number) => new Square(n) instanceof Shape, 4), true);
});

Deno.test("imported bindings are imported again", async () => {
  assertEquals(await call((x: number) => square(x) + cube(x) + Calculator.double(x), 2), 16);
  assertEquals(await call((x: number) => shapes.lengthOf(x), 2), 2 * shapes.unit);
});

Deno.test("closures made in another module travel", async () => {
  assertEquals(await call(shapes.makeAdder(10), 5), 15);
  assertEquals(await call(shapes.makeAdder(20), 5), 25);
  assertEquals(await call(shapes.makeUser(), 5), 5 * shapes.unit + 1);
  const counter = shapes.makeCounter();
  counter();
  assertEquals(await call(counter), 2);
  assertEquals(counter(), 2);
});

Deno.test("generator functions are captured as functions", async () => {
  function* upTo(n: number): Generator<number> {
    for (let i = 0; i < n; i++) yield i;
  }
  assertEquals(await call((n: number) => [...upTo(n)], 3), [0, 1, 2]);
  async function* later(n: number): AsyncGenerator<number> {
    for (let i = 0; i < n; i++) yield await Promise.resolve(i);
  }
  assertEquals(
    await call(async (n: number) => {
      const seen: number[] = [];
      for await (const each of later(n)) seen.push(each);
      return seen;
    }, 2),
    [0, 1],
  );
});

Deno.test("closures work for Process, and as the function of map, starmap and imap", async () => {
  const offset = 100;
  await using process = new Process({ target: (x: number) => x + offset, args: [1] });
  process.start();
  assertEquals(await within(10_000, process.result), 101);
  assertEquals(await within(10_000, pool.map((x: number) => x + offset, [1, 2])), [101, 102]);
  assertEquals(await within(10_000, pool.starmap((x: number, y: number) => x + y + offset, [[1, 2]])), [103]);
  const seen: number[] = [];
  for await (const each of pool.imap((x: number) => x + offset, [1, 2])) seen.push(each);
  assertEquals(seen, [101, 102]);
});

Deno.test("a captured value that cannot travel is a TransportError that names variable and path", async () => {
  const db = { socket: new WeakMap() };
  const error = await thrownBy(() => call(() => db.socket));
  assertInstanceOf(error, TransportError);
  assert(/db/.test(error.message) && /socket/.test(error.message), error.message);
});

Deno.test("an instance with private fields is captured as a TransportError that names it, or works", async () => {
  class Vault {
    #secret = 5;
    open(): number {
      return this.#secret;
    }
  }
  const vault = new Vault();
  const outcome = await call(() => vault.open()).then((value) => value, (error) => error);
  if (outcome === 5) return;
  assertInstanceOf(outcome, TransportError);
  assert(/vault/.test(outcome.message), outcome.message);
});

Deno.test("POOL-23 native, bound and method functions work or are a TransportError", async () => {
  const calculator = new Calculator();
  const cases: [unknown, unknown[], unknown][] = [
    [Math.max, [1, 5], 5],
    [parseInt, ["12"], 12],
    [String, [5], "5"],
    [square.bind(null), [4], 16],
    [calculator.shift.bind(calculator), [4], 14],
    [calculator.shift, [4], undefined],
    [
      {
        twice(x: number): number {
          return x * 2;
        },
      }.twice,
      [4],
      8,
    ],
    [Calculator, [], undefined],
  ];
  for (const [func, args, expected] of cases) {
    const outcome = await thrownBy(async () => {
      throw { value: await pool.apply(func as (...args: unknown[]) => unknown, args) };
    });
    if (outcome instanceof TransportError) {
      assertNotEquals(outcome.message, "");
    } else if (expected !== undefined) {
      assertEquals(outcome, { value: expected }, String(func));
    } else {
      // `this` is missing, or a class is called without new: the language's own TypeError.
      assertInstanceOf(outcome, TypeError, String(func));
    }
  }
  assertEquals(await call(square, 5), 25);
});

Deno.test("a function that is not the export of its name does not pass for it", async () => {
  function square(x: number): number {
    return x * 1000;
  }
  assertEquals(await call(square, 5), 5000);
});
