import { assert, assertEquals, assertRejects } from "@std/assert";
import { BrokenBarrierError, InvalidStateError } from "../../lib/sync/mod.ts";
import { QueueEmpty, QueueFull, QueueShutDown } from "../../lib/channel/mod.ts";
import type { DictProxy, Twin } from "../../lib/manager/mod.ts";
import type { Queue } from "../../lib/channel/mod.ts";
import { Process } from "../../lib/worker/mod.ts";
import { holdFor, keepProxy, started, usePrimitives, useQueues } from "../fixtures/managed.ts";

Deno.test("MSYNC-01 managed locks, semaphores, events, conditions and barriers work from a child", async () => {
  await using manager = await started();
  const things = {
    lock: await manager.Lock(),
    rlock: await manager.RLock(),
    semaphore: await manager.Semaphore(2),
    event: await manager.Event(),
    condition: await manager.Condition(),
    barrier: await manager.Barrier(2),
  };
  const waiting = (async () => {
    using _held = await things.condition.acquire();
    return await things.condition.wait({ timeout: 10_000 });
  })();
  const process = new Process({ target: usePrimitives, args: [things] });
  process.start();
  assertEquals(await things.event.wait({ timeout: 10_000 }), true);
  assert(await waiting);
  const mine = await things.barrier.wait();
  const [locked, relocked, value, parties, theirs] = await process.result as unknown[];
  assertEquals([locked, relocked, value, parties], [true, false, 2, 2]);
  assertEquals(new Set([mine, theirs]), new Set([0, 1]));
  await process.join();
  assertEquals(await things.semaphore.getValue(), 1);
  // Acquired by the child, released by the parent.
  await things.lock.release();
  await assertRejects(() => things.lock.release(), InvalidStateError);
});

Deno.test("MSYNC-02 a managed Lock gives guards, and honours timeouts and signals", async () => {
  await using manager = await started();
  const lock = await manager.Lock();
  {
    using held = await lock.acquire();
    assert(held !== null && !held.abandoned);
    assertEquals(await lock.acquire({ timeout: 10 }), null);
    await assertRejects(() => lock.acquire({ signal: AbortSignal.timeout(10) }), DOMException);
    await assertRejects(
      () => lock.acquire({ signal: AbortSignal.abort(new TypeError("before")) }),
      TypeError,
      "before",
    );
    await assertRejects(() => lock.acquire({ timeout: "1" as never }), TypeError);
    await assertRejects(() => lock.acquire({ signal: 1 as never }), TypeError);
  }
  assertEquals(await lock.locked(), false);
});

Deno.test("MSYNC-02 a managed RLock is reentrant, and is released by its owner only as often", async () => {
  await using manager = await started();
  const lock = await manager.RLock();
  await lock.acquire();
  await lock.acquire();
  await lock.release();
  assertEquals(await lock.locked(), true);
  await lock.release();
  await assertRejects(() => lock.release(), InvalidStateError);
});

Deno.test("MSYNC-02 managed Semaphores count, and a BoundedSemaphore is bounded", async () => {
  await using manager = await started();
  const semaphore = await manager.Semaphore();
  await semaphore.release();
  assertEquals(await semaphore.getValue(), 2);
  await assertRejects(() => manager.Semaphore(-1), RangeError);
  const bounded = await manager.BoundedSemaphore(1);
  await bounded.acquire();
  assertEquals(await bounded.locked(), true);
  await bounded.release();
  await assertRejects(() => bounded.release(), RangeError);
});

Deno.test("MSYNC-02 a managed Condition may be of a managed lock, and waits for a predicate", async () => {
  await using manager = await started();
  const lock = await manager.Lock();
  const condition = await manager.Condition(lock);
  await assertRejects(() => condition.notify(), InvalidStateError);
  let ready = false;
  const waiting = (async () => {
    using _held = await condition.acquire();
    assertEquals(await lock.locked(), true);
    return await condition.waitFor(() => ready, { timeout: 10_000 });
  })();
  await new Promise((resolve) => setTimeout(resolve, 10));
  {
    using _held = await condition.acquire();
    ready = true;
    await condition.notify();
  }
  assertEquals<unknown>(await waiting, true);
});

Deno.test("MSYNC-02 a managed Event is set and cleared, a managed Barrier broken and reset", async () => {
  await using manager = await started();
  const event = await manager.Event();
  assertEquals(await event.isSet(), false);
  assertEquals(await event.wait({ timeout: 5 }), false);
  await event.set();
  assertEquals(await event.wait(), true);
  await event.clear();
  assertEquals(await event.isSet(), false);
  const barrier = await manager.Barrier(2, { timeout: 5 });
  await assertRejects(() => barrier.wait(), BrokenBarrierError);
  assertEquals([await barrier.broken(), await barrier.nWaiting(), await barrier.parties()], [true, 0, 2]);
  await barrier.reset();
  assertEquals(await barrier.broken(), false);
  await assertRejects(() => manager.Barrier(0), RangeError);
});

Deno.test("MSYNC-04 D-57 a managed lock is released when the client that holds it dies", async () => {
  await using manager = await started();
  const lock = await manager.Lock();
  const event = await manager.Event();
  const process = new Process({ target: holdFor, args: [lock, event] });
  process.start();
  await event.wait();
  assertEquals(await lock.acquire({ timeout: 10 }), null);
  const waiting = lock.acquire({ timeout: 10_000 });
  process.kill();
  const guard = await waiting;
  assertEquals(guard?.abandoned, true);
  guard![Symbol.dispose]();
  await process.join();
});

Deno.test("MGR-16 the proxies of a client that dies no longer count", async () => {
  await using manager = await started();
  const event = await manager.Event();
  const dict = await manager.dict<string, number>();
  const process = new Process({ target: keepProxy, args: [dict as DictProxy<string, number>, event] });
  process.start();
  await event.wait();
  assertEquals(await dict.get("child"), 1);
  dict[Symbol.dispose]();
  assertEquals(await manager.numberOfObjects(), 1);
  process.kill();
  await process.join();
  const until = performance.now() + 5000;
  while (await manager.numberOfObjects() > 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assertEquals(await manager.numberOfObjects(), 0);
});

Deno.test("MQ-01 managed queues keep their order, are bounded, and throw their own errors", async () => {
  await using manager = await started();
  for (const queue of [await manager.Queue<number>(2), await manager.JoinableQueue<number>(2)]) {
    await queue.put(1);
    await queue.put(2);
    assertEquals(await queue.qsize(), 2);
    assertEquals(await queue.full(), true);
    await assertRejects(() => queue.put(3, { timeout: 5 }), QueueFull);
    await assertRejects(() => queue.putNowait(3), QueueFull);
    assertEquals([await queue.get(), await queue.getNowait()], [1, 2]);
    assertEquals(await queue.empty(), true);
    await assertRejects(() => queue.get({ timeout: 5 }), QueueEmpty);
    await assertRejects(() => queue.getNowait(), QueueEmpty);
    await assertRejects(() => queue.get({ signal: AbortSignal.abort(new TypeError("before")) }), TypeError, "before");
  }
  const queue = await manager.Queue<number>();
  const joinable = await manager.JoinableQueue<number>();
  await queue.put(21);
  await joinable.put(1);
  const process = new Process({ target: useQueues, args: [queue, joinable] });
  process.start();
  await joinable.join();
  assertEquals(await process.result, 21);
  assertEquals(await queue.get(), 42);
  const simple = await manager.SimpleQueue<string>();
  await simple.put("x");
  assertEquals([await simple.get(), await simple.empty()], ["x", true]);
});

Deno.test("MQ-02 D-56 a managed queue in a managed list, dict or Namespace works", async () => {
  await using manager = await started();
  const queue = await manager.Queue<string>();
  const list = await manager.list<unknown>([queue]);
  const dict = await manager.dict<string, unknown>([["queue", queue]]);
  const space = await manager.Namespace({ queue });
  for (const found of [await list.at(0), await dict.get("queue"), await space.get("queue")]) {
    await (found as Twin<Queue<string>>).put("item");
    assertEquals(await queue.get(), "item");
  }
});

Deno.test("MQ-03 a managed queue that is shut down takes no more, and ends its iteration", async () => {
  await using manager = await started();
  const queue = await manager.Queue<number>();
  await queue.put(1);
  await queue.put(2);
  await queue.shutdown();
  await assertRejects(() => queue.put(3), QueueShutDown);
  const seen: number[] = [];
  for await (const item of queue) seen.push(item);
  assertEquals(seen, [1, 2]);
  await assertRejects(() => queue.get(), QueueShutDown);
});
