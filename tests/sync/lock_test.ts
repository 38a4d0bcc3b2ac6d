import { assert, assertEquals, assertFalse, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { InvalidStateError, Lock } from "@lanes/lanes";
import { decode, encode } from "../../lib/channel/codec.ts";
import { pause, until, within } from "../fixtures/harness.ts";
import { at, cellsOf, elsewhere, go, HANG, killed, launch, timed } from "../fixtures/sync_run.ts";
import * as tasks from "../fixtures/sync_tasks.ts";

Deno.test("LOCK-01 Lock.acquire() locks, a second one without waiting fails, release() unlocks", async () => {
  const lock = new Lock();
  assertFalse(lock.locked());
  assert(await lock.acquire() !== null);
  assert(lock.locked());
  assertEquals(await lock.acquire({ timeout: 0 }), null);
  assertEquals(lock.acquireSync({ timeout: 0 }), null);
  assertEquals(lock.release(), undefined);
  assertFalse(lock.locked());
  assert(lock.acquireSync() !== null);
  assert(lock.locked());
  lock.release();
  assertFalse(lock.locked());
});

Deno.test("LOCK-02 Lock.release() of an unlocked lock throws InvalidStateError", () => {
  const lock = new Lock();
  assertThrows(() => lock.release(), InvalidStateError);
  lock.acquireSync();
  lock.release();
  assertThrows(() => lock.release(), InvalidStateError);
});

Deno.test("LOCK-03 Lock.locked() sees the lock of another process, also of one that ended without releasing", async () => {
  const lock = new Lock();
  const cells = cellsOf();
  const holder = launch(tasks.hold, lock, cells);
  await at(cells, 1);
  assert(lock.locked());
  go(cells, 9);
  await within(HANG, holder.join());
  assert(lock.locked());
});

Deno.test("LOCK-04 Lock.release() works in any process", async () => {
  const lock = new Lock();
  lock.acquireSync();
  assertEquals(await elsewhere(tasks.tryRelease, lock), "released");
  assertFalse(lock.locked());
  const cells = cellsOf();
  const holder = launch(tasks.hold, lock, cells);
  await at(cells, 1);
  lock.release();
  assertFalse(lock.locked());
  go(cells, 9);
  await within(HANG, holder.join());
});

Deno.test("LOCK-05 Lock.acquire() gives up at its timeout, at once when that is 0 or negative", async () => {
  const lock = new Lock();
  lock.acquireSync();
  for (const timeout of [0, -5, 40]) {
    const [async_, time] = await timed(() => lock.acquire({ timeout }));
    assertEquals(async_, null);
    assert(time >= timeout - 2, `${time} ms instead of ${timeout}`);
    const [sync, timeSync] = await timed(() => lock.acquireSync({ timeout }));
    assertEquals(sync, null);
    assert(timeSync >= timeout - 2, `${timeSync} ms instead of ${timeout}`);
  }
});

Deno.test("LOCK-06 a guard releases when it goes out of scope, and only once", async () => {
  const lock = new Lock();
  {
    using guard = await lock.acquire();
    assertEquals(guard?.abandoned, false);
    assert(lock.locked());
  }
  assertFalse(lock.locked());
  const first = lock.acquireSync()!;
  first[Symbol.dispose]();
  const second = lock.acquireSync()!;
  first[Symbol.dispose]();
  assert(lock.locked());
  lock.release();
  // Another task has the lock now: a guard that was released by hand is not the one to release it.
  const third = lock.acquireSync()!;
  second[Symbol.dispose]();
  assert(lock.locked());
  third[Symbol.dispose]();
  assertFalse(lock.locked());
});

Deno.test("LOCK-07 a lock is printed with its owner", async () => {
  const lock = new Lock();
  assertEquals(Deno.inspect(lock), "<Lock(owner=None)>");
  lock.acquireSync();
  assertEquals(Deno.inspect(lock), "<Lock(owner=MainProcess)>");
  lock.release();
  const cells = cellsOf();
  const holder = launch(tasks.hold, lock, cells);
  await at(cells, 1);
  assertEquals(Deno.inspect(lock), "<Lock(owner=SomeOtherProcess)>");
  await killed(holder);
  const process = launch(tasks.printed, new Lock());
  const [free, held] = await within(HANG, process.result);
  assertEquals([free, held], ["<Lock(owner=None)>", `<Lock(owner=${process.name})>`]);
});

Deno.test("LOCK-08 a lock travels at any time, and arrives as a lock of the same state", () => {
  const lock = new Lock();
  lock.acquireSync();
  const { copy } = decode(encode({ copy: lock })) as { copy: Lock };
  assertInstanceOf(copy, Lock);
  assert(copy.locked());
  copy.release();
  assertFalse(lock.locked());
});

Deno.test("Lock.acquire() rejects with the reason of an aborted signal and leaves the lock as it was", async () => {
  const lock = new Lock();
  const reason = new Error("enough");
  // Also when it could have succeeded.
  assertEquals(await lock.acquire({ signal: AbortSignal.abort(reason) }).catch((error) => error), reason);
  assertFalse(lock.locked());
  lock.acquireSync();
  const controller = new AbortController();
  const first = lock.acquire({ signal: controller.signal });
  const second = lock.acquire();
  const third = lock.acquire({ signal: controller.signal });
  await pause(5);
  controller.abort(reason);
  assertEquals(await first.catch((error) => error), reason);
  assertEquals(await third.catch((error) => error), reason);
  lock.release();
  assert(await within(HANG, second) !== null);
  lock.release();
  assertFalse(lock.locked());
});

Deno.test("Lock.acquire() rejects wrong options with TypeError", async () => {
  const lock = new Lock();
  await assertRejects(() => lock.acquire({ timeout: "5" as never }), TypeError, "timeout");
  await assertRejects(() => lock.acquire({ timeout: NaN }), TypeError, "timeout");
  await assertRejects(() => lock.acquire({ signal: {} as never }), TypeError, "signal");
  assertThrows(() => lock.acquireSync({ timeout: "5" as never }), TypeError, "timeout");
  assertFalse(lock.locked());
});

Deno.test("Lock.acquire() serves the tasks of a process in their order", async () => {
  const lock = new Lock();
  lock.acquireSync();
  const order: number[] = [];
  const all = Array.from({ length: 20 }, async (_, i) => {
    using _held = await lock.acquire();
    order.push(i);
  });
  await pause(1);
  lock.release();
  await within(HANG, Promise.all(all));
  assertEquals(order, Array.from({ length: 20 }, (_, i) => i));
});

Deno.test("Lock keeps processes out of each other, blocking and not", async () => {
  const lock = new Lock();
  const cells = cellsOf();
  const how = { times: 400, mixed: true };
  const processes = [0, 1, 2].map(() => launch(tasks.addUnder, lock, cells, how));
  await tasks.addUnder(lock, cells, how);
  for (const process of processes) await within(HANG, process.join());
  assertEquals(cells[2], 1600);
  assertFalse(lock.locked());
});

Deno.test("D-30 a lock whose holder was killed goes to the next waiter, whose guard alone is abandoned", async () => {
  for (const how of ["sync", "async"] as const) {
    const lock = new Lock();
    const cells = cellsOf(), others = cellsOf();
    const holder = launch(tasks.hold, lock, cells);
    await at(cells, 1);
    const heir = launch(tasks.waitForLock, lock, others, how);
    await at(others, 1);
    await pause(20);
    holder.kill();
    assertEquals(await within(HANG, heir.result), "abandoned");
    const guard = await within(HANG, lock.acquire());
    assertEquals(guard?.abandoned, false);
    await within(HANG, holder.join());
  }
});

Deno.test("D-30 a lock whose holder returned, threw or exited goes to the next waiter as abandoned", async () => {
  for (const end of ["return", "throw", "exit"] as const) {
    const lock = new Lock();
    const process = launch(tasks.holdAndEnd, lock, end);
    // The first may come before the process does.
    await until(() => lock.locked(), HANG);
    const guard = await within(HANG, lock.acquire());
    assertEquals(guard?.abandoned, true, end);
    lock.release();
    assertEquals(lock.acquireSync()?.abandoned, false);
    await within(HANG, process.join());
  }
});

Deno.test("D-30 a blocked main thread gets the lock of a process that has returned", async () => {
  const lock = new Lock();
  const cells = cellsOf();
  const holder = launch(tasks.hold, lock, cells);
  await at(cells, 1);
  go(cells, 9);
  assertEquals(lock.acquireSync({ timeout: HANG })?.abandoned, true);
  await within(HANG, holder.join());
});

Deno.test("X-2 D-36 a killed waiter does not swallow the release that others wait for", async () => {
  const lock = new Lock();
  lock.acquireSync();
  const victims = [0, 1].map(() => cellsOf());
  const dying = victims.map((cells, i) => launch(tasks.waitForLock, lock, cells, i === 0 ? "sync" : "async"));
  for (const cells of victims) await at(cells, 1);
  const cells = cellsOf();
  const heir = launch(tasks.waitForLock, lock, cells, "sync");
  await at(cells, 1);
  await pause(20);
  for (const process of dying) process.kill();
  lock.release();
  assertEquals(await within(HANG, heir.result), "yes");
});

Deno.test("X-3 a killed waiter does not go on when the lock is released", async () => {
  const lock = new Lock();
  lock.acquireSync();
  const cells = cellsOf();
  const victim = launch(tasks.waitForLock, lock, cells, "sync");
  await at(cells, 1);
  await pause(10);
  victim.kill();
  lock.release();
  await within(HANG, victim.join());
  await pause(20);
  assertEquals(Atomics.load(cells, 0), 1);
  assertEquals(lock.acquireSync({ timeout: HANG })?.abandoned, false);
});

Deno.test("D-36 a waiter is served though another process takes the lock again at once, all the time", async () => {
  const lock = new Lock();
  const cells = cellsOf();
  const process = launch(tasks.hog, lock, cells);
  await at(cells, 1);
  for (let i = 0; i < 5; i++) {
    assert(await lock.acquire({ timeout: HANG }) !== null);
    lock.release();
    assert(lock.acquireSync({ timeout: HANG }) !== null);
    lock.release();
  }
  go(cells, 1);
  await within(HANG, process.join());
});
