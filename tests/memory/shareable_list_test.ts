import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ClosedError } from "../../lib/base/errors.ts";
import { decode, encode } from "../../lib/channel/codec.ts";
import { stats } from "../../lib/memory/arena.ts";
import { SharedMemory } from "../../lib/memory/named.ts";
import { ShareableList, type ShareableListItem } from "../../lib/memory/shareable_list.ts";

const BYTES = new TextEncoder().encode("HoWdY");
const ITEMS: readonly ShareableListItem[] = ["howdy", BYTES, -273.154, 100, null, true, 42];

/** A list that is gone at the end of its scope. */
function made(values: Iterable<ShareableListItem>, name?: string): ShareableList & Disposable {
  const list = new ShareableList(values, { name });
  return Object.assign(list, {
    [Symbol.dispose]: (): void => {
      list.shm.close();
      list.shm.unlink();
    },
  });
}

Deno.test("SHL-01 ShareableList() reads back its values, by index, negative index and iteration", () => {
  using list = made(ITEMS);
  assertEquals(list.length, 7);
  assertEquals([...list], [...ITEMS]);
  assertEquals(list.at(0), "howdy");
  assertEquals(list.at(-2), true);
  assertEquals(list.at(1), BYTES);
  assert(list.includes("howdy") && list.includes(BYTES) && list.includes(null));
  assert(!list.includes("nope"));
  using bigs = made([2n ** 63n - 1n, -(2n ** 63n), 5n, -0, Infinity, 2 ** 53]);
  assertEquals([...bigs], [2n ** 63n - 1n, -(2n ** 63n), 5n, -0, Infinity, 2 ** 53]);
});

Deno.test("SHL-02 ShareableList shows its name and its items", () => {
  using list = made(["a", 1], "shl 02");
  assertEquals(`${list}`, 'ShareableList([ "a", 1 ], name="shl 02")');
});

Deno.test("SHL-03 ShareableList.at() and set() outside of the list throw a RangeError", () => {
  using list = made(ITEMS);
  assertThrows(() => list.at(7), RangeError, "7");
  assertThrows(() => list.set(7, 1), RangeError, "7");
  assertThrows(() => list.at(0.5), RangeError, "0.5");
  assertThrows(() => list.at("0" as never), RangeError);
});

Deno.test("SHL-04 ShareableList.format is Python's, and follows the items' types", () => {
  using list = made(ITEMS);
  assertEquals(list.format, "8s8sdqxxxxxx?xxxxxxxx?q");
  list.set(3, 42);
  assertEquals(list.format, "8s8sdqxxxxxx?xxxxxxxx?q");
  list.set(4, "some");
  assertEquals(list.format, "8s8sdq8sxxxxxxx?q");
  assertEquals(list.at(4), "some");
});

Deno.test("SHL-05 ShareableList.index() and count() go by value and type", () => {
  using list = made([...ITEMS, 42, BYTES]);
  assertEquals(list.index(42), 6);
  assertEquals(list.index(BYTES), 1);
  assertEquals(list.count(42), 2);
  assertEquals(list.count("howdy"), 1);
  assertEquals(list.count("adios"), 0);
  assertThrows(() => list.index("100"), RangeError, '"100"');
  assertThrows(() => list.index(100n), RangeError, "100n");
});

Deno.test("SHL-06 ShareableList's slots have 8 * (floor(bytes / 8) + 1) bytes", () => {
  for (const [length, slot] of [[0, 8], [7, 8], [8, 16], [15, 16], [16, 24]] as const) {
    using list = made(["x".repeat(length)]);
    assertEquals(list.format, `${slot}s`);
    list.set(0, "y".repeat(slot));
    assertEquals(list.at(0), "y".repeat(slot));
    assertThrows(() => list.set(0, "y".repeat(slot + 1)), RangeError);
  }
  using numbers = made([1]);
  numbers.set(0, "12345678");
  assertThrows(() => numbers.set(0, "123456789"), RangeError, "9 bytes");
  numbers.set(0, null);
  assertEquals(numbers.at(0), null);
});

Deno.test("SHL-07 ShareableList.set() of too long a text changes nothing, an exact fit leaves its neighbour", () => {
  using list = made(["howdy", "next"]);
  assertThrows(() => list.set(0, "far too long"), RangeError, "12 bytes in a slot of 8");
  assertEquals([...list], ["howdy", "next"]);
  list.set(0, "encodés");
  assertEquals([...list], ["encodés", "next"]);
  assertThrows(() => list.set(0, "encodées"), RangeError);
  assertThrows(() => list.set(0, new Uint8Array(9)), RangeError);
  assertEquals([...list], ["encodés", "next"]);
});

Deno.test("SHL-08 ShareableList() of another is an independent copy", () => {
  using list = made(ITEMS);
  using copy = made(list, "shl 08");
  assertEquals(copy.shm.name, "shl 08");
  assertNotEquals(list.shm.name, "shl 08");
  copy.set(3, 7);
  assertEquals(list.at(3), 100);
  assertEquals(copy.at(3), 7);
  assertEquals(copy.format, list.format);
});

Deno.test("SHL-09 ShareableList() by name is the same list", () => {
  using list = made(ITEMS, "shl 09");
  const same = new ShareableList(undefined, { name: "shl 09" });
  same.set(0, "hello");
  assertEquals(list.at(0), "hello");
  list.set(-1, null);
  assertEquals(same.at(6), null);
  same.shm.close();
  assertEquals(list.at(0), "hello");
  assertThrows(() => same.at(0), ClosedError, "closed");
  assertThrows(() => same.length, ClosedError);
});

Deno.test("SHL-10 ShareableList() may be empty", () => {
  using list = made([]);
  assertEquals(list.length, 0);
  assertEquals(list.format, "");
  assertEquals(list.count(4), 0);
  assertEquals([...list], []);
  assertThrows(() => list.index(4), RangeError, "4");
  const same = new ShareableList(null, { name: list.shm.name });
  assertEquals(same.length, 0);
  same.shm.close();
});

Deno.test("SHL-11 ShareableList() that travelled is the same list, in a few bytes", () => {
  using list = made(Array.from({ length: 1000 }, (_, i) => i));
  const packet = encode(list);
  assert(packet.bytes.length < 200);
  const copy = decode(packet) as ShareableList;
  assert(copy instanceof ShareableList);
  copy.set(0, -1);
  assertEquals(list.at(0), -1);
  list.set(999, -2);
  assertEquals(copy.at(-1), -2);
  copy.shm.close();
});

Deno.test("SHL-12 ShareableList() refuses other types and integers beyond 64 bits", () => {
  const before = stats().used;
  for (const bad of [undefined, {}, [1], Symbol.iterator, new Map(), new Date(0)]) {
    assertThrows(() => new ShareableList([1, bad as never]), TypeError, "item");
  }
  for (const big of [2n ** 63n, -(2n ** 63n) - 1n]) {
    assertThrows(() => new ShareableList([big]), RangeError, "64 bits");
  }
  assertThrows(() => new ShareableList(5 as never), TypeError, "iterable");
  assertThrows(() => new ShareableList(), RangeError, "name");
  assertEquals(stats().used, before);
  using list = made([1]);
  assertThrows(() => list.set(0, {} as never), TypeError);
  assertThrows(() => list.set(0, 2n ** 63n), RangeError);
  assertEquals(list.at(0), 1);
  assert(!("push" in list));
});

Deno.test("SHL-13 ShareableList() takes any iterable, and a string as its characters", () => {
  using squares = made((function* () {
    for (let i = 0; i < 4; i++) yield i * i;
  })());
  assertEquals([...squares], [0, 1, 4, 9]);
  using letters = made("añ🔑");
  assertEquals([...letters], ["a", "ñ", "🔑"]);
});

Deno.test("D-60 ShareableList keeps trailing NULs", () => {
  using list = made(["abc\0\0", new Uint8Array([1, 0, 0]), "\0", new Uint8Array(3), "\uFEFFx"]);
  assertEquals([...list], ["abc\0\0", new Uint8Array([1, 0, 0]), "\0", new Uint8Array(3), "\uFEFFx"]);
});

Deno.test("D-61 ShareableList allots texts by bytes", () => {
  using list = made(["é".repeat(12), "next"]);
  assertEquals([...list], ["é".repeat(12), "next"]);
});

Deno.test("D-62 ShareableList.at() and set() below -length throw a RangeError", () => {
  using list = made(ITEMS);
  assertEquals(list.at(-7), "howdy");
  assertThrows(() => list.at(-8), RangeError, "-8");
  assertThrows(() => list.set(-8, 1), RangeError, "-8");
  assertEquals([...list], [...ITEMS]);
});

Deno.test("D-63 SHL-14 a ShareableList() that fails leaves nothing", () => {
  const before = stats();
  assertThrows(() => new ShareableList([1, {} as never], { name: "d 63" }), TypeError);
  assertThrows(
    () =>
      new ShareableList(
        (function* (): Generator<number> {
          yield 1;
          throw new TypeError("mine");
        })(),
        { name: "d 63" },
      ),
    TypeError,
    "mine",
  );
  assertEquals(stats(), before);
  assertThrows(() => new SharedMemory({ name: "d 63" }), Deno.errors.NotFound);
  using list = made([], "d 63");
  assertThrows(() => new ShareableList([1], { name: "d 63" }), Deno.errors.AlreadyExists);
  assertEquals(list.length, 0);
});

Deno.test("ShareableList() refuses memory that is no list", () => {
  using memory = new SharedMemory({ create: true, size: 100 });
  assertThrows(() => new ShareableList(null, { name: memory.name }), TypeError, memory.name);
  assertThrows(() => new ShareableList(null, { name: "no such list" }), Deno.errors.NotFound);
  memory.unlink();
});

const item: fc.Arbitrary<ShareableListItem> = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Uint8Array.from(bytes)),
  fc.double(),
  fc.integer(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.boolean(),
  fc.constant(null),
);

Deno.test("a model of ShareableList, an array with slots of fixed size, agrees with it", () => {
  fc.assert(fc.property(fc.array(item, { maxLength: 8 }), fc.array(fc.tuple(fc.nat(7), item)), (start, changes) => {
    using list = made(start);
    const sizeOf = (value: ShareableListItem): number =>
      typeof value === "string"
        ? new TextEncoder().encode(value).length
        : value instanceof Uint8Array
        ? value.length
        : -1;
    const model = [...start];
    const room = model.map((value) => sizeOf(value) < 0 ? 8 : 8 * (Math.floor(sizeOf(value) / 8) + 1));
    for (const [index, value] of changes) {
      if (index >= model.length || sizeOf(value) > room[index]!) {
        assertThrows(() => list.set(index, value), RangeError);
      } else {
        list.set(index, value);
        model[index] = value;
      }
      assertEquals([...list], model);
    }
  }));
});
