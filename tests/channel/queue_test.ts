import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { Process } from "@lanes/lanes/process";
import {
  ClosedError,
  JoinableQueue,
  Queue,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  TransportError,
} from "@lanes/lanes/queues";
import { setSideBroker } from "../../lib/channel/side.ts";
import { pause, until, within, words } from "../fixtures/harness.ts";
import * as tasks from "../fixtures/queue_tasks.ts";

function elapsed(start: number): number {
  return performance.now() - start;
}

Deno.test("QUEUE-01 QUEUE-02 a queue takes maxsize items by every form of put, and says at once that it is full", async () => {
  const queue = new Queue<number>(6);
  assertEquals([queue.empty(), queue.full(), queue.qsize()], [true, false, 0]);
  await queue.put(1);
  await queue.put(2, { timeout: 100 });
  await queue.put(3, { timeout: 0 });
  queue.putSync(4);
  queue.putSync(5, { timeout: 0 });
  queue.putNowait(6);
  assertEquals([queue.empty(), queue.full(), queue.qsize()], [false, true, 6]);
});

Deno.test("QUEUE-03 put on a full queue throws QueueFull, at once or after about the timeout", async () => {
  const queue = new Queue<number>(1);
  queue.putNowait(1);
  let start = performance.now();
  assertThrows(() => queue.putNowait(2), QueueFull);
  assertThrows(() => queue.putSync(2, { timeout: 0 }), QueueFull);
  await assertRejects(() => queue.put(2, { timeout: 0 }), QueueFull);
  assert(elapsed(start) < 50);
  for (const put of [() => queue.put(2, { timeout: 60 }), () => Promise.try(() => queue.putSync(2, { timeout: 60 }))]) {
    start = performance.now();
    await assertRejects(put, QueueFull);
    assert(elapsed(start) >= 59 && elapsed(start) < 260, `${elapsed(start)}`);
  }
  assertEquals(queue.qsize(), 1);
});

Deno.test("QUEUE-04 when another process has taken all items the queue is empty and not full", async () => {
  const queue = new Queue<number>(3);
  for (const i of [1, 2, 3]) queue.putNowait(i);
  await using child = new Process({ target: tasks.getAllSync<number>, args: [queue, 3] });
  child.start();
  assertEquals(await child.result, [1, 2, 3]);
  assertEquals([queue.empty(), queue.full()], [true, false]);
});

Deno.test("QUEUE-05 get returns items in FIFO order by every form", async () => {
  const queue = new Queue<number>();
  for (let i = 1; i <= 5; i++) queue.putNowait(i);
  assertEquals([queue.getNowait(), await queue.get(), queue.getSync()], [1, 2, 3]);
  assertEquals([await queue.get({ timeout: 1000 }), queue.getSync({ timeout: 0 })], [4, 5]);
});

Deno.test("QUEUE-06 get on an empty queue throws QueueEmpty, at once or after about the timeout", async () => {
  const queue = new Queue<number>();
  let start = performance.now();
  assertThrows(() => queue.getNowait(), QueueEmpty);
  assertThrows(() => queue.getSync({ timeout: 0 }), QueueEmpty);
  await assertRejects(() => queue.get({ timeout: 0 }), QueueEmpty);
  assert(elapsed(start) < 50);
  for (const get of [() => queue.get({ timeout: 60 }), () => Promise.try(() => queue.getSync({ timeout: 60 }))]) {
    start = performance.now();
    await assertRejects(get, QueueEmpty);
    assert(elapsed(start) >= 59 && elapsed(start) < 260, `${elapsed(start)}`);
  }
});

Deno.test("QUEUE-07 a negative timeout is 0, and another type a TypeError", async () => {
  const queue = new Queue<number>(1);
  await assertRejects(() => queue.get({ timeout: -5 }), QueueEmpty);
  queue.putSync(1, { timeout: -1 });
  assertThrows(() => queue.putSync(1, { timeout: -1 }), QueueFull);
  await assertRejects(() => queue.get({ timeout: "1" as never }), TypeError);
});

Deno.test("QUEUE-08 a maxsize of 0 or less is no limit: put waits for nobody, whatever the queue holds", () => {
  for (const maxsize of [0, -1]) {
    const queue = new Queue<Uint8Array>(maxsize, { capacity: 1024 });
    for (let i = 0; i < 100; i++) queue.putNowait(new Uint8Array(i * 1000).fill(i));
    assertEquals([queue.full(), queue.qsize()], [false, 100]);
    for (let i = 0; i < 100; i++) assertEquals(queue.getNowait(), new Uint8Array(i * 1000).fill(i));
  }
});

Deno.test("QUEUE-09 each producer's items arrive in its order", async () => {
  const queue = new Queue<[number, number]>();
  for (let i = 0; i < 10; i++) queue.putNowait([0, i]);
  const children = [1, 2].map((id) => new Process({ target: tasks.putNumbers, args: [queue, id, 500] }));
  for (const child of children) child.start();
  const next = [0, 0, 0];
  for (let i = 0; i < 1010; i++) {
    const [producer, number] = await queue.get({ timeout: 10_000 });
    assertEquals(number, next[producer]!++);
  }
  assertEquals(next, [10, 500, 500]);
  assertThrows(() => queue.getNowait(), QueueEmpty);
  for (const child of children) await child.join();
});

Deno.test("QUEUE-10 D-20 qsize() is exact, in every process", async () => {
  const queue = new Queue<number>();
  const sizes = [queue.qsize()];
  queue.putNowait(1);
  queue.putNowait(2);
  sizes.push(queue.qsize());
  queue.getNowait();
  sizes.push(queue.qsize());
  assertEquals(sizes, [0, 2, 1]);
  await using child = new Process({ target: tasks.qsizes, args: [queue] });
  child.start();
  assertEquals(await child.result, [1, 2, 1]);
});

Deno.test("QUEUE-11 D-21 what was put is there before put returns, for every observer", async () => {
  const queue = new Queue<number>();
  for (let i = 0; i < 1000; i++) {
    queue.putNowait(i);
    assertEquals([queue.empty(), queue.qsize(), queue.getNowait()], [false, 1, i]);
  }
  await queue.put(1);
  assertEquals(queue.getNowait(), 1);
});

Deno.test("QUEUE-12 QUEUE-13 D-23 an item that cannot travel is a TransportError at put, and takes no place", async () => {
  const queue = new Queue<unknown>(1);
  for (const bad of [() => 1, Symbol("s"), { deep: [new URL("http://localhost/")] }]) {
    assertThrows(() => queue.putNowait(bad), TransportError, "item");
    assertThrows(() => queue.putSync(bad), TransportError);
    await assertRejects(() => queue.put(bad), TransportError);
    assertEquals(queue.qsize(), 0);
  }
  await queue.put(true);
  assertEquals([queue.qsize(), await queue.get(), queue.empty()], [1, true, true]);
});

Deno.test("QUEUE-15 D-22 put copies the item at the call", async () => {
  const queue = new Queue<number[]>(1);
  const item = [1];
  await queue.put(item);
  const second = queue.put(item);
  item.push(2);
  const third = queue.put(item);
  assertEquals([await queue.get(), await queue.get(), await queue.get()], [[1], [1], [1, 2]]);
  await Promise.all([second, third]);
});

Deno.test("QUEUE-16 QUEUE-17 QUEUE-18 D-26 after close put and get throw ClosedError, the counts still answer", async () => {
  for (const queue of [new Queue<number>(), new JoinableQueue<number>()]) {
    queue.putNowait(1);
    queue.close();
    queue.close();
    assertThrows(() => queue.putNowait(1), ClosedError);
    assertThrows(() => queue.putSync(1), ClosedError);
    assertThrows(() => queue.getNowait(), ClosedError);
    assertThrows(() => queue.getSync(), ClosedError);
    await assertRejects(() => queue.put(1), ClosedError);
    await assertRejects(() => queue.get(), ClosedError);
    assertEquals([queue.qsize(), queue.empty(), queue.full()], [1, false, false]);
  }
});

Deno.test("QUEUE-19 close is the own process's: others go on", async () => {
  const queue = new Queue<number>();
  await using child = new Process({ target: tasks.closeHere, args: [queue] });
  child.start();
  assertEquals(await child.result, "ClosedError");
  queue.putNowait(1);
  assertEquals(queue.getNowait(), 1);
});

Deno.test("Queue.close() ends the own process's calls that wait, with ClosedError", async () => {
  const queue = new Queue<number>(1);
  const gets = [queue.get(), queue.get({ timeout: 10_000 })];
  const caught = gets.map((get) => assertRejects(() => get, ClosedError));
  await pause(20);
  queue.close();
  await within(2000, Promise.all(caught));
});

Deno.test("QUEUE-22 D-24 a process ends without waiting for what it put to be taken", async () => {
  const queue = new Queue<unknown>();
  const items = [new Uint8Array(3 << 20), "x".repeat(1 << 20), 1];
  await using child = new Process({ target: tasks.putAll<unknown>, args: [queue, items] });
  child.start();
  await child.join({ timeout: 10_000 });
  assertEquals([child.exitCode, queue.qsize()], [0, 3]);
  assertEquals([(queue.getNowait() as Uint8Array).length, (queue.getNowait() as string).length], [3 << 20, 1 << 20]);
});

Deno.test("QUEUE-23 a queue may be sent through a queue, and nested at any depth", async () => {
  const outer = new Queue<unknown>();
  const inner = new Queue<string>();
  outer.putNowait(new Map([["queues", [{ inner, again: inner }]]]));
  const [received] = (outer.getNowait() as Map<string, { inner: Queue<string>; again: Queue<string> }[]>).get(
    "queues",
  )!;
  received!.inner.putNowait("through");
  assertStrictEquals(received!.inner, received!.again);
  assertEquals(await inner.get(), "through");
});

Deno.test("QUEUE-24 a queue works while a module is imported", async () => {
  await using child = new Process({ target: tasks.importedValue });
  child.start();
  assertEquals(await child.result, "put at import");
});

Deno.test("QUEUE-25 D-25 a reader that is killed in get, blocking or awaiting, keeps nobody waiting and takes nothing with it", async () => {
  const queue = new Queue<string>();
  const cells = words();
  const doomed = [tasks.blockInGet, tasks.awaitInGet].map((target) => new Process({ target, args: [queue, cells] }));
  await using heir = new Process({ target: tasks.blockInGet, args: [queue, cells] });
  for (const child of [...doomed, heir]) child.start();
  await until(() => cells[0] === 3);
  await pause(50);
  for (const child of doomed) child.kill();
  queue.putNowait("for the heir");
  assertEquals(await within(5000, heir.result), "for the heir");
  queue.putNowait("for us");
  assertEquals(queue.getNowait(), "for us");
  for (const child of doomed) await child.join();
});

Deno.test("D-25 a writer that is killed in the middle of putting leaves a queue of whole items that works", async () => {
  for (let round = 0; round < 5; round++) {
    const queue = new Queue<number>(0, { capacity: 4096 });
    const child = new Process({ target: tasks.putForEver, args: [queue] });
    child.start();
    await until(() => queue.qsize() > 100);
    child.kill();
    await child.join();
    queue.putNowait(-1);
    const size = queue.qsize();
    for (let i = 0; i < size - 1; i++) assertEquals(queue.getNowait(), i);
    assertEquals([queue.getNowait(), queue.qsize()], [-1, 0]);
  }
});

Deno.test("D-25 a reader that is killed while it takes item after item loses at most the one it was taking", async () => {
  const queue = new Queue<number>();
  const child = new Process({ target: tasks.getForEver, args: [queue] });
  for (let i = 0; i < 200_000; i++) queue.putNowait(i);
  child.start();
  await until(() => queue.qsize() < 199_000);
  child.kill();
  await child.join();
  const left = queue.qsize();
  for (let i = 200_000 - left; i < 200_000; i++) assertEquals(queue.getSync({ timeout: 1000 }), i);
});

Deno.test("D-25 a full queue's waiting writer that is killed does not take the place that becomes free", async () => {
  const queue = new Queue<string>(1);
  queue.putNowait("first");
  const cells = words();
  const doomed = new Process({ target: tasks.blockInPut, args: [queue, cells] });
  await using heir = new Process({ target: tasks.blockInPut, args: [queue, cells] });
  doomed.start();
  await until(() => cells[0] === 1);
  await pause(30);
  heir.start();
  await until(() => cells[0] === 2);
  await pause(30);
  doomed.kill();
  assertEquals(queue.getNowait(), "first");
  assertEquals(await queue.get({ timeout: 5000 }), "late");
  await doomed.join();
});

Deno.test("D-28 shutdown() ends put at once and get when the queue is empty", async () => {
  const queue = new Queue<number>(2);
  queue.putNowait(1);
  queue.putNowait(2);
  const blocked = assertRejects(() => queue.put(3), QueueShutDown);
  await pause(10);
  queue.shutdown();
  await within(1000, blocked);
  assertThrows(() => queue.putNowait(3), QueueShutDown);
  assertEquals([await queue.get(), queue.getSync()], [1, 2]);
  assertThrows(() => queue.getNowait(), QueueShutDown);
  await assertRejects(() => queue.get({ timeout: 1000 }), QueueShutDown);
});

Deno.test("D-28 shutdown() tells those who wait in other processes", async () => {
  const queue = new Queue<number>();
  const cells = words();
  const children = [1, 2].map(() => new Process({ target: tasks.getError, args: [queue, cells] }));
  for (const child of children) child.start();
  await until(() => cells[0] === 2);
  await pause(30);
  queue.shutdown();
  for (const child of children) assertEquals(await within(5000, child.result), "QueueShutDown");
});

Deno.test("Queue.shutdown() with `immediate` drops the items", async () => {
  const queue = new Queue<unknown>();
  for (let i = 0; i < 100; i++) queue.putNowait({ i, inner: new Queue() });
  queue.shutdown({ immediate: true });
  assertEquals([queue.qsize(), queue.empty()], [0, true]);
  await assertRejects(() => queue.get(), QueueShutDown);
});

Deno.test("Queue[Symbol.asyncIterator]() gives the items until the queue is shut down", async () => {
  const queue = new Queue<number>();
  const seen: number[] = [];
  const reading = (async () => {
    for await (const item of queue) seen.push(item);
  })();
  for (let i = 0; i < 5; i++) {
    await queue.put(i);
    await pause(1);
  }
  queue.shutdown();
  await within(1000, reading);
  assertEquals(seen, [0, 1, 2, 3, 4]);
});

Deno.test("Queue.get() and put() that are aborted leave the queue as it was, and reject with the reason", async () => {
  const queue = new Queue<number>(1);
  const reason = new Error("enough");
  const aborted = AbortSignal.abort(reason);
  queue.putNowait(1);
  assertStrictEquals(await queue.get({ signal: aborted }).catch((error) => error), reason);
  assertStrictEquals(await queue.put(2, { signal: aborted }).catch((error) => error), reason);
  assertEquals(queue.getNowait(), 1);
  const controller = new AbortController();
  const get = queue.get({ signal: controller.signal });
  controller.abort(reason);
  assertStrictEquals(await get.catch((error) => error), reason);
  queue.putNowait(3);
  const late = new AbortController();
  const put = queue.put(4, { signal: late.signal });
  late.abort(reason);
  assertStrictEquals(await put.catch((error) => error), reason);
  assertEquals([queue.getNowait(), queue.qsize()], [3, 0]);
});

Deno.test("Queue serves many waiting calls of one thread in their order", async () => {
  const queue = new Queue<number>(1);
  const gets = Array.from({ length: 50 }, () => queue.get());
  const puts = Array.from({ length: 100 }, (_, i) => queue.put(i));
  const more = Array.from({ length: 50 }, () => queue.get());
  assertEquals(await within(5000, Promise.all([...gets, ...more])), Array.from({ length: 100 }, (_, i) => i));
  await Promise.all(puts);
});

Deno.test("Queue passes every item exactly once between several producers and consumers", async () => {
  const queue = new Queue<[number, number]>(16, { capacity: 256 });
  const producers = [0, 1].map((id) => new Process({ target: tasks.putNumbers, args: [queue, id, 3000] }));
  const consumers = [
    new Process({ target: tasks.getAllSync<[number, number]>, args: [queue, 3000] }),
    new Process({ target: tasks.getAll<[number, number]>, args: [queue, 3000] }),
  ];
  for (const child of [...producers, ...consumers]) child.start();
  const seen = new Set<string>();
  for (const consumer of consumers) {
    const last = [-1, -1];
    for (const [producer, number] of await within(30_000, consumer.result)) {
      assert(number > last[producer]!, "a producer's items are out of order");
      last[producer] = number;
      seen.add(`${producer}:${number}`);
    }
  }
  assertEquals([seen.size, queue.qsize()], [6000, 0]);
  for (const child of [...producers, ...consumers]) await child.join();
});

Deno.test("Queue carries anything structured clone does", async () => {
  const queue = new Queue<unknown>();
  const values = [undefined, null, NaN, -0, 10n ** 30n, "é€😀", new Date(5), /x/g, new Map([[1, new Set([2])]]), [, 1]];
  for (const value of values) {
    queue.putNowait(value);
    queue.putNowait(value);
    queue.putNowait(value);
    assertEquals([await queue.get(), queue.getSync(), queue.getNowait()], [value, value, value]);
  }
  const error = Object.assign(new RangeError("r", { cause: 1 }), { code: 7 });
  queue.putNowait({ error });
  const copy = (queue.getNowait() as { error: typeof error }).error;
  assert(copy instanceof RangeError);
  assertEquals([copy.message, copy.cause, copy.code, copy.stack], ["r", 1, 7, error.stack]);
});

Deno.test("Queue keeps what only a message carries with the broker of the worker layer", async () => {
  const queue = new Queue<unknown>();
  const shared = new SharedArrayBuffer(8);
  const kept = new Map<number, readonly unknown[]>();
  const take = (ticket: number) => kept.get(ticket)!;
  setSideBroker({
    keep: (objects) => kept.set(kept.size + 1, objects).size,
    take: (ticket) => Promise.resolve(take(ticket)),
    takeSync: take,
    drop: (ticket) => kept.delete(ticket),
  });
  try {
    for (let i = 0; i < 3; i++) queue.putNowait({ shared });
    assertStrictEquals((await queue.get() as { shared: unknown }).shared, shared);
    assertStrictEquals((queue.getSync() as { shared: unknown }).shared, shared);
    queue.shutdown({ immediate: true });
    assertEquals(kept.size, 2);
  } finally {
    setSideBroker(null);
  }
});

Deno.test("Queue keeps what only a message carries in its own thread, without a broker", async () => {
  const queue = new Queue<unknown>();
  const blob = new Blob(["text"]);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const shared = new SharedArrayBuffer(8);
  for (const value of [shared, blob, memory]) queue.putNowait([value]);
  const [other] = await queue.get() as [SharedArrayBuffer];
  new Int32Array(shared)[0] = 5;
  assertEquals(new Int32Array(other)[0], 5);
  assertEquals(await ((queue.getSync() as Blob[])[0]!).text(), "text");
  const [same] = queue.getNowait() as [WebAssembly.Memory];
  new Int32Array(memory.buffer)[0] = 6;
  assertEquals(new Int32Array(same.buffer)[0], 6);
});

Deno.test("Queue() checks its arguments", () => {
  assertThrows(() => new Queue("3" as never), TypeError);
  assertThrows(() => new Queue(1.5), RangeError);
  assertThrows(() => new Queue(1, { capacity: 0 }), RangeError);
  assertThrows(() => new Queue(1, null as never), TypeError);
});
