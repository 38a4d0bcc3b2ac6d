import { assertEquals, assertInstanceOf } from "@std/assert";
import { Process, SharedMemory } from "@lanes/lanes";
import { thrownBy, within } from "../fixtures/harness.ts";
import { createNamed } from "../fixtures/named.ts";

Deno.test("D-43 memory stays as long as somebody refers to it; its maker's end does not take it away", async () => {
  const name = `lanes_test_${crypto.randomUUID()}`;
  const memory = new SharedMemory({ name, create: true, size: 16 });
  memory.buf[3] = 42;
  const process = new Process({ target: createNamed, args: [`${name}_child`] });
  process.start();
  await within(10_000, process.join());
  const same = new SharedMemory({ name });
  assertEquals([same.size, same.buf[3]], [16, 42]);
  same.close();
  memory.unlink();
  assertEquals(memory.buf[3], 42);
  assertInstanceOf(await thrownBy(() => new SharedMemory({ name })), Deno.errors.NotFound);
  memory.close();
});

Deno.test("D-43 a name owned by a worker is dropped with it", async () => {
  const name = `lanes_test_${crypto.randomUUID()}`;
  const process = new Process({ target: createNamed, args: [name] });
  process.start();
  assertEquals(await within(10_000, process.result), 16);
  await within(10_000, process.join());
  assertInstanceOf(await thrownBy(() => new SharedMemory({ name })), Deno.errors.NotFound);
});
