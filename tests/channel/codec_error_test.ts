import { assert, assertEquals, assertInstanceOf, assertMatch, assertStrictEquals } from "@std/assert";
import { QueueEmpty, TransportError, WorkerDiedError } from "../../lib/base/errors.ts";
import { decode, decodeError, encode, encodeError, setClassHooks } from "../../lib/channel/codec.ts";

function thrown(value: unknown): unknown {
  return decodeError(encodeError(value));
}

Deno.test("encodeError() keeps class, name, message, stack and cause of the runtime's errors", () => {
  const errors = [
    new Error("a"),
    new TypeError("b", { cause: new RangeError("c") }),
    new SyntaxError(""),
    new URIError("d"),
    new Deno.errors.NotFound("e"),
    new WebAssembly.RuntimeError("f"),
    new AggregateError([new TypeError("g"), 5], "h"),
  ];
  for (const error of errors) {
    const copy = thrown(error) as Error;
    assertStrictEquals(Object.getPrototypeOf(copy), Object.getPrototypeOf(error));
    assertEquals([copy.name, copy.message, copy.stack], [error.name, error.message, error.stack]);
    assertEquals(Object.keys(copy), Object.keys(error));
    assertEquals("cause" in copy, "cause" in error);
  }
  assertInstanceOf((thrown(errors[1]) as Error).cause, RangeError);
  assertInstanceOf((thrown(errors[6]) as AggregateError).errors[0], TypeError);
  const dom = thrown(new DOMException("m", "AbortError")) as DOMException;
  assertInstanceOf(dom, DOMException);
  assertEquals([dom.name, dom.message, dom.code], ["AbortError", "m", 20]);
});

Deno.test("encodeError() keeps the library's classes and their fields", () => {
  assertInstanceOf(thrown(new QueueEmpty("q")), QueueEmpty);
  const died = thrown(new WorkerDiedError("w", { exitCode: 7, taskIndex: 3 })) as WorkerDiedError;
  assertInstanceOf(died, WorkerDiedError);
  assertEquals([died.name, died.exitCode, died.taskIndex, died.pid], ["WorkerDiedError", 7, 3, null]);
});

Deno.test("encodeError() keeps own fields, and replaces those that cannot travel by a text", () => {
  const error = Object.assign(new TypeError("t"), {
    code: "E_X",
    detail: { a: [1] },
    handler: () => 1,
    deep: { url: new URL("http://localhost/") },
  });
  Object.defineProperty(error, "bad", {
    enumerable: true,
    get: () => {
      throw new Error("no");
    },
  });
  const copy = thrown(error) as Error & Record<string, unknown>;
  assertEquals([copy["code"], copy["detail"], copy["handler"], copy["deep"]], [
    "E_X",
    { a: [1] },
    "[function handler]",
    { url: "[object URL]" },
  ]);
});

Deno.test("encodeError() replaces what cannot travel however deep it lies", () => {
  let deep: unknown = () => 1;
  for (let i = 0; i < 1000; i++) deep = { deep };
  let at = (thrown(Object.assign(new Error("x"), { deep })) as { deep: unknown }).deep;
  while (typeof at === "object") at = (at as { deep: unknown }).deep;
  assertEquals(at, "[function deep]");
});

Deno.test("encodeError() falls back to the nearest known class and keeps the name", () => {
  class MyError extends RangeError {
    override name = "MyError";
    constructor(readonly field: number) {
      super(`field ${field}`);
    }
  }
  const copy = thrown(new MyError(3)) as MyError;
  assertStrictEquals(Object.getPrototypeOf(copy), RangeError.prototype);
  assertEquals([copy.name, copy.message, copy.field], ["MyError", "field 3", 3]);
  setClassHooks({ describe: (ctor) => ctor === MyError ? "here#MyError" : undefined, revive: () => MyError });
  try {
    const same = thrown(new MyError(4)) as MyError;
    assertInstanceOf(same, MyError);
    assertEquals([same.field, same.message, same.name], [4, "field 4", "MyError"]);
  } finally {
    setClassHooks({ describe: () => undefined, revive: () => undefined });
  }
});

Deno.test("encodeError() carries a thrown value that is not an error, and never throws", () => {
  for (const value of [5, "text", undefined, null, { a: [1] }, 10n]) assertEquals(thrown(value), value);
  assertInstanceOf(thrown(() => 1), TransportError);
  assertInstanceOf(thrown(Symbol("s")), TransportError);
  assertEquals(thrown(Promise.resolve()), "[object Promise]");
  assertEquals(
    thrown({
      a: {
        get b(): never {
          throw new Error("1");
        },
      },
    }),
    { a: { b: undefined } },
  );
  const hostile = Object.defineProperties(new Error("h"), {
    message: {
      get: () => {
        throw new Error("1");
      },
    },
    stack: {
      get: () => {
        throw new Error("2");
      },
    },
    name: {
      get: () => {
        throw new Error("3");
      },
    },
  });
  assertInstanceOf(thrown(hostile), Error);
});

Deno.test("decodeError() with `localStack` has both stacks, the worker's first", () => {
  const error = new Error("x");
  const copy = decodeError(encodeError(error), { localStack: new Error("y").stack! }) as Error;
  assert(copy.stack!.startsWith(error.stack!));
  assertMatch(copy.stack!, /called from:\n\s+at .*codec_error_test/);
});

Deno.test("encode() carries an error inside a value with all its fields, and cycles through it", () => {
  const error = Object.assign(new Error("x"), { extra: {} as Record<string, unknown> });
  error.extra["error"] = error;
  error.cause = error;
  const copy = (decode(encode({ list: [error] })) as { list: [typeof error] }).list[0];
  assertStrictEquals(copy.extra["error"], copy);
  assertStrictEquals(copy.cause, copy);
});
