import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Condition } from "../../lib/sync/condition.ts";
import { Lock } from "../../lib/sync/lock.ts";
import { RLock } from "../../lib/sync/rlock.ts";
import { ClosedError, type DType, InvalidStateError, SharedValue } from "../../lib/manager/mod.ts";
import { decode, encode } from "../../lib/channel/codec.ts";
import { stats } from "../../lib/memory/arena.ts";

function copyOf<T>(value: T): T {
  return decode(encode(value)) as T;
}

const DTYPES: readonly DType[] = ["i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "f16", "f32", "f64"];

Deno.test("VALUE-01 SharedValue.value reads back what was set, also where it travelled to", () => {
  const cases = [["i", 4343, 24234], ["d", 3.625, -4.25], ["h", -232, 234], ["c", 120, 121]] as const;
  for (const [dtype, first, second] of cases) {
    using v = new SharedValue(dtype, first);
    assertEquals(v.value, first);
    copyOf(v).value = second;
    assertEquals(v.value, second);
  }
  using q = new SharedValue("q", 2n ** 33n);
  assertEquals(q.value, 2n ** 33n);
  copyOf(q).value = 2n ** 34n;
  assertEquals(q.value, 2n ** 34n);
});

Deno.test("VALUE-02 SharedValue() without lock behaves the same", () => {
  using v = new SharedValue("d", 3.5, { lock: false });
  v.value = 4;
  assertEquals(copyOf(v).value, 4);
});

Deno.test("VALUE-03 SharedValue.getLock() is an RLock of its own, or the given lock, or an error", async () => {
  using v = new SharedValue("i32", 5);
  using w = new SharedValue("i32", 5, { lock: null as never });
  assert(v.getLock() instanceof RLock);
  assert(w.getLock() instanceof RLock);
  {
    using _held = await v.getLock().acquire();
    assert((copyOf(v).getLock() as RLock).locked());
    assert(!(w.getLock() as RLock).locked());
  }
  const lock = new Lock();
  assertStrictEquals(new SharedValue("i32", 5, { lock }).getLock(), lock);
  const own: RLock = v.getLock();
  assert(await new Condition(own).acquire() !== null);
  own.release();
  assertThrows(() => new SharedValue("i32", 5, { lock: false }).getLock(), InvalidStateError, "lock: false");
});

Deno.test("VALUE-04 SharedValue() with a lock that is none throws a TypeError", () => {
  for (const bad of ["navalue", 5, 0]) {
    assertThrows(() => new SharedValue("i32", 5, { lock: bad as never }), TypeError, `${bad}`);
  }
});

Deno.test("VALUE-05 SharedValue() without initial value is zero", () => {
  for (const dtype of DTYPES) {
    using v = new SharedValue(dtype);
    assertEquals<number | bigint>(v.value, dtype === "i64" || dtype === "u64" ? 0n : 0);
  }
});

Deno.test("VALUE-07 SharedValue wraps integers as C does, and refuses what is none", () => {
  const cases = [["i", 2 ** 31, -(2 ** 31)], ["b", 200, -56], ["B", -1, 255], ["h", 40000, -25536]] as const;
  for (const [dtype, given, kept] of cases) assertEquals(new SharedValue(dtype, given).value, kept);
  assertEquals(new SharedValue("q", 2n ** 63n).value, -(2n ** 63n));
  assertEquals(new SharedValue("f", 0.1).value, Math.fround(0.1));
  assertThrows(() => new SharedValue("i", 1.5), TypeError, "1.5");
  assertThrows(() => new SharedValue("i", "1" as never), TypeError, '"1"');
  assertThrows(() => new SharedValue("d", 1n as never), TypeError, "1n");
  using v = new SharedValue("i", 3);
  assertThrows(() => v.value = NaN, TypeError, "NaN");
  assertThrows(() => v.add(0.5), TypeError, "0.5");
  assertThrows(() => v.compareExchange(3, 0.5), TypeError, "0.5");
  assertEquals(v.value, 3);
});

Deno.test("VALUE-08 SharedValue() of an unknown type, or with a second initial value, throws a TypeError", () => {
  assertThrows(() => new SharedValue("z" as "i8"), TypeError, '"z"');
  assertThrows(() => new SharedValue(undefined as never), TypeError, "undefined");
  assertThrows(() => new SharedValue("i32", 1, 2 as never), TypeError, "2");
});

Deno.test("VALUE-09 SharedValue.withLock() holds the lock, recursively, and releases it in any case", async () => {
  using v = new SharedValue("i32");
  await v.withLock((value) => value.withLock(() => value.value += 1));
  assertEquals(v.value, 1);
  await assertRejects(() => v.withLock(() => Promise.reject(new Error("mine"))), Error, "mine");
  assert(!(v.getLock() as RLock).locked());
});

Deno.test("VALUE-10 SharedValue is printed with its type and value", () => {
  const v = new SharedValue("i32", 5);
  assertEquals(Deno.inspect(v), "SharedValue i32 5");
  v.dispose();
  assertEquals(Deno.inspect(v), "SharedValue i32 (disposed)");
});

Deno.test("VALUE-11 SharedValue travels at any time, at any depth", () => {
  using v = new SharedValue("i32", 1);
  const { list } = copyOf({ list: [new Set([v])] });
  for (const inner of list[0]!) inner.value = 7;
  assertEquals(v.value, 7);
});

Deno.test("SharedValue.add() returns the old value, on every element type", () => {
  for (const dtype of DTYPES) {
    using v = new SharedValue(dtype, 5);
    assertEquals(Number(v.add(3)), 5);
    assertEquals(Number(v.value), 8);
    assertEquals(Number(v.add(-2)), 8);
    assertEquals(Number(v.value), 6);
  }
  using v = new SharedValue("i8", 127);
  assertEquals(v.add(1), 127);
  assertEquals(v.value, -128);
  using w = new SharedValue("u64", 0n);
  assertEquals(w.add(-1n), 0n);
  assertEquals(w.value, 2n ** 64n - 1n);
  using f = new SharedValue("f64", 0.5);
  assertEquals(f.add(0.25), 0.5);
  assertEquals(f.value, 0.75);
});

Deno.test("SharedValue.compareExchange() returns what it found, on every element type", () => {
  for (const dtype of DTYPES) {
    using v = new SharedValue(dtype, 5);
    assertEquals(Number(v.compareExchange(4, 9)), 5);
    assertEquals(Number(v.value), 5);
    assertEquals(Number(v.compareExchange(5, 9)), 5);
    assertEquals(Number(v.value), 9);
  }
  using v = new SharedValue("f64", NaN);
  assertEquals(v.compareExchange(NaN, -0), NaN);
  assertEquals(v.compareExchange(0, 0.1), -0);
  assertEquals(v.compareExchange(0.1, 2), 0.1);
  using single = new SharedValue("f32", 0.1);
  assertEquals(single.compareExchange(0.1, 2), Math.fround(0.1));
  assertEquals(single.value, 2);
});

Deno.test("SharedValue's disposal frees the memory for everybody when its maker does it", () => {
  const before = stats().used;
  const v = new SharedValue("i32", 5);
  const copy = copyOf(v), other = copyOf(v);
  other[Symbol.dispose]();
  assertThrows(() => other.value, ClosedError);
  assertEquals(copy.value, 5);
  v[Symbol.dispose]();
  v[Symbol.dispose]();
  assertEquals(stats().used, before);
  assertThrows(() => copy.value, ClosedError, "SharedValue was disposed");
  assertThrows(() => copy.add(1), ClosedError);
  assertThrows(() => copy.compareExchange(1, 2), ClosedError);
  assertThrows(() => copy.getLock(), ClosedError);
  assertThrows(() => encode(copy), ClosedError);
});

Deno.test("a model of SharedValue agrees with it", () => {
  const operation = fc.tuple(fc.constantFrom("set", "add", "swap"), fc.integer(), fc.integer());
  fc.assert(fc.property(fc.constantFrom(...DTYPES), fc.array(operation), (dtype, operations) => {
    using v = new SharedValue(dtype);
    const model = v.dtype.startsWith("f") || !v.dtype.endsWith("64") ? numbers(dtype) : bigs(dtype);
    for (const [kind, a, b] of operations) {
      const found = model[0]!;
      const [x, y] = typeof found === "bigint" ? [BigInt(a), BigInt(b)] : [a, b];
      if (kind === "set") {
        v.value = x as number;
        model[0] = x as never;
      } else if (kind === "add") {
        assertEquals<unknown>(v.add(x as number), found);
        model[0] = (found as number) + (x as number) as never;
      } else {
        const expected = a % 2 === 0 ? found : x;
        assertEquals<unknown>(v.compareExchange(expected as number, y as number), found);
        const cell = model.slice();
        cell[0] = expected as never;
        if (cell[0] === found) model[0] = y as never;
      }
      assertEquals<unknown>(v.value, model[0]);
    }
  }));
});

function numbers(dtype: DType): Int32Array | Float64Array {
  const classes = { i8: Int8Array, u8: Uint8Array, i16: Int16Array, u16: Uint16Array, u32: Uint32Array };
  const more = { i32: Int32Array, f16: Float16Array, f32: Float32Array, f64: Float64Array };
  const Class = { ...classes, ...more }[dtype as "i8"];
  return new Class(1) as unknown as Int32Array;
}

function bigs(dtype: DType): BigInt64Array {
  return (dtype === "i64" ? new BigInt64Array(1) : new BigUint64Array(1)) as BigInt64Array;
}
