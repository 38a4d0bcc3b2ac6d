import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  AssertionError,
  assertIsError,
  assertNotEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
} from "@std/assert";

function refuses(fn: () => unknown): void {
  try {
    fn();
  } catch (error) {
    if (error instanceof AssertionError) return;
    throw error;
  }
  throw new Error("The assertion passed");
}

Deno.test("equal() compares in depth as @std/assert does", () => {
  const pairs: [unknown, unknown, boolean][] = [
    [NaN, NaN, true],
    [0, -0, true],
    [{ a: undefined }, {}, false],
    [new Map([["a", [1]]]), new Map([["a", [1]]]), true],
    [new Map([["a", [1]]]), new Map([["a", [2]]]), false],
    [new Set([{ a: 1 }]), new Set([{ a: 1 }]), true],
    [new Set([1, 2]), new Set([1, 3]), false],
    [new Float64Array([1, NaN]), new Float64Array([1, NaN]), true],
    [new Float64Array([1]), new Float32Array([1]), false],
    [new Uint8Array([1]).buffer, new Uint8Array([2]).buffer, false],
    [new TypeError("x"), new TypeError("x"), true],
    [new TypeError("x"), new RangeError("x"), false],
    [new Error("x", { cause: 1 }), new Error("x", { cause: 2 }), false],
    [new URL("http://a/"), new URL("http://b/"), false],
    [Object.create(null), {}, true],
    [[1, , 3], [1, undefined, 3], false],
    [[], {}, false],
    [1n, 1, false],
  ];
  for (const [a, b, expected] of pairs) {
    if (equal(a, b) !== expected) throw new Error(`equal(${Deno.inspect(a)}, ${Deno.inspect(b)}) is not ${expected}`);
  }
});

Deno.test("assertEquals() refuses with the difference and the message", () => {
  assertEquals({ a: [1, new Date(0)] }, { a: [1, new Date(0)] });
  const error = assertThrows(() => assertEquals({ a: 1 }, { a: 2 }, "why"), AssertionError);
  assertStringIncludes(error.message, "why");
  assertStringIncludes(error.message, "2");
  assertNotEquals(1, 2);
  refuses(() => assertNotEquals([1], [1]));
  refuses(() => assertStrictEquals({}, {}));
});

Deno.test("assertThrows() gives the error and checks class and text", () => {
  const thrown = new RangeError("too large: 5");
  const error: RangeError = assertThrows(
    () => {
      throw thrown;
    },
    RangeError,
    "too large",
  );
  assertStrictEquals(error, thrown);
  refuses(() =>
    assertThrows(
      () => {
        throw thrown;
      },
      TypeError,
    )
  );
  refuses(() =>
    assertThrows(
      () => {
        throw thrown;
      },
      RangeError,
      "too small",
    )
  );
  refuses(() => assertThrows(() => 1));
});

Deno.test("assertRejects() gives the reason and refuses a synchronous throw", async () => {
  const thrown = new TypeError("no");
  const error: TypeError = await assertRejects(() => Promise.reject(thrown), TypeError, "no");
  assertStrictEquals(error, thrown);
  assertStrictEquals(await assertRejects(() => Promise.reject(5)), 5);
  await assertRejects(() => assertRejects(() => Promise.resolve()), AssertionError, "reject");
  await assertRejects(
    () =>
      assertRejects(() => {
        throw thrown;
      }),
    AssertionError,
    "Function throws",
  );
});

Deno.test("the other assertions pass and refuse", () => {
  assert(1);
  refuses(() => assert(0));
  assertAlmostEquals(1, 1 + 1e-9);
  refuses(() => assertAlmostEquals(1, 1.1));
  assertArrayIncludes([1, [2]], [[2]]);
  refuses(() => assertArrayIncludes([1], [2]));
  refuses(() => assertExists(null));
  assertIsError(new TypeError("abc"), Error, /b/);
  refuses(() => assertIsError(5));
  assertObjectMatch({ a: 1, b: { c: [1, 2], d: 3 } }, { b: { c: [1, 2] } });
  refuses(() => assertObjectMatch({ a: 1 }, { b: undefined }));
});
