import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Process } from "@lanes/lanes/process";
import { ClosedError, QueueEmpty, SimpleQueue, TransportError } from "@lanes/lanes/queues";
import { until, within } from "../fixtures/harness.ts";
import * as tasks from "../fixtures/queue_tasks.ts";

Deno.test("SQ-01 SimpleQueue has put, get, empty and close, and the blocking twins", () => {
  const names = Object.getOwnPropertyNames(SimpleQueue.prototype).sort();
  assertEquals(names, ["close", "constructor", "empty", "get", "getSync", "put", "putSync"]);
});

Deno.test("SQ-02 empty() is true, false after another process has put, and true when all is taken, in order", async () => {
  const queue = new SimpleQueue<number>();
  assertEquals(queue.empty(), true);
  await using child = new Process({ target: tasks.putAll<number>, args: [queue, [1, 2, 3]] });
  child.start();
  await until(() => !queue.empty());
  assertEquals([await queue.get(), queue.getSync(), await queue.get()], [1, 2, 3]);
  assertEquals(queue.empty(), true);
});

Deno.test("SQ-03 SQ-04 close() may be repeated, and everything after it is a ClosedError", async () => {
  for (const used of [false, true]) {
    const queue = new SimpleQueue<number>();
    if (used) await queue.put(1);
    queue.close();
    queue.close();
    assertThrows(() => queue.empty(), ClosedError);
    assertThrows(() => queue.putSync(1), ClosedError);
    assertThrows(() => queue.getSync(), ClosedError);
    await assertRejects(() => queue.put(1), ClosedError);
    await assertRejects(() => queue.get(), ClosedError);
  }
  const waiting = new SimpleQueue<number>();
  const get = assertRejects(() => waiting.get(), ClosedError);
  waiting.close();
  await within(1000, get);
});

Deno.test("SQ-05 put() of what cannot travel throws in the caller", async () => {
  const queue = new SimpleQueue<unknown>();
  await assertRejects(() => queue.put(() => 1), TransportError);
  assertThrows(() => queue.putSync({ a: Symbol() }), TransportError);
  assertEquals(queue.empty(), true);
});

Deno.test("SQ-06 put() never waits for a reader", () => {
  const queue = new SimpleQueue<Uint8Array>();
  for (let i = 0; i < 200; i++) queue.putSync(new Uint8Array(50_000).fill(i));
  for (let i = 0; i < 200; i++) assertEquals(queue.getSync()[49_999], i);
});

Deno.test("SimpleQueue.get() honours timeout and signal", async () => {
  using queue = new SimpleQueue<number>();
  await assertRejects(() => queue.get({ timeout: 20 }), QueueEmpty);
  assertThrows(() => queue.getSync({ timeout: 0 }), QueueEmpty);
  await assertRejects(() => queue.get({ signal: AbortSignal.timeout(20) }), DOMException);
});
