import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { basename } from "node:path";
import { TransportError } from "../../lib/base/errors.ts";
import { carry } from "../../lib/task/task.ts";
import { Tools, triple } from "../fixtures/task/tools.ts";
import tenfold from "../fixtures/task/tools.ts";
import * as shapes from "../fixtures/task/shapes.ts";
import { Thread } from "./_thread.ts";

const thread = new Thread();
Deno.test.afterAll(() => thread[Symbol.asyncDispose]());

const factor = 3;
let level = 1;

// deno-lint-ignore ban-types -- any callable is meant
function run(fn: Function, ...args: unknown[]): Promise<unknown> {
  return thread.run(fn, args);
}

Deno.test("captured values of every kind travel", async () => {
  const map = new Map<unknown, unknown>([["a", { b: [1, 2] }]]);
  const when = new Date(9);
  const cyclic: { self?: unknown; list: number[] } = { list: [1, 2, 3] };
  cyclic.self = cyclic;
  const [nothing, big, none] = [undefined, 2n, null];
  const fn = (
    x: number,
  ): unknown => [x * factor, map.get("a"), when.getTime(), cyclic.self === cyclic, nothing, big, none];
  assertEquals(await run(fn, 2), [6, { b: [1, 2] }, 9, true, undefined, 2n, null]);
});

Deno.test("two captured variables that hold the same object still do", async () => {
  const one = { n: 1 };
  const two = [one, one];
  assertEquals(await run(() => two[0] === one && two[1] === one), true);
  const withFunction = { fn: (): typeof one => one, one };
  assertEquals(await run(() => withFunction.fn() === withFunction.one && withFunction.one === one), true);
});

Deno.test("captured values are read anew at every call", async () => {
  let n = 2;
  const fn = (x: number): number => x * n + level;
  assertEquals(await run(fn, 5), 11);
  n = 3;
  level = 2;
  assertEquals(await run(fn, 5), 17);
});

Deno.test("recursive and mutually recursive functions travel", async () => {
  const factorial = (n: number): number => n < 2 ? 1 : n * factorial(n - 1);
  function even(n: number): boolean {
    return n === 0 || odd(n - 1);
  }
  function odd(n: number): boolean {
    return n !== 0 && even(n - 1);
  }
  assertEquals(await run(factorial, 5), 120);
  assertEquals(await run(even, 10), true);
  assertEquals(await run(() => [factorial(3), odd(3)]), [6, true]);
});

Deno.test("functions that share a variable share it in the worker, and leave the sender's alone", async () => {
  let count = 0;
  const increase = (): number => ++count;
  const twice = (): number[] => {
    increase();
    increase();
    return [count];
  };
  assertEquals(await run(twice), [2]);
  assertEquals(count, 0);
  const [a, b] = [shapes.makeCounter(), shapes.makeCounter()];
  assertEquals(await run(() => [a.increase(), a.increase(), b.increase(), a.value(), b.value()]), [1, 2, 1, 2, 1]);
});

Deno.test("captured classes travel with base classes, static fields and private members", async () => {
  const start = 10;
  class Animal {
    static count = start;
    static #made = 0;
    #name: string;
    legs = 4;
    constructor(name: string) {
      this.#name = name;
      Animal.#made++;
    }
    get name(): string {
      return this.#name;
    }
    static made(): number {
      return Animal.#made;
    }
  }
  class Dog extends Animal {
    static kind = { sound: "woof", base: Animal.count };
    bark(): string {
      return `${this.name}: ${Dog.kind.sound} ${this.legs} ${Dog.kind.base}`;
    }
  }
  Animal.count = 11;
  const fn = (name: string): unknown => {
    const dog = new Dog(name);
    return [dog.bark(), dog instanceof Animal, Animal.count, Animal.made(), Dog.name];
  };
  assertEquals(await run(fn, "Rex"), ["Rex: woof 4 10", true, 11, 1, "Dog"]);
});

Deno.test("a class keeps its base class when the expression for it is gone", async () => {
  type Maker = new () => { base(): number };
  const mixin = (Parent: Maker): Maker =>
    class extends Parent {
      override base(): number {
        return super.base() + factor;
      }
    };
  const Mixed = mixin(
    class {
      base(): number {
        return 1;
      }
    },
  );
  assertEquals(await run(() => new Mixed().base()), 4);
  class Problem extends Error {}
  assertEquals(await run(() => new Problem("x") instanceof Error), true);
  class Nothing extends (null as unknown as ObjectConstructor) {
    static one = 1;
  }
  assertEquals(await run(() => Nothing.one), 1);
});

Deno.test("instances of the user's classes keep their class among captured values", async () => {
  class Point {
    constructor(readonly x: number, readonly y: number) {}
    length(): number {
      return Math.hypot(this.x, this.y);
    }
  }
  class Table extends Map<string, number> {
    total(): number {
      return [...this.values()].reduce((a, b) => a + b, 0);
    }
  }
  class Stack extends Array<number> {
    top(): number | undefined {
      return this.at(-1);
    }
  }
  class Failure extends Error {
    where = "here";
    place(): string {
      return `${this.message} ${this.where}`;
    }
  }
  const point = new Point(3, 4);
  const deep = { list: [point, new shapes.Base(5)] };
  const [table, stack, failure] = [new Table([["a", 1], ["b", 2]]), Stack.from([1, 2]) as Stack, new Failure("lost")];
  const fn = (): unknown => [
    point.length(),
    deep.list[0] === point,
    (deep.list[1] as shapes.Base).area(),
    table.total(),
    stack.top(),
    failure.place(),
    failure instanceof Failure,
  ];
  assertEquals(await run(fn), [5, true, 5, 3, 2, "lost here", true]);
});

Deno.test("imported bindings are imported again", async () => {
  const fn = (
    x: number,
  ): unknown => [triple(x), tenfold(x), Tools.half(x), shapes.lengthOf(x), basename("a/b"), shapes.unit];
  assertEquals(await run(fn, 2), [6, 20, 1, 24, "b", 12]);
});

Deno.test("closures of other modules travel with what their module imports", async () => {
  assertEquals(await run(shapes.makeUser(), 2), [24, 3, "a/12", 3]);
  assertEquals(await run(shapes.makeUser(), 2), [24, 6, "a/12", 4]);
});

Deno.test("async functions, generators and async generators travel", async () => {
  function* upTo(n: number): Generator<number> {
    for (let i = 0; i < n; i++) yield i * factor;
  }
  async function* later(n: number): AsyncGenerator<number> {
    for (let i = 0; i < n; i++) yield await Promise.resolve(i + factor);
  }
  const fn = async (n: number): Promise<unknown> => {
    const seen: number[] = [];
    for await (const each of later(n)) seen.push(each);
    return [...upTo(n), ...seen];
  };
  assertEquals(await run(fn, 2), [0, 3, 3, 4]);
});

Deno.test("methods, getters, setters and computed methods of captured objects travel", async () => {
  const key = "computed";
  const object = {
    width: 2,
    height: 3,
    get area(): number {
      return this.width * this.height;
    },
    set size(n: number) {
      this.width = this.height = n;
    },
    grow(n: number): number {
      return this.width + n * factor;
    },
    [key](): string {
      return "yes";
    },
    *[Symbol.iterator](): Generator<number> {
      yield this.width;
    },
    async *later(): AsyncGenerator<number> {
      yield await Promise.resolve(this.height);
    },
  };
  const fn = async (): Promise<unknown> => {
    object.size = 4;
    const seen = [...object] as number[];
    for await (const each of object.later()) seen.push(each);
    return [object.area, object.grow(1), object.computed(), seen, Object.keys(object)];
  };
  assertEquals(await run(fn), [16, 7, "yes", [4, 4], ["width", "height", "area", "size", "grow", "computed", "later"]]);
  assertEquals(object.width, 2);
});

Deno.test("built-in functions and objects are found again", async () => {
  const [max, stringify, log, maths, D, slice] = [
    Math.max,
    JSON.stringify,
    console.log,
    Math,
    Deno,
    Array.prototype.slice,
  ];
  const tag = Symbol.iterator, shared = Symbol.for("x");
  const fn = (): unknown => [
    max(1, 2),
    stringify([1]),
    log === console.log,
    maths === Math,
    D === Deno,
    slice.call([1, 2, 3], 1),
    tag === Symbol.iterator,
    shared === Symbol.for("x"),
  ];
  assertEquals(await run(fn), [2, "[1]", true, true, true, [2, 3], true, true]);
});

Deno.test("bound functions travel with what is bound to them", async () => {
  const point = {
    x: 1,
    plus(y: number, z: number): number {
      return this.x + y + z + factor;
    },
  }; // deno-fmt-ignore
  assertEquals(await run(point.plus.bind(point, 10), 100), 114);
  const bound = point.plus.bind({ ...point, x: 2 });
  assertEquals(await run((n: number) => bound(n, n), 1), 7);
  assertEquals(await run(triple.bind(null, 4)), 12);
});

Deno.test("functions of captured Maps, Sets and arrays travel, in their order", async () => {
  const table = new Map<string, (x: number) => number>([["a", (x) => x + factor], ["b", (x) => x * factor]]);
  const set = new Set([(x: number): number => x - factor]);
  const list = [Math.abs, (x: number): number => -x];
  const fn = (x: number): unknown => [
    [...table].map(([name, each]) => `${name}${each(x)}`),
    [...set].map((each) => each(x)),
    list.map((each) => each(x)),
  ];
  assertEquals(await run(fn, 5), [["a8", "b15"], [2], [5, -5]]);
});

Deno.test("variables that are only mentioned do not travel", async () => {
  const socket = new WeakMap();
  const fn = (o: { socket: number }): unknown => {
    // socket
    const text = `socket ${o.socket}`;
    return [o.socket, { socket: 1 }, text, /socket/.test("socket")];
  };
  assert(socket !== undefined);
  assertEquals(await run(fn, { socket: 5 }), [5, { socket: 1 }, "socket 5", true]);
});

Deno.test("what cannot travel is a TransportError that names variable and path", async () => {
  const db = { pool: [{ socket: new WeakMap() }] };
  const helper = (): unknown => db.pool;
  const local = Symbol("mine");
  class Vault {
    #secret = 5;
    open(): number {
      return this.#secret;
    }
  }
  const vault = { inner: new Vault() };
  const waiting = Promise.resolve();
  const cases: [() => unknown, string][] = [
    [() => db.pool, "captured variable 'db' → field 'pool' → item 0 → field 'socket'"],
    [() => helper(), "captured variable 'helper' → captured variable 'db' → field 'pool' → item 0 → field 'socket'"],
    [() => local, "captured variable 'local'"],
    [() => vault.inner.open(), "captured variable 'vault' → field 'inner'"],
    [() => waiting, "captured variable 'waiting'"],
  ];
  for (const [fn, place] of cases) {
    const error = await assertRejects(async () => await carry(fn, { what: "func" }), TransportError);
    assert(error.message.includes(`Cannot send ${place}: `), error.message);
  }
});

Deno.test("an arrow function that uses this, arguments, super or new.target of its place is refused", async () => {
  function maker(this: unknown): unknown[] {
    return [
      () => this,
      () => arguments.length,
      () => new.target,
    ];
  }
  const words = ["this", "arguments", "new.target"];
  for (const [i, fn] of (maker.call({}) as (() => unknown)[]).entries()) {
    await assertRejects(async () => await carry(fn, { what: "func" }), TransportError, `"${words[i]}"`);
  }
  const object = {
    toString(): () => string {
      return () => super.toString();
    },
  }; // deno-fmt-ignore
  await assertRejects(async () => await carry(object.toString(), { what: "func" }), TransportError, '"super"');
});

Deno.test("functions made by new Function and eval travel", async () => {
  const made = new Function("x", "return x + 1");
  assertEquals(await run(made, 1), 2);
  // deno-lint-ignore no-eval -- what is tested
  const evaluated = (0, eval)("(() => { let hidden = 5; return (x) => x + hidden; })()");
  assertEquals(await run(evaluated, 1), 6);
});

Deno.test("import.meta and relative dynamic imports mean the function's own module", async () => {
  const fn = async (): Promise<unknown> => {
    const module = await import("../fixtures/task/tools.ts");
    return [import.meta.url, import.meta.main, module.triple(factor), import.meta.resolve("./x.ts")];
  };
  const here = import.meta.url;
  assertEquals(await run(fn), [here, false, 9, new URL("./x.ts", here).href]);
});

Deno.test("a debugger statement stops nobody while a session is connected", async () => {
  const fn = (): number => {
    // deno-lint-ignore no-debugger -- what is tested
    debugger;
    return factor;
  };
  const pending = [run(fn), run(() => fn() + 1)];
  assertEquals(fn(), 3);
  assertEquals(await Promise.all(pending), [3, 4]);
});

Deno.test("what the program put on globalThis travels as a variable", async () => {
  Object.assign(globalThis, { lanesTestGlobal: { n: 5 } });
  const fn = new Function("return lanesTestGlobal.n + 1");
  assertEquals(await run(fn), 6);
});

Deno.test("properties and prototypes of functions travel", async () => {
  function Old(this: { n: number }, n: number): void {
    this.n = n;
  }
  Old.prototype.twice = function (this: { n: number }): number {
    return this.n * 2;
  };
  Old.limit = 7;
  const Make = Old as unknown as (new (n: number) => { twice(): number }) & { limit: number };
  const old = new Make(21);
  assertEquals(await run(() => [new Make(4).twice(), Make.limit, old.twice(), old instanceof Make]), [8, 7, 42, true]);
});

Deno.test("a large captured array does not make a closure slow", async () => {
  const numbers = Array.from({ length: 200_000 }, (_, i) => i);
  const halve = (x: number): number => x / 2;
  const fn = (): number => halve(numbers.length);
  assertEquals(await run(fn), 100_000);
});

Deno.test("sessions that end in the middle of a capture do no harm", async () => {
  const { disconnectInspector } = await import("../../lib/task/task.ts");
  const pending = Array.from({ length: 5 }, (_, i) => run((x: number) => x + i + factor, 1));
  disconnectInspector();
  await Promise.resolve();
  disconnectInspector();
  assertEquals(await Promise.all(pending), [4, 5, 6, 7, 8]);
});

Deno.test("an error in a closure names the closure in its stack", async () => {
  function failing(): void {
    throw new RangeError(`no ${factor}`);
  }
  const error = await assertRejects(() => run(failing), RangeError, "no 3");
  assertInstanceOf(error, RangeError);
  assert(error.stack?.includes("failing"), error.stack);
});
