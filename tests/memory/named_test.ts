import { assert, assertEquals, assertNotEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { decode, encode } from "../../lib/channel/codec.ts";
import { stats, sweep } from "../../lib/memory/arena.ts";
import { SharedMemory } from "../../lib/memory/named.ts";
import { becomePid, declareDead, enlist, self } from "../../lib/memory/process_table.ts";
import { ClosedError } from "../../lib/base/errors.ts";

function copyOf<T>(value: T): T {
  return decode(encode(value)) as T;
}

Deno.test("SHM-01 SharedMemory() with name and size has exactly these", () => {
  using memory = new SharedMemory({ name: "shm 01", create: true, size: 513 });
  assertEquals(memory.name, "shm 01");
  assertEquals(memory.size, 513);
  assertEquals(memory.buf.length, 513);
  assertEquals(`${memory}`, 'SharedMemory("shm 01", size=513)');
  assertEquals(Deno.inspect(memory), 'SharedMemory("shm 01", size=513)');
  memory.unlink();
});

Deno.test("SHM-02 SharedMemory.buf is the same through a second object attached by name", () => {
  using memory = new SharedMemory({ create: true, size: 10 });
  memory.buf[0] = 42;
  using other = new SharedMemory({ name: memory.name });
  assertEquals(other.buf[0], 42);
  other.buf[9] = 7;
  assertEquals(memory.buf[9], 7);
  memory.unlink();
});

Deno.test("SHM-03 SharedMemory() that attaches ignores the size", () => {
  using memory = new SharedMemory({ create: true, size: 10 });
  using other = new SharedMemory({ name: memory.name, size: 1000 });
  assertEquals(other.size, 10);
  assertEquals(other.buf.length, 10);
  memory.unlink();
});

Deno.test("SHM-04 SharedMemory() without name gets one of its own", () => {
  const names = new Set<string>();
  const all = Array.from({ length: 50 }, () => new SharedMemory({ create: true, size: 1 }));
  for (const memory of all) {
    names.add(memory.name);
    memory.close();
    memory.unlink();
  }
  assertEquals(names.size, 50);
});

Deno.test("SHM-04 a generated name that is taken is tried again", () => {
  const { randomUUID } = crypto;
  const uuids = ["aaaaaaaa", "aaaaaaaa", "bbbbbbbb"] as const;
  let calls = 0;
  crypto.randomUUID = () => `${uuids[calls++]!}-0000-0000-0000-000000000000`;
  try {
    using first = new SharedMemory({ create: true, size: 1 });
    using second = new SharedMemory({ create: true, size: 1 });
    assertEquals(calls, 3);
    assertNotEquals(first.name, second.name);
    first.unlink();
    second.unlink();
  } finally {
    crypto.randomUUID = randomUUID;
  }
});

Deno.test("SHM-05 SharedMemory() checks its options", () => {
  const before = stats().used;
  for (const size of [0, -1, undefined, 1.5]) {
    assertThrows(() => new SharedMemory({ create: true, size }), RangeError, "size");
  }
  assertThrows(() => new SharedMemory({ create: true, size: "1" as never }), TypeError, "size");
  assertThrows(() => new SharedMemory({ name: 5 as never, create: true, size: 1 }), TypeError, "name");
  assertThrows(() => new SharedMemory(), RangeError, "name");
  assertThrows(() => new SharedMemory({ name: "x", size: -1 }), RangeError, "-1");
  assertThrows(() => new SharedMemory({ name: "x", size: "1" as never }), TypeError, '"1"');
  assertEquals(stats().used, before);
});

Deno.test("SHM-06 SharedMemory() with a name in use, or of nothing, throws AlreadyExists or NotFound", () => {
  using memory = new SharedMemory({ name: "shm 06", create: true, size: 10 });
  const before = stats().used;
  assertThrows(
    () => new SharedMemory({ name: "shm 06", create: true, size: 10 }),
    Deno.errors.AlreadyExists,
    '"shm 06"',
  );
  assertThrows(() => new SharedMemory({ name: "shm 06 b" }), Deno.errors.NotFound, '"shm 06 b"');
  assertEquals(stats().used, before);
  memory.unlink();
});

Deno.test("SHM-07 SharedMemory() refuses an empty name and one with a NUL", () => {
  for (const name of ["", "a\0b"]) {
    assertThrows(() => new SharedMemory({ name }), RangeError, "name");
    assertThrows(() => new SharedMemory({ name, create: true, size: 1 }), RangeError, "name");
  }
});

Deno.test("SHM-08 SharedMemory() takes names with colons, newlines, slashes and of any length and script", () => {
  for (const name of ["a:b:c", "a\nb", "/a/b", "x".repeat(5000), "ключ 🔑"]) {
    using memory = new SharedMemory({ name, create: true, size: 1 });
    using other = new SharedMemory({ name });
    assertEquals(other.name, name);
    memory.unlink();
    assertThrows(() => new SharedMemory({ name }), Deno.errors.NotFound);
  }
});

Deno.test("SHM-09 SharedMemory() is zeroed", () => {
  for (let round = 0; round < 5; round++) {
    using memory = new SharedMemory({ create: true, size: 1000 });
    assert(memory.buf.every((byte) => byte === 0));
    memory.buf.fill(255);
    memory.unlink();
  }
});

Deno.test("SHM-10 SharedMemory.unlink() takes the name, not the memory, once, from any handle", () => {
  using memory = new SharedMemory({ name: "shm 10", create: true, size: 10 });
  using other = new SharedMemory({ name: "shm 10" });
  other.unlink();
  memory.buf[0] = 5;
  assertEquals(other.buf[0], 5);
  assertThrows(() => new SharedMemory({ name: "shm 10" }), Deno.errors.NotFound);
  assertThrows(() => memory.unlink(), Deno.errors.NotFound, '"shm 10"');
  // A new memory of that name is not the old one's to unlink.
  using next = new SharedMemory({ name: "shm 10", create: true, size: 10 });
  assertThrows(() => memory.unlink(), Deno.errors.NotFound);
  assertEquals(next.buf[0], 0);
  next.unlink();
});

Deno.test("SHM-11 SharedMemory.close() drops this handle only, in any order with unlink()", () => {
  const before = stats().used;
  const memory = new SharedMemory({ create: true, size: 10 });
  const other = new SharedMemory({ name: memory.name });
  memory.close();
  memory.close();
  assertStrictEquals(memory.buf, null as never);
  assertEquals(memory.size, 10);
  assertThrows(() => encode(memory), ClosedError);
  other.buf[0] = 1;
  using third = new SharedMemory({ name: memory.name });
  assertEquals(third.buf[0], 1);
  memory.unlink();
  other.close();
  third.close();
  assertEquals(stats().used, before);
});

Deno.test("SHM-12 SharedMemory() that travelled maps the same memory in both directions", () => {
  using memory = new SharedMemory({ create: true, size: 10 });
  using copy = copyOf({ deep: [memory] }).deep[0]!;
  assert(copy instanceof SharedMemory);
  assertEquals([copy.name, copy.size], [memory.name, memory.size]);
  copy.buf[0] = 3;
  assertEquals(memory.buf[0], 3);
  memory.buf[1] = 4;
  assertEquals(copy.buf[1], 4);
  memory.unlink();
});

Deno.test("SHM-13 SharedMemory() on its way stays usable when it is closed and unlinked meanwhile", () => {
  const before = stats().used;
  const memory = new SharedMemory({ create: true, size: 10 });
  memory.buf[0] = 9;
  const packet = encode(memory);
  memory.close();
  memory.unlink();
  const copy = decode(packet) as SharedMemory;
  assertEquals(copy.buf[0], 9);
  assertThrows(() => copy.unlink(), Deno.errors.NotFound);
  copy.close();
  assertEquals(stats().used, before);
});

Deno.test("SHM-15 SharedMemory's name, size and buf are read-only", () => {
  using memory = new SharedMemory({ create: true, size: 10 });
  for (const key of ["name", "size", "buf"]) {
    assertThrows(() => (memory as unknown as Record<string, unknown>)[key] = 1, TypeError);
  }
  memory.buf[20] = 1;
  assertEquals(memory.buf[20], undefined);
  assertThrows(() => memory.buf.set(new Uint8Array(11)), RangeError);
  memory.unlink();
});

Deno.test("SHM-16 the names that a process made are taken away when it has ended, however it did", () => {
  const make = (exitCode: number): string => {
    const me = self(), pid = enlist(me);
    becomePid(pid);
    const { name } = new SharedMemory({ create: true, size: 10 });
    becomePid(me);
    declareDead(pid, exitCode);
    sweep(pid);
    return name;
  };
  for (const exitCode of [-9, 0, 1]) {
    const name = make(exitCode);
    assertThrows(() => new SharedMemory({ name }), Deno.errors.NotFound);
  }
});

Deno.test("D-65 SharedMemory has the exact size, and unlink() an effect, everywhere", () => {
  using memory = new SharedMemory({ create: true, size: 4097 });
  assertEquals(memory.size, 4097);
  memory.unlink();
  assertThrows(() => new SharedMemory({ name: memory.name }), Deno.errors.NotFound);
});

Deno.test("thousands of names are told apart", () => {
  const all = Array.from({ length: 3000 }, (_, i) => new SharedMemory({ name: `many ${i}`, create: true, size: 4 }));
  all.forEach((memory, i) => memory.buf[0] = i & 255);
  for (let i = 0; i < 3000; i += 7) {
    using memory = new SharedMemory({ name: `many ${i}` });
    assertEquals(memory.buf[0], i & 255);
  }
  for (const memory of all) {
    memory.unlink();
    memory.close();
  }
});
