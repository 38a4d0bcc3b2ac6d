import { assert, assertEquals, assertFalse, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { Condition, InvalidStateError, Lock, RLock } from "@lanes/lanes";
import { decode, encode } from "../../lib/channel/codec.ts";
import { pause, until, within } from "../fixtures/harness.ts";
import { at, cellsOf, go, HANG, killed, launch, timed } from "../fixtures/sync_run.ts";
import * as tasks from "../fixtures/sync_tasks.ts";

/** How many have been notified, once it stays so. */
async function settled(cells: Int32Array, count: number): Promise<number> {
  await until(() => Atomics.load(cells, 3) >= count, HANG);
  await pause(30);
  return Atomics.load(cells, 3);
}

/** Waits until `count` wait: they count themselves while they hold the lock. */
async function allWait(condition: Condition, cells: Int32Array, count: number): Promise<void> {
  await until(() => Atomics.load(cells, 2) >= count, HANG);
  using _held = await within(HANG, condition.acquire());
}

async function notify(condition: Condition, n?: number): Promise<void> {
  using _held = await within(HANG, condition.acquire());
  condition.notify(n);
}

Deno.test("COND-01 Condition.notify() wakes exactly one waiter", async () => {
  const condition = new Condition();
  const cells = cellsOf();
  const others = [true, false].map((async) => launch(tasks.waitNotified, condition, cells, { async }));
  await allWait(condition, cells, 2);
  await pause(20);
  assertEquals(Atomics.load(cells, 3), 0);
  await notify(condition);
  assertEquals(await settled(cells, 1), 1);
  await notify(condition);
  assertEquals(await settled(cells, 2), 2);
  for (const process of others) assertEquals(await within(HANG, process.result), true);
});

Deno.test("COND-02 Condition.wait() gives false at its timeout and true when notified", async () => {
  const condition = new Condition();
  using _held = condition.acquireSync();
  for (const timeout of [0, -1, 30]) {
    const [woken, time] = await timed(() => condition.wait({ timeout }));
    assertEquals(woken, false);
    assert(time >= timeout - 2);
    const [wokenSync, timeSync] = await timed(() => condition.waitSync({ timeout }));
    assertEquals(wokenSync, false);
    assert(timeSync >= timeout - 2);
  }
  const cells = cellsOf();
  const notifier = launch(tasks.notifyAndStay, condition, cells);
  go(cells, 9);
  assertEquals(await within(HANG, condition.wait({ timeout: HANG })), true);
  await within(HANG, notifier.join());
});

Deno.test("COND-03 Condition.notifyAll() wakes all, and those that timed out leave nothing behind", async () => {
  const condition = new Condition();
  const cells = cellsOf();
  const late = [0, 1, 2].map((i) => launch(tasks.waitNotified, condition, cells, { timeout: 40, async: i === 0 }));
  const own = [0, 1, 2].map(() => tasks.waitNotified(condition, cells, { timeout: 40, async: true }));
  assertEquals(await within(HANG, Promise.all(own)), [false, false, false]);
  for (const process of late) assertEquals(await within(HANG, process.result), false);
  assertEquals(cells[3], 0);
  cells[2] = 0;
  const others = [0, 1, 2].map((i) => launch(tasks.waitNotified, condition, cells, { async: i === 0 }));
  const mine = [0, 1, 2].map(() => tasks.waitNotified(condition, cells, { async: true }));
  await allWait(condition, cells, 6);
  {
    using _held = await condition.acquire();
    condition.notifyAll();
  }
  assertEquals(await within(HANG, Promise.all(mine)), [true, true, true]);
  for (const process of others) assertEquals(await within(HANG, process.result), true);
  assertEquals(cells[3], 6);
});

Deno.test("COND-04 Condition.notify(n) wakes exactly n, and those there are", async () => {
  const condition = new Condition();
  const cells = cellsOf();
  const processes = [0, 1, 2].map((i) => launch(tasks.waitNotified, condition, cells, { async: i === 0 }));
  const own = [0, 1, 2].map(() => tasks.waitNotified(condition, cells, { async: true }));
  await allWait(condition, cells, 6);
  await notify(condition, 2);
  assertEquals(await settled(cells, 2), 2);
  await notify(condition, 4);
  assertEquals(await settled(cells, 6), 6);
  await notify(condition, 3);
  await within(HANG, Promise.all(own));
  for (const process of processes) await within(HANG, process.join());
  using _held = condition.acquireSync();
  assertEquals(await condition.wait({ timeout: 20 }), false);
});

Deno.test("COND-05 Condition.waitFor() waits until the predicate is true and gives its value", async () => {
  const condition = new Condition();
  const cells = cellsOf();
  const other = launch(tasks.waitForGoal, condition, cells, 4);
  const own = (async () => {
    using _held = await condition.acquire();
    return await condition.waitFor(() => cells[3] === 4 ? "four" : "");
  })();
  await at(cells, 1);
  for (let i = 0; i < 4; i++) {
    await pause(3);
    using _held = await within(HANG, condition.acquire());
    cells[3]!++;
    condition.notifyAll();
  }
  assertEquals(await within(HANG, own), "four");
  assertEquals(await within(HANG, other.result), 4);
});

Deno.test("COND-06 Condition.waitFor() gives the false value at its timeout, though it was notified", async () => {
  const condition = new Condition();
  const cells = cellsOf();
  const other = launch(tasks.waitForNothing, condition, cells, 120);
  const own = (async () => {
    using _held = await condition.acquire();
    return await timed(() => condition.waitFor(() => cells[3] === 7 ? 7 : null, { timeout: 120 }));
  })();
  await at(cells, 1);
  for (let i = 0; i < 3; i++) {
    await pause(10);
    using _held = await within(HANG, condition.acquire());
    condition.notifyAll();
  }
  const [value, time] = await within(HANG, own);
  assertEquals(value, null);
  assert(time >= 118);
  assertEquals(await within(HANG, other.result), 0);
});

Deno.test("COND-07 Condition.waitFor() of a true predicate gives its own value, without the lock", async () => {
  const condition = new Condition();
  assertEquals(await condition.waitFor(() => 7), 7);
  assertEquals(condition.waitForSync(() => "yes"), "yes");
  assertEquals(await condition.waitFor(() => 0, { timeout: 0 }), 0);
  assertEquals(condition.waitForSync(() => "", { timeout: 0 }), "");
  assertEquals(await condition.waitFor(() => Promise.resolve(8)), 8);
  await assertRejects(() => condition.waitFor(5 as never), TypeError);
});

Deno.test("COND-08 Condition.wait() and notify() without the lock throw InvalidStateError", async () => {
  for (const condition of [new Condition(), new Condition(new Lock())]) {
    await assertRejects(() => condition.wait(), InvalidStateError);
    await assertRejects(() => condition.waitFor(() => false), InvalidStateError);
    assertThrows(() => condition.waitSync(), InvalidStateError);
    assertThrows(() => condition.waitForSync(() => false), InvalidStateError);
    assertThrows(() => condition.notify(), InvalidStateError);
    assertThrows(() => condition.notifyAll(), InvalidStateError);
    const cells = cellsOf();
    const holder = launch(tasks.notifyAndStay, condition, cells);
    await at(cells, 1);
    assertThrows(() => condition.notify(), InvalidStateError);
    go(cells, 9);
    await within(HANG, holder.join());
  }
  const condition = new Condition();
  using _held = condition.acquireSync();
  assertThrows(() => condition.notify(-1), RangeError);
  assertThrows(() => condition.notify("1" as never), TypeError);
});

Deno.test("COND-09 Condition.wait() gives a reentrant lock up whole and takes it again to the same depth", async () => {
  const lock = new RLock();
  const condition = new Condition(lock);
  const cells = cellsOf();
  const other = launch(tasks.waitNotified, condition, cells, { depth: 3 });
  await allWait(condition, cells, 1);
  await notify(condition);
  // It releases three times, or fails.
  assertEquals(await within(HANG, other.result), true);
  for (let i = 0; i < 3; i++) await condition.acquire();
  assertEquals(await condition.wait({ timeout: 5 }), false);
  assertEquals(condition.waitSync({ timeout: 5 }), false);
  assertEquals(Deno.inspect(lock), "<RLock(MainProcess, 3)>");
  for (let i = 0; i < 3; i++) condition.release();
  assertFalse(lock.locked());
});

Deno.test("COND-10 Condition.wait() rejects with the reason of an aborted signal, and holds the lock again", async () => {
  for (const lock of [new RLock(), new Lock()]) {
    const condition = new Condition(lock);
    const reason = new Error("enough");
    const controller = new AbortController();
    await condition.acquire();
    const waiting = condition.wait({ signal: controller.signal }).catch((error) => error);
    await pause(5);
    assertFalse(lock.locked());
    controller.abort(reason);
    assertEquals(await within(HANG, waiting), reason);
    assert(lock.locked());
    assertEquals(await condition.wait({ signal: controller.signal }).catch((error) => error), reason);
    condition.release();
    assertFalse(lock.locked());
    // It has not kept a notification for itself.
    const next = (async () => {
      using _held = await condition.acquire();
      return await condition.wait();
    })();
    await pause(5);
    await notify(condition);
    assertEquals(await within(HANG, next), true);
  }
});

Deno.test("COND-11 Condition() makes a reentrant lock of its own, or uses the one it is given", async () => {
  const condition = new Condition();
  await condition.acquire();
  assert(await condition.acquire({ timeout: 0 }) !== null);
  condition.release();
  condition.release();
  assertThrows(() => condition.release(), InvalidStateError);
  for (const lock of [new Lock(), new RLock()]) {
    const over = new Condition(lock);
    {
      using guard = await over.acquire();
      assertEquals(guard?.abandoned, false);
      assert(lock.locked());
      const { copy } = decode(encode({ copy: over })) as { copy: Condition };
      assertInstanceOf(copy, Condition);
      copy.notify();
    }
    assertFalse(lock.locked());
    using _held = over.acquireSync();
    assert(lock.locked());
  }
  assertThrows(() => new Condition({} as never), TypeError);
});

Deno.test("COND-12 D-31 Condition.notify() does not wait for waiters, and does not spend itself on the dead", async () => {
  const condition = new Condition();
  const cells = cellsOf();
  const victims = [true, false].map((async) => launch(tasks.waitNotified, condition, cells, { async }));
  await allWait(condition, cells, 2);
  await pause(10);
  for (const victim of victims) await killed(victim);
  const own = tasks.waitNotified(condition, cells, { async: true });
  await allWait(condition, cells, 3);
  await notify(condition);
  assertEquals(await within(HANG, own), true);
  assertEquals(cells[3], 1);
});

Deno.test("X-2 a notification of a process that is killed before it goes on reaches another", async () => {
  const condition = new Condition();
  const cells = cellsOf();
  const victim = launch(tasks.waitNotified, condition, cells, {});
  await allWait(condition, cells, 1);
  const heir = launch(tasks.waitNotified, condition, cells, {});
  await allWait(condition, cells, 2);
  await pause(10);
  // Notified, it waits for the lock, which is not given back before it is dead.
  const guard = await within(HANG, condition.acquire());
  condition.notify();
  await pause(10);
  const first = victim.isAlive() ? victim : heir;
  first.kill();
  guard![Symbol.dispose]();
  await within(HANG, first.join());
  // Whichever of the two was notified, the one that lives goes on, or waits for its own notification.
  const survivor = first === victim ? heir : victim;
  if (!await Promise.race([survivor.join().then(() => true), pause(300).then(() => false)])) {
    await notify(condition);
  }
  assertEquals(await within(HANG, survivor.result), true);
  assertEquals(cells[3], 1);
});

Deno.test("Condition with a Lock: the tasks of one process keep each other out and all are woken", async () => {
  const condition = new Condition(new Lock());
  let turn = 0;
  const order: number[] = [];
  await within(
    HANG,
    Promise.all(Array.from({ length: 8 }, async (_, i) => {
      using _held = await condition.acquire();
      await condition.waitFor(() => turn === 7 - i);
      order.push(turn++);
      condition.notifyAll();
    })),
  );
  assertEquals(order, [0, 1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("Condition with its own RLock: tasks of one process that wait and notify do not lose its count", async () => {
  const condition = new Condition();
  const waiters = Array.from({ length: 3 }, async () => {
    using _held = await condition.acquire();
    return await condition.wait();
  });
  using _held = await condition.acquire();
  await pause(5);
  condition.notify(3);
  condition.release();
  assertEquals(await within(HANG, Promise.all(waiters)), [true, true, true]);
  assertThrows(() => condition.release(), InvalidStateError);
});

Deno.test("Condition.waitFor() misses no notification between its predicate and its wait", async () => {
  const condition = new Condition();
  let ready = false;
  const waiting = (async () => {
    using _held = await condition.acquire();
    return await condition.waitFor(() => ready);
  })();
  {
    using _held = await condition.acquire();
    ready = true;
    condition.notifyAll();
  }
  assertEquals(await within(HANG, waiting), true);
  assertThrows(() => condition.release(), InvalidStateError);
});

Deno.test("Deno.inspect() of a Condition shows its lock", async () => {
  const condition = new Condition();
  assertEquals(Deno.inspect(condition), "<Condition(<RLock(None, 0)>)>");
  using _held = await condition.acquire();
  assertEquals(Deno.inspect(condition), "<Condition(<RLock(MainProcess, 1)>)>");
});
