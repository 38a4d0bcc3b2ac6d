import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Lock } from "../../lib/sync/lock.ts";
import { RLock } from "../../lib/sync/rlock.ts";
import { ClosedError, type DType, InvalidStateError, SharedArray } from "../../lib/manager/mod.ts";
import { decode, encode } from "../../lib/channel/codec.ts";
import { stats } from "../../lib/memory/arena.ts";

/** The object as another process would get it. */
function copyOf<T>(value: T): T {
  return decode(encode(value)) as T;
}

const DTYPES: readonly DType[] = ["i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "f16", "f32", "f64"];

Deno.test("ARRAY-01 SharedArray() of values has their length, indexes and slices", () => {
  using xs = new SharedArray("i", [1, 2, 3, 4, 5]);
  assertEquals(xs.dtype, "i32");
  assertEquals(xs.length, 5);
  assertEquals(xs.byteLength, 20);
  assertEquals(xs.at(0), 1);
  assertEquals(xs.data[4], 5);
  assertEquals([...xs.slice(1, 3)], [2, 3]);
  assertEquals([...xs], [1, 2, 3, 4, 5]);
  xs.set([20, 30], 1);
  assertEquals([...xs], [1, 20, 30, 4, 5]);
  xs.set(0, 7);
  xs.set(-1, 8);
  assertEquals([...xs], [7, 20, 30, 4, 8]);
});

Deno.test("SharedArray() knows every element type, and Python's letters for them", () => {
  for (const dtype of DTYPES) {
    using xs = new SharedArray(dtype, 3);
    assertEquals(xs.dtype, dtype);
    assertEquals(xs.data.length, 3);
    const big = dtype === "i64" || dtype === "u64";
    xs.fill(2);
    assertEquals<unknown>([...xs], big ? [2n, 2n, 2n] : [2, 2, 2]);
  }
  const letters = "b B h H i I l L q Q e f d c u".split(" ") as ("b")[];
  const names = "i8 u8 i16 u16 i32 u32 i64 u64 i64 u64 f16 f32 f64 u8 u32".split(" ");
  assertEquals(letters.map((letter): string => new SharedArray(letter, 1).dtype), names);
});

Deno.test("ARRAY-02 SharedArray() that travelled is the same memory in both directions", () => {
  using xs = new SharedArray("f64", [1, 2, 3]);
  using other = copyOf(xs);
  assert(other instanceof SharedArray);
  for (let i = 1; i < 3; i++) other.data[i]! += other.data[i - 1]!;
  assertEquals([...xs], [1, 3, 6]);
  xs.data[0] = 9;
  assertEquals(other.at(0), 9);
  const { deep } = copyOf({ deep: new Map([["xs", [xs.subarray(1)]]]) });
  assertEquals([...deep.get("xs")![0]!], [3, 6]);
});

Deno.test("ARRAY-03 SharedArray() of a length is zeroed, also when memory is reused", () => {
  for (let round = 0; round < 20; round++) {
    using xs = new SharedArray("u8", 1000 + round * 37);
    assert(xs.data.every((byte) => byte === 0));
    xs.data.fill(0xff);
  }
});

Deno.test("ARRAY-04 SharedArray() without lock behaves the same, and has none", () => {
  using xs = new SharedArray("i32", [1, 2], { lock: false });
  assertEquals([...xs], [1, 2]);
  assertThrows(() => xs.getLock(), InvalidStateError, "lock: false");
});

Deno.test("ARRAY-05 SharedArray.getLock() is an RLock of its own, or the given lock; anything else is a TypeError", () => {
  using xs = new SharedArray("i32", 1);
  using ys = new SharedArray("i32", 1, { lock: true });
  assert(xs.getLock() instanceof RLock);
  assertStrictEquals(xs.getLock(), xs.getLock());
  {
    using _mine = xs.getLock().acquireSync();
    assert((copyOf(xs).getLock() as RLock).locked());
    assert(!(ys.getLock() as RLock).locked());
  }
  const lock = new Lock();
  using zs = new SharedArray("i32", 1, { lock });
  assertStrictEquals(zs.getLock(), lock);
  {
    using _mine = lock.acquireSync();
    assert((copyOf(zs).getLock() as Lock).locked());
  }
  for (const bad of ["no", 5, 0, {}]) {
    assertThrows(() => new SharedArray("i32", 1, { lock: bad as never }), TypeError, "lock");
  }
});

Deno.test("SharedArray.getLock() goes with its array", () => {
  const before = stats().blocks;
  const xs = new SharedArray("i32", 1);
  xs.getLock();
  assertEquals(stats().blocks, before + 2);
  xs[Symbol.dispose]();
  assert(stats().blocks <= before + 1);
});

Deno.test("SharedArray.withLock() holds the lock while its function runs", async () => {
  using xs = new SharedArray("i32", 1);
  const result = await xs.withLock(async (array) => {
    await Promise.resolve();
    assert((array.getLock() as RLock).locked());
    return 5;
  });
  assertEquals(result, 5);
  assert(!(xs.getLock() as RLock).locked());
  await assertRejects(() => xs.withLock(() => Promise.reject(new TypeError("mine"))), TypeError, "mine");
  assert(!(xs.getLock() as RLock).locked());
});

Deno.test("ARRAY-06 SharedArray.set() outside of the array is a RangeError; slices are clipped", () => {
  using xs = new SharedArray("i32", [1, 2, 3]);
  assertThrows(() => xs.set(3, 0), RangeError, "3");
  assertThrows(() => xs.set(-4, 0), RangeError, "-4");
  assertThrows(() => xs.set(0.5, 0), RangeError, "0.5");
  assertThrows(() => xs.set([1, 2], 2), RangeError, "2 elements at 2");
  assertThrows(() => xs.set([1, 2, 3, 4]), RangeError);
  assertThrows(() => xs.set([1], -1), RangeError);
  assertEquals(xs.at(-1), 3);
  assertEquals(xs.at(3), undefined);
  assertEquals([...xs.slice(1, 100)], [2, 3]);
  assertEquals([...xs.slice(-2)], [2, 3]);
  assertEquals([...xs], [1, 2, 3]);
  assert(!("push" in xs));
});

Deno.test("ARRAY-07 SharedArray() may be empty, and checks its length and its values", () => {
  assertEquals(new SharedArray("i32", 0).length, 0);
  assertEquals([...new SharedArray("i32", [])], []);
  assertThrows(() => new SharedArray("i32", -1), RangeError, "-1");
  assertThrows(() => new SharedArray("i32", 1.5), TypeError, "1.5");
  assertThrows(() => new SharedArray("i32", [1, 2][Symbol.iterator]()), TypeError, "length");
  assertThrows(() => new SharedArray("i32", null as never), TypeError);
  assertThrows(() => new SharedArray("x" as "i8", 1), TypeError, '"x"');
  assertThrows(() => new SharedArray("i32", ["1"] as never), TypeError, '"1"');
  assertThrows(() => new SharedArray("i32", [1.5]), TypeError, "1.5");
  assertThrows(() => new SharedArray("f64", [1n] as never), TypeError, "1n");
  assertThrows(() => new SharedArray("i64", [1.5]), TypeError, "1.5");
  assertThrows(() => new SharedArray("i32", new Float64Array(1)).set(new Float64Array([0.5])), TypeError, "0.5");
});

Deno.test("a SharedArray() that refuses a value allocates nothing, and set() then changes nothing", () => {
  const before = stats().used;
  assertThrows(() => new SharedArray("i32", ["1"] as never), TypeError);
  assertEquals(stats().used, before);
  using xs = new SharedArray("i32", [1, 2]);
  assertThrows(() => xs.set([5, "6"] as never), TypeError);
  assertEquals([...xs], [1, 2]);
});

Deno.test("ARRAY-08 SharedArray.value and raw are the bytes of a string, as in Python", () => {
  using s = new SharedArray("c", new TextEncoder().encode("hello"));
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  s.value = new TextEncoder().encode("hi");
  assertEquals(text(s.value), "hi");
  assertEquals(text(s.raw), "hi\0lo");
  assertThrows(() => s.value = new Uint8Array(6), RangeError, "6 bytes");
  assertThrows(() => new SharedArray("i32", 1).raw, TypeError, "u8");
});

Deno.test("ARRAY-10 SharedArray() of another is an independent copy", () => {
  using xs = new SharedArray("f64", [1, 2]);
  using ys = new SharedArray("f64", xs);
  using zs = new SharedArray("f32", xs);
  xs.data[0] = 5;
  assertEquals([...ys], [1, 2]);
  assertEquals([...zs], [1, 2]);
});

Deno.test("SharedArray.subarray() is a part of the same memory, and disposing it leaves the whole", () => {
  using xs = new SharedArray("f64", [0, 1, 2, 3, 4]);
  const part = xs.subarray(1, 4);
  assertEquals(part.byteOffset, xs.byteOffset + 8);
  part.fill(9);
  assertEquals([...xs], [0, 9, 9, 9, 4]);
  assertEquals([...part.subarray(-2, -1)], [9]);
  assertEquals(part.subarray(2, 1).length, 0);
  assertEquals(part.subarray(7).length, 0);
  part[Symbol.dispose]();
  assertThrows(() => part.data, ClosedError);
  assertEquals(xs.length, xs.data.length);
});

Deno.test("SharedArray's disposal frees the memory for everybody when its maker does it, else one copy", () => {
  const before = stats().used;
  const xs = new SharedArray("f64", 10);
  const copy = copyOf(xs), other = copyOf(xs);
  copy[Symbol.dispose]();
  assertThrows(() => copy.data, ClosedError);
  assertEquals(other.data.length, 10);
  const part = xs.subarray(1);
  xs[Symbol.dispose]();
  xs[Symbol.dispose]();
  assertEquals(stats().used, before);
  for (const array of [xs, other, part]) {
    assertThrows(() => array.data, ClosedError, "SharedArray was disposed");
    assertThrows(() => array.at(0), ClosedError);
    assertThrows(() => encode(array), ClosedError);
    assertThrows(() => array.getLock(), ClosedError);
    assertThrows(() => array.subarray(0), ClosedError);
  }
});

Deno.test("SharedArray is printed with its type, length and elements", () => {
  using xs = new SharedArray("f64", [1.5, 2]);
  assertEquals(Deno.inspect(xs), "SharedArray(2) f64 [ 1.5, 2 ]");
  const ys = new SharedArray("u8", 3);
  ys[Symbol.dispose]();
  assertEquals(Deno.inspect(ys), "SharedArray(3) u8 (disposed)");
});

Deno.test("a model of SharedArray, a typed array, agrees with it", () => {
  const operation = fc.oneof(
    fc.record({ kind: fc.constant("set" as const), index: fc.integer({ min: -12, max: 12 }), value: fc.integer() }),
    fc.record({ kind: fc.constant("fill" as const), value: fc.integer(), from: fc.integer(), to: fc.integer() }),
    fc.record({ kind: fc.constant("slice" as const), from: fc.integer(), to: fc.integer() }),
    fc.record({
      kind: fc.constant("setAll" as const),
      values: fc.array(fc.integer(), { maxLength: 12 }),
      offset: fc.nat(12),
    }),
  );
  fc.assert(fc.property(fc.array(fc.integer(), { maxLength: 10 }), fc.array(operation), (start, operations) => {
    using xs = new SharedArray("i32", start);
    using view = copyOf(xs);
    const model = Int32Array.from(start);
    for (const op of operations) {
      if (op.kind === "set") {
        const index = op.index < 0 ? op.index + model.length : op.index;
        if (index < 0 || index >= model.length) assertThrows(() => xs.set(op.index, op.value), RangeError);
        else {
          xs.set(op.index, op.value);
          model[index] = op.value;
        }
      } else if (op.kind === "fill") {
        xs.fill(op.value, op.from, op.to);
        model.fill(op.value, op.from, op.to);
      } else if (op.kind === "slice") {
        assertEquals([...xs.slice(op.from, op.to)], [...model.slice(op.from, op.to)]);
        assertEquals([...xs.subarray(op.from, op.to)], [...model.subarray(op.from, op.to)]);
      } else if (op.offset + op.values.length > model.length) {
        assertThrows(() => xs.set(op.values, op.offset), RangeError);
      } else {
        xs.set(op.values, op.offset);
        model.set(op.values, op.offset);
      }
      assertEquals([...view], [...model]);
    }
  }));
});
