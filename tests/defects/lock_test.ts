import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Lock, Pool, Process, Semaphore, WorkerDiedError } from "@lanes/lanes";
import { pause, thrownBy, until, within, words } from "../fixtures/harness.ts";
import * as holders from "../fixtures/holders.ts";

Deno.test("X-2 a killed waiter does not swallow the release another one waits for", async () => {
  const semaphore = new Semaphore(0);
  const first = words(), second = words();
  const victim = new Process({ target: holders.acquireSync, args: [semaphore, first] });
  const heir = new Process({ target: holders.acquireSync, args: [semaphore, second] });
  victim.start();
  await until(() => Atomics.load(first, 0) === 1);
  heir.start();
  await until(() => Atomics.load(second, 0) === 1);
  await pause(30);
  victim.kill();
  await within(5000, victim.join());
  semaphore.release();
  await within(5000, heir.join());
  assertEquals([Atomics.load(first, 1), Atomics.load(second, 1)], [0, 1]);
});

Deno.test("X-3 a killed process changes nothing any more that its lock guards", async () => {
  const lock = new Lock();
  const cells = words();
  const guard = await within(5000, lock.acquire());
  const process = new Process({ target: holders.acquireThenWrite, args: [lock, cells] });
  process.start();
  await until(() => Atomics.load(cells, 0) === 1);
  await pause(30);
  process.kill();
  await within(5000, process.join());
  guard![Symbol.dispose]();
  await pause(40);
  assertEquals(Atomics.load(cells, 1), 0);
  const again = await within(5000, lock.acquire({ timeout: 3000 }));
  assert(again !== null);
  lock.release();
});

Deno.test("D-44 a lock held by a killed process is handed on, marked as abandoned", async () => {
  const lock = new Lock();
  const cells = words();
  const process = new Process({ target: holders.acquireAndStay, args: [lock, cells] });
  process.start();
  await until(() => Atomics.load(cells, 0) === 1);
  const waiting = lock.acquire({ timeout: 5000 });
  process.kill();
  const guard = await within(8000, waiting);
  assertEquals(guard?.abandoned, true);
  lock.release();
  const next = await within(5000, lock.acquire());
  assertEquals(next?.abandoned, false);
  lock.release();
});

Deno.test("D-44 a pool's task that dies with a lock does not block the others", async () => {
  const lock = new Lock();
  await using pool = new Pool(2);
  assertInstanceOf(await thrownBy(() => pool.apply(holders.acquireAndExit, [lock])), WorkerDiedError);
  assertEquals(await within(10_000, pool.apply(holders.useLock, [lock])), true);
});

Deno.test("D-40 a child sees a lock as its parent holds it, not a copy", async () => {
  const lock = new Lock();
  await within(5000, lock.acquire());
  const first = new Process({ target: holders.tryLock, args: [lock] });
  first.start();
  assertEquals(await within(10_000, first.result), false);
  lock.release();
  const second = new Process({ target: holders.tryLock, args: [lock] });
  second.start();
  assertEquals(await within(10_000, second.result), true);
  await within(5000, Promise.all([first.join(), second.join()]));
  assertEquals(lock.locked(), false);
});
