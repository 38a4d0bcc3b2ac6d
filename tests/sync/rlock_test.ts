import { assert, assertEquals, assertFalse, assertInstanceOf, assertThrows } from "@std/assert";
import { InvalidStateError, RLock, SharedArray } from "@lanes/lanes";
import { pause, within } from "../fixtures/harness.ts";
import { at, cellsOf, elsewhere, go, HANG, killed, launch } from "../fixtures/sync_run.ts";
import * as tasks from "../fixtures/sync_tasks.ts";

Deno.test("RLOCK-01 RLock.acquire() may be repeated by its owner; as many releases unlock it", async () => {
  const lock = new RLock();
  assert(await lock.acquire() !== null);
  assert(lock.acquireSync() !== null);
  assert(await lock.acquire({ timeout: 0 }) !== null);
  for (let i = 0; i < 3; i++) {
    assert(lock.locked());
    lock.release();
  }
  assertFalse(lock.locked());
});

Deno.test("RLOCK-02 RLock.release() once too often throws InvalidStateError", () => {
  const lock = new RLock();
  assertThrows(() => lock.release(), InvalidStateError);
  lock.acquireSync();
  lock.release();
  assertThrows(() => lock.release(), InvalidStateError);
  assertFalse(lock.locked());
});

Deno.test("RLOCK-03 RLock.release() by another process throws InvalidStateError and changes nothing", async () => {
  const lock = new RLock();
  lock.acquireSync();
  lock.acquireSync();
  assertEquals(await elsewhere(tasks.tryRelease, lock), "InvalidStateError");
  assert(lock.locked());
  lock.release();
  lock.release();
  assertFalse(lock.locked());
});

Deno.test("RLOCK-04 RLock.locked() sees the lock of another process", async () => {
  const lock = new RLock();
  const cells = cellsOf();
  const holder = launch(tasks.holdAndRelease, lock, cells);
  await at(cells, 1);
  assert(lock.locked());
  assertEquals(lock.acquireSync({ timeout: 0 }), null);
  go(cells, 1);
  await at(cells, 2);
  assertFalse(lock.locked());
  await within(HANG, holder.join());
  lock.acquireSync();
  assertEquals(await elsewhere(tasks.isLocked, lock), true);
});

Deno.test("RLOCK-05 guards of a reentrant lock release one level each", async () => {
  const lock = new RLock();
  {
    using _outer = await lock.acquire();
    {
      using _inner = lock.acquireSync();
      assert(lock.locked());
    }
    assert(lock.locked());
  }
  assertFalse(lock.locked());
});

Deno.test("RLOCK-06 a reentrant lock is printed with its owner and count", async () => {
  const lock = new RLock();
  assertEquals(Deno.inspect(lock), "<RLock(None, 0)>");
  for (let i = 0; i < 3; i++) lock.acquireSync();
  assertEquals(Deno.inspect(lock), "<RLock(MainProcess, 3)>");
  for (let i = 0; i < 3; i++) lock.release();
  const cells = cellsOf();
  const holder = launch(tasks.hold, lock, cells, 2);
  await at(cells, 1);
  assertEquals(Deno.inspect(lock), "<RLock(SomeOtherProcess, nonzero)>");
  await killed(holder);
  const process = launch(tasks.printed, new RLock());
  assertEquals(await within(HANG, process.result), ["<RLock(None, 0)>", `<RLock(${process.name}, 1)>`]);
});

Deno.test("RLock counts for a process, whichever of its handles and tasks acquires", async () => {
  const array = new SharedArray("i32", 1);
  const one = array.getLock() as RLock, two = array.getLock() as RLock;
  assertInstanceOf(one, RLock);
  one.acquireSync();
  two.acquireSync();
  one.release();
  assertEquals(await elsewhere(tasks.isLocked, one), true);
  one.release();
  assertEquals(await elsewhere(tasks.isLocked, two), false);
  // Tasks that wait for another process all go on once this process has it.
  const cells = cellsOf();
  const holder = launch(tasks.holdAndRelease, two, cells);
  await at(cells, 1);
  const waiting = Array.from({ length: 3 }, () => one.acquire());
  go(cells, 1);
  assertEquals((await within(HANG, Promise.all(waiting))).map((guard) => guard !== null), [true, true, true]);
  await within(HANG, holder.join());
});

Deno.test("RLock keeps processes out of each other, blocking and not", async () => {
  const lock = new RLock();
  const cells = cellsOf();
  const how = { times: 300, mixed: true };
  const processes = [0, 1].map(() => launch(tasks.addUnder, lock, cells, how));
  await tasks.addUnder(lock, cells, how);
  for (const process of processes) await within(HANG, process.join());
  assertEquals(cells[2], 900);
  assertFalse(lock.locked());
});

Deno.test("D-30 a reentrant lock goes on with its whole count when its holder dies", async () => {
  const lock = new RLock();
  const cells = cellsOf();
  const holder = launch(tasks.hold, lock, cells, 3);
  await at(cells, 1);
  const waiting = lock.acquire();
  await pause(10);
  holder.kill();
  const guard = await within(HANG, waiting);
  assertEquals(guard?.abandoned, true);
  assertEquals((await lock.acquire())?.abandoned, false);
  lock.release();
  lock.release();
  assertFalse(lock.locked());
  await within(HANG, holder.join());
});
