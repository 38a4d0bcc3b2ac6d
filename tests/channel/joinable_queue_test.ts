import { assert, assertEquals, assertInstanceOf, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { Process } from "@lanes/lanes/process";
import { ClosedError, InvalidStateError, JoinableQueue, Queue, TimeoutError } from "@lanes/lanes/queues";
import { pause, within, words } from "../fixtures/harness.ts";
import * as tasks from "../fixtures/queue_tasks.ts";

Deno.test("JQ-01 join() returns only after taskDone() was called once for each item", async () => {
  const queue = new JoinableQueue<number | null>();
  const cells = words();
  const workers = [1, 2, 3, 4].map(() => new Process({ target: tasks.work, args: [queue, cells] }));
  for (const worker of workers) worker.start();
  for (let i = 0; i < 10; i++) await queue.put(i);
  await within(10_000, queue.join());
  assertEquals(cells[0], 10);
  for (const _ of workers) await queue.put(null);
  await within(10_000, queue.join());
  for (const worker of workers) await worker.join();
});

Deno.test("JQ-02 join() returns at once when nothing is unfinished", async () => {
  const queue = new JoinableQueue<number>();
  await within(500, queue.join());
  queue.joinSync({ timeout: 0 });
});

Deno.test("JQ-03 taskDone() more often than items were put throws InvalidStateError", () => {
  const queue = new JoinableQueue<number>();
  assertThrows(() => queue.taskDone(), InvalidStateError);
  queue.putNowait(1);
  queue.taskDone();
  assertThrows(() => queue.taskDone(), InvalidStateError);
});

Deno.test("JQ-04 items count as unfinished from put on, and all who join are released when none is left", async () => {
  const queue = new JoinableQueue<number>();
  queue.putNowait(1);
  queue.putNowait(2);
  let released = 0;
  const joins = [1, 2, 3].map(() => queue.join().then(() => released++));
  queue.getNowait();
  queue.getNowait();
  queue.taskDone();
  await pause(30);
  assertEquals(released, 0);
  queue.taskDone();
  await within(1000, Promise.all(joins));
  queue.joinSync();
});

Deno.test("JQ-05 close has the rules of Queue", () => {
  const queue = new JoinableQueue<number>();
  queue.putNowait(1);
  queue.close();
  assertThrows(() => queue.putNowait(1), ClosedError);
  assertThrows(() => queue.getNowait(), ClosedError);
  assertEquals(queue.qsize(), 1);
});

Deno.test("JQ-06 D-27 join() has a timeout and a signal", async () => {
  const queue = new JoinableQueue<number>();
  queue.putNowait(1);
  const start = performance.now();
  await assertRejects(() => queue.join({ timeout: 50 }), TimeoutError);
  assertThrows(() => queue.joinSync({ timeout: 50 }), TimeoutError);
  assert(performance.now() - start >= 99);
  const reason = new Error("enough");
  const controller = new AbortController();
  const join = queue.join({ signal: controller.signal });
  controller.abort(reason);
  assertStrictEquals(await join.catch((error) => error), reason);
});

Deno.test("D-27 D-28 shutdown() with `immediate` releases those who join, and taskDone() still counts", async () => {
  const queue = new JoinableQueue<number>();
  for (let i = 0; i < 3; i++) queue.putNowait(i);
  queue.getNowait();
  const join = queue.join();
  await pause(10);
  queue.shutdown({ immediate: true });
  await within(1000, join);
  queue.taskDone();
  assertThrows(() => queue.taskDone(), InvalidStateError);
});

Deno.test("JoinableQueue arrives as one", () => {
  const outer = new Queue<JoinableQueue>();
  const queue = new JoinableQueue<number>();
  queue.putNowait(1);
  outer.putNowait(queue);
  const copy = outer.getNowait();
  assertInstanceOf(copy, JoinableQueue);
  copy.getNowait();
  copy.taskDone();
  queue.joinSync({ timeout: 0 });
});
