import { assertEquals, assertThrows } from "@std/assert";
import { ClosedError, InvalidStateError } from "../../lib/base/errors.ts";
import { SharedMemory } from "../../lib/memory/named.ts";
import { ShareableList } from "../../lib/memory/shareable_list.ts";
import { SharedMemoryManager } from "../../lib/memory/shared_memory_manager.ts";

Deno.test("SMM-01 D-64 SharedMemoryManager makes nothing before its start, then what can be attached by name", () => {
  const manager = new SharedMemoryManager();
  assertThrows(() => manager.SharedMemory(10), InvalidStateError, "start()");
  assertThrows(() => manager.ShareableList([1]), InvalidStateError, "start()");
  assertThrows(() => manager.shutdown(), InvalidStateError);
  manager.start();
  assertThrows(() => manager.start(), InvalidStateError, "twice");
  const memory = manager.SharedMemory(10);
  const list = manager.ShareableList([1, "two"]);
  using same = new SharedMemory({ name: memory.name });
  same.buf[0] = 5;
  assertEquals(memory.buf[0], 5);
  assertEquals([...new ShareableList(null, { name: list.shm.name })], [1, "two"]);
  assertThrows(() => manager.SharedMemory(0), RangeError);
  manager.shutdown();
});

Deno.test("SMM-02 SharedMemoryManager.shutdown() unlinks all that was made through it; it is idempotent", () => {
  const manager = new SharedMemoryManager();
  manager.start();
  const names = [manager.SharedMemory(10).name, manager.ShareableList(["a"]).shm.name];
  manager.shutdown();
  manager.shutdown();
  for (const name of names) assertThrows(() => new SharedMemory({ name }), Deno.errors.NotFound);
  assertThrows(() => manager.SharedMemory(10), ClosedError);
  assertThrows(() => manager.ShareableList([]), ClosedError);
  assertThrows(() => manager.start(), InvalidStateError, "shut down");
});

Deno.test("SMM-03 SharedMemoryManager releases everything at the end of its scope, also what was unlinked by hand", async () => {
  let name: string;
  {
    using manager = new SharedMemoryManager();
    manager.start();
    name = manager.SharedMemory(10).name;
    manager.SharedMemory(20).unlink();
  }
  assertThrows(() => new SharedMemory({ name }), Deno.errors.NotFound);
  {
    await using manager = new SharedMemoryManager();
    manager.start();
    name = manager.ShareableList([1]).shm.name;
  }
  assertThrows(() => new SharedMemory({ name }), Deno.errors.NotFound);
  {
    using _never = new SharedMemoryManager();
  }
});

Deno.test("SMM-04 SharedMemoryManager leaves nothing on stderr", async () => {
  const code = `import { SharedMemoryManager } from "${new URL("../../lib/manager/mod.ts", import.meta.url)}";
    using manager = new SharedMemoryManager();
    manager.start();
    manager.ShareableList([1, 2]);
    manager.SharedMemory(10);`;
  const { code: exitCode, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", code],
    stdout: "null",
    stderr: "piped",
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals(exitCode, 0);
});

Deno.test("SMM-05 what a SharedMemoryManager made stays usable for who has it open", () => {
  const manager = new SharedMemoryManager();
  manager.start();
  const memory = manager.SharedMemory(10);
  const list = manager.ShareableList(["a", 2]);
  manager.shutdown();
  memory.buf[0] = 1;
  assertEquals(memory.buf[0], 1);
  list.set(1, 3);
  assertEquals([...list], ["a", 3]);
});
