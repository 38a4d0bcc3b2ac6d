import { assert, assertEquals, assertInstanceOf, assertMatch, assertStringIncludes } from "@std/assert";
import { Pool, TransportError, WorkerDiedError } from "@lanes/lanes";
import { errorBy, thrownBy, until, within, words } from "../fixtures/harness.ts";
import { square, token } from "../fixtures/tasks.ts";
import * as faults from "../fixtures/faults.ts";

const pool = new Pool(1);
const pair = new Pool(2);
Deno.test.afterAll(() => Promise.all([pool.terminate(), pair.terminate()]).then(() => {}));

Deno.test("PERR-01 an error of a built-in class arrives as that class, with its message", async () => {
  const classes = [Error, TypeError, RangeError, SyntaxError, ReferenceError, URIError, EvalError];
  for (const Kind of classes) {
    const error = await errorBy(() => pool.apply(faults.failAs, [Kind.name, "the message"]));
    assertEquals([error.constructor, error.name, error.message], [Kind, Kind.name, "the message"]);
  }
});

Deno.test("PERR-01 a DOMException arrives as a DOMException", async () => {
  const error = await thrownBy(() => pool.apply(faults.failDom));
  assertInstanceOf(error, DOMException);
  assertEquals([error.name, error.message], ["NotAllowedError", "refused"]);
});

Deno.test("PERR-01 an AggregateError arrives with its errors", async () => {
  const error = await thrownBy(() => pool.apply(faults.failAggregate));
  assertInstanceOf(error, AggregateError);
  assertEquals(error.message, "several");
  assertEquals(error.errors.map((each: Error) => [each.constructor, each.message]), [[TypeError, "one"], [
    RangeError,
    "two",
  ]]);
});

Deno.test("X-8 PERR-01 an exported error class round-trips with its own fields", async () => {
  const error = await thrownBy(() => pool.apply(faults.failShop, ["tea", 3]));
  assertInstanceOf(error, faults.ShopError);
  assertEquals([error.name, error.message, error.item, error.price], ["ShopError", "cannot buy tea", "tea", 3]);
});

Deno.test("PERR-01 an error class that is not exported arrives as an Error with its name and fields", async () => {
  const error = await errorBy(() => pool.apply(faults.failHidden));
  assertEquals([error.name, error.message], ["Hidden", "not exported"]);
  assertEquals((error as Error & { secret: number }).secret, 7);
});

Deno.test("PERR-02 D-18 the stack contains the worker's stack: function and file", async () => {
  for (const func of [faults.fail, faults.failLater]) {
    const error = await errorBy(() => pool.apply(func, ["with stack"]));
    assertStringIncludes(error.stack ?? "", "with stack");
    assertMatch(error.stack ?? "", new RegExp(`${func.name}[^]*faults\\.ts`));
  }
});

Deno.test("PERR-03 the cause and own properties are kept", async () => {
  const outer = await errorBy(() => pool.apply(faults.failWithCause));
  assertInstanceOf(outer, TypeError);
  assertInstanceOf(outer.cause, SyntaxError);
  const detailed = await errorBy(() => pool.apply(faults.failWithDetails)) as Error & Record<string, unknown>;
  assertInstanceOf(detailed, RangeError);
  assertEquals([detailed.code, detailed.details], ["E42", { list: [1, 2, 3], when: new Date(0) }]);
});

Deno.test("FUT-18 D-02 a thrown value that is no error arrives as that value, and rejects just its task", async () => {
  for (const value of [undefined, null, 0, "", false, NaN, "text", { code: 5 }, [1, [2]], 5n]) {
    assertEquals(await thrownBy(() => pool.apply(faults.throwValue, [value as unknown])), value);
  }
  assertEquals(await within(10_000, pool.apply(square, [3])), 9);
});

Deno.test("PERR-05 a result that cannot travel is a TransportError, with the runtime's error as cause", async () => {
  const error = await errorBy(() => pool.apply(faults.giveFunction));
  assertInstanceOf(error, TransportError);
  assertMatch(error.message, /deep/);
  const symbol = await errorBy(() => pool.apply(faults.giveSymbol));
  assertInstanceOf(symbol, TransportError);
});

Deno.test("PERR-06 twenty results that cannot travel do not lose the worker", async () => {
  const before = await within(10_000, pool.apply(token));
  for (let i = 0; i < 20; i++) assertInstanceOf(await thrownBy(() => pool.apply(faults.giveFunction)), TransportError);
  assertEquals(await within(10_000, pool.apply(token)), before);
});

Deno.test("PERR-07 an error with a property that cannot travel arrives all the same", async () => {
  const error = await errorBy(() => pool.apply(faults.failUncloneable));
  assertInstanceOf(error, TypeError);
  assertEquals([error.name, error.message], ["TypeError", "holds a function"]);
  assertEquals(await within(10_000, pool.apply(square, [4])), 16);
});

Deno.test("EBROK-08 a result whose getter throws rejects its task only", async () => {
  const error = await errorBy(() => pool.apply(faults.giveThrowingGetter));
  assertMatch(`${error.message} ${(error.cause as Error | undefined)?.message}`, /getter/);
  assertEquals(await within(10_000, pool.apply(square, [4])), 16);
});

Deno.test("a result whose then cannot be read, or throws, rejects its task only", async () => {
  const before = await within(10_000, pool.apply(token));
  for (const func of [faults.giveThrowingThen, faults.giveThrowingThenGetter]) {
    const error = await thrownBy(() => pool.apply(func));
    assertInstanceOf(error, RangeError);
    assertEquals(error.message, "then");
  }
  assertEquals(await within(10_000, pool.apply(token)), before);
});

Deno.test("a long chain of causes arrives, a very long one harms nobody", async () => {
  let error: unknown = await within(20_000, errorBy(() => pool.apply(faults.failDeep, [20])));
  let length = 0;
  for (; error instanceof Error; error = error.cause) length++;
  assertEquals(length, 20);
  assertInstanceOf(await within(20_000, errorBy(() => pool.apply(faults.failDeep, [1000]), 20_000)), Error);
  assertEquals(await within(10_000, pool.apply(square, [4])), 16);
});

Deno.test("a result with a throwing toJSON harms nobody", async () => {
  await within(10_000, pool.apply(faults.giveThrowingToJson)).catch(() => {});
  assertEquals(await within(10_000, pool.apply(square, [4])), 16);
});

Deno.test("a stack overflow and a wasm trap reject their task only", async () => {
  assertInstanceOf(await thrownBy(() => pool.apply(faults.overflow)), RangeError);
  assertEquals((await errorBy(() => pool.apply(faults.trap))).name, "RuntimeError");
  assertEquals(await within(10_000, pool.apply(square, [4])), 16);
});

Deno.test("an error outside of the task ends its worker: WorkerDiedError with exit code 1", async () => {
  for (const func of [faults.errorInTimer, faults.unhandledRejection]) {
    const error = await thrownBy(() => pool.apply(func));
    assertInstanceOf(error, WorkerDiedError);
    assertEquals(error.exitCode, 1);
  }
  assertEquals(await within(10_000, pool.apply(square, [4])), 16);
});

Deno.test("X-4 Deno.exit() in a task rejects exactly that task with its exit code", async () => {
  for (const code of [0, 5]) {
    const error = await thrownBy(() => pool.apply(faults.exit, [code]));
    assertInstanceOf(error, WorkerDiedError);
    assertEquals(error.exitCode, code);
  }
  assertEquals(await within(10_000, pool.apply(square, [4])), 16);
});

Deno.test("a dying worker costs only what it had started; queued tasks run on its replacement", async () => {
  const gate = words();
  const dying = pool.apply(faults.holdAndExit, [gate, 3]);
  const queued = [1, 2, 3, 4].map((n) => pool.apply(square, [n]));
  await until(() => Atomics.load(gate, 0) === 1);
  Atomics.store(gate, 1, 1);
  Atomics.notify(gate, 1);
  const error = await thrownBy(() => dying);
  assertInstanceOf(error, WorkerDiedError);
  assertEquals(error.exitCode, 3);
  assertEquals(await within(10_000, Promise.all(queued)), [1, 4, 9, 16]);
});

Deno.test("a worker that dies in a map rejects it with a WorkerDiedError; other jobs go on", async () => {
  const gate = words();
  const other = pair.apply((wait: Int32Array) => Atomics.wait(wait, 1, 0, 20_000), [gate]);
  const error = await thrownBy(() =>
    pair.map((x: number) => x === 2 ? Deno.exit(6) : x, [0, 1, 2, 3], { chunksize: 1 })
  );
  assertInstanceOf(error, WorkerDiedError);
  assertEquals(error.exitCode, 6);
  Atomics.store(gate, 1, 1);
  Atomics.notify(gate, 1);
  assert(["ok", "not-equal"].includes(await within(10_000, other)));
});

Deno.test("retries run a task again after its worker died", async () => {
  const counter = words();
  await using patient = new Pool({ processes: 1, retries: 1 });
  assertEquals(await within(10_000, patient.apply(faults.exitAtFirst, [counter, 4])), 1);
  assertInstanceOf(await thrownBy(() => patient.apply(faults.exit, [4])), WorkerDiedError);
  assertEquals(Atomics.load(counter, 0), 2);
});

Deno.test("retries do not repeat a task that throws", async () => {
  const counter = words();
  await using patient = new Pool({ processes: 1, retries: 3 });
  const error = await errorBy(() =>
    patient.apply((cells: Int32Array) => {
      Atomics.add(cells, 0, 1);
      throw new Error("once");
    }, [counter])
  );
  assertEquals(error.message, "once");
  assertEquals(Atomics.load(counter, 0), 1);
});
