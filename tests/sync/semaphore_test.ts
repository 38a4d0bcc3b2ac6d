import { assert, assertEquals, assertFalse, assertInstanceOf, assertThrows } from "@std/assert";
import { BoundedSemaphore, Semaphore } from "@lanes/lanes";
import { decode, encode } from "../../lib/channel/codec.ts";
import { forEachBlock } from "../../lib/memory/arena.ts";
import { BlockKind } from "../../lib/memory/layout.ts";
import { pause, until, within } from "../fixtures/harness.ts";
import { at, cellsOf, elsewhere, go, HANG, killed, launch, timed } from "../fixtures/sync_run.ts";
import * as tasks from "../fixtures/sync_tasks.ts";

Deno.test("SEM-01 Semaphore.acquire() counts down and release() up", async () => {
  for (const semaphore of [new Semaphore(2), new BoundedSemaphore(2)]) {
    assertEquals(semaphore.getValue(), 2);
    assert(await semaphore.acquire() !== null);
    assertEquals(semaphore.getValue(), 1);
    assert(semaphore.acquireSync() !== null);
    assertEquals(semaphore.getValue(), 0);
    assertEquals(await semaphore.acquire({ timeout: 0 }), null);
    assertEquals(semaphore.getValue(), 0);
    assertEquals(semaphore.release(), undefined);
    assertEquals(semaphore.getValue(), 1);
    semaphore.release();
    assertEquals(semaphore.getValue(), 2);
  }
});

Deno.test("SEM-02 Semaphore.release() may go above the start value", () => {
  const semaphore = new Semaphore(2);
  semaphore.release();
  assertEquals(semaphore.getValue(), 3);
  semaphore.release();
  assertEquals(semaphore.getValue(), 4);
  for (let i = 0; i < 4; i++) assert(semaphore.acquireSync({ timeout: 0 }) !== null);
  assertEquals(semaphore.acquireSync({ timeout: 0 }), null);
});

Deno.test("SEM-03 D-34 BoundedSemaphore.release() above the start value throws RangeError", async () => {
  const semaphore = new BoundedSemaphore(1);
  assertThrows(() => semaphore.release(), RangeError, "above 1");
  semaphore.acquireSync();
  semaphore.release();
  assertThrows(() => semaphore.release(), RangeError);
  assertEquals(semaphore.getValue(), 1);
  assertEquals(await elsewhere(tasks.tryRelease, semaphore), "RangeError");
  const large = new BoundedSemaphore(1000);
  for (let i = 0; i < 1000; i++) large.acquireSync();
  assertEquals(large.getValue(), 0);
  for (let i = 0; i < 1000; i++) large.release();
  assertThrows(() => large.release(), RangeError, "above 1000");
});

Deno.test("SEM-04 Semaphore.acquire() of no unit gives up at its timeout", async () => {
  const semaphore = new Semaphore(0);
  for (const timeout of [0, -1, 40]) {
    const [guard, time] = await timed(() => semaphore.acquire({ timeout }));
    assertEquals(guard, null);
    assert(time >= timeout - 2);
    const [sync, timeSync] = await timed(() => semaphore.acquireSync({ timeout }));
    assertEquals(sync, null);
    assert(timeSync >= timeout - 2);
  }
});

Deno.test("SEM-05 Semaphore.release() gives one unit, in any process", async () => {
  const semaphore = new Semaphore(0);
  assertEquals(await elsewhere(tasks.tryRelease, semaphore), "released");
  assertEquals(semaphore.getValue(), 1);
  assert(semaphore.acquireSync({ timeout: 0 }) !== null);
});

Deno.test("SEM-06 D-34 Semaphore() refuses a wrong start value", () => {
  for (const cls of [Semaphore, BoundedSemaphore]) {
    assertThrows(() => new cls(-1), RangeError);
    assertThrows(() => new cls(1.5), RangeError);
    assertThrows(() => new cls(2 ** 31), RangeError);
    assertThrows(() => new cls("a" as never), TypeError);
    assertThrows(() => new cls(null as never), TypeError);
  }
  const full = new Semaphore(2 ** 31 - 1);
  assertEquals(full.getValue(), 2 ** 31 - 1);
  assertThrows(() => full.release(), RangeError);
  assertEquals(new Semaphore().getValue(), 1);
});

Deno.test("SEM-07 Semaphore.getValue() tells the value; semaphores are printed with it", () => {
  const semaphore = new Semaphore(3);
  assertEquals(Deno.inspect(semaphore), "<Semaphore(value=3)>");
  const bounded = new BoundedSemaphore(2);
  bounded.acquireSync();
  assertEquals(Deno.inspect(bounded), "<BoundedSemaphore(value=1, maxvalue=2)>");
  const { copy } = decode(encode({ copy: bounded })) as { copy: BoundedSemaphore };
  assertInstanceOf(copy, BoundedSemaphore);
  assertInstanceOf(copy, Semaphore);
  assertEquals(copy.getValue(), 1);
});

Deno.test("SEM-08 Semaphore.locked() is true while the value is 0", () => {
  const semaphore = new Semaphore(1);
  assertFalse(semaphore.locked());
  semaphore.acquireSync();
  assert(semaphore.locked());
  semaphore.release();
  assertFalse(semaphore.locked());
});

Deno.test("SEM-09 a semaphore's guard gives its unit back, once", async () => {
  for (const semaphore of [new Semaphore(2), new Semaphore(0)]) {
    if (semaphore.getValue() === 0) semaphore.release();
    const before = semaphore.getValue();
    const guard = (await semaphore.acquire())!;
    {
      using _held = guard;
      assertEquals(semaphore.getValue(), before - 1);
    }
    assertEquals(semaphore.getValue(), before);
    guard[Symbol.dispose]();
    assertEquals(semaphore.getValue(), before);
  }
});

Deno.test("Semaphore.acquire() rejects with the reason of an aborted signal and takes no unit", async () => {
  const semaphore = new Semaphore(1);
  const reason = new Error("enough");
  assertEquals(await semaphore.acquire({ signal: AbortSignal.abort(reason) }).catch((error) => error), reason);
  assertEquals(semaphore.getValue(), 1);
  semaphore.acquireSync();
  const controller = new AbortController();
  const aborted = [0, 1].map(() => semaphore.acquire({ signal: controller.signal }).catch((error) => error));
  const served = semaphore.acquire();
  await pause(2);
  controller.abort(reason);
  assertEquals(await Promise.all(aborted), [reason, reason]);
  semaphore.release();
  assert(await within(HANG, served) !== null);
  assertEquals(semaphore.getValue(), 0);
});

Deno.test("Semaphore serves as many waiters as units are released, in many processes and tasks", async () => {
  const semaphore = new Semaphore(0);
  const cells = [0, 1, 2].map(() => cellsOf());
  const processes = cells.map((each, i) => launch(tasks.waitForLock, semaphore, each, i === 0 ? "async" : "sync"));
  for (const each of cells) await at(each, 1);
  const own = [0, 1, 2].map(() => semaphore.acquire());
  await pause(20);
  // Each of the others gives its unit on.
  for (let i = 0; i < 4; i++) semaphore.release();
  const guards = await within(HANG, Promise.all(own));
  assertEquals(guards.filter((guard) => guard !== null).length, 3);
  for (const process of processes) assertEquals(await within(HANG, process.result), "yes");
  assertEquals(semaphore.getValue(), 1);
});

Deno.test("Semaphore(1) keeps processes out of each other, blocking and not", async () => {
  const semaphore = new Semaphore(1);
  const cells = cellsOf();
  const how = { times: 300, mixed: true };
  const processes = [0, 1].map(() => launch(tasks.addUnder, semaphore, cells, how));
  await tasks.addUnder(semaphore, cells, how);
  for (const process of processes) await within(HANG, process.join());
  assertEquals(cells[2], 900);
  assertEquals(semaphore.getValue(), 1);
});

Deno.test("D-30 the units of a process that was killed go back, marked as abandoned", async () => {
  const semaphore = new BoundedSemaphore(3);
  const cells = cellsOf();
  const holder = launch(tasks.hold, semaphore, cells, 3);
  await at(cells, 1);
  assertEquals(semaphore.getValue(), 0);
  const waiting = [0, 1, 2].map(() => semaphore.acquire());
  await pause(10);
  holder.kill();
  const guards = await within(HANG, Promise.all(waiting));
  assertEquals(guards.map((guard) => guard?.abandoned), [true, true, true]);
  for (const guard of guards) guard![Symbol.dispose]();
  assertEquals(semaphore.getValue(), 3);
  assertEquals((await semaphore.acquire())?.abandoned, false);
  await within(HANG, holder.join());
});

Deno.test("D-30 units that were signals are not given back when their receiver ends", async () => {
  const semaphore = new Semaphore(0);
  const cells = cellsOf();
  const receiver = launch(tasks.hold, semaphore, cells, 3);
  for (let i = 0; i < 4; i++) semaphore.release();
  await at(cells, 1);
  await killed(receiver);
  assertEquals(semaphore.getValue(), 1);
  // Nor one of the start value that another process has released for it.
  const one = new Semaphore(1);
  const holder = launch(tasks.hold, one, cells);
  await at(cells, 1);
  while (one.getValue() === 1) await pause(1);
  one.release();
  await killed(holder);
  assertEquals(one.getValue(), 1);
  go(cells, 9);
});

Deno.test("X-2 of two waiters for one unit, the one that is killed does not take it along", async () => {
  const semaphore = new Semaphore(0);
  const first = cellsOf(), second = cellsOf();
  const victim = launch(tasks.waitForLock, semaphore, first, "sync");
  await at(first, 1);
  await pause(20);
  const heir = launch(tasks.waitForLock, semaphore, second, "sync");
  await at(second, 1);
  await pause(20);
  victim.kill();
  semaphore.release();
  assertEquals(await within(HANG, heir.result), "yes");
  await within(HANG, Promise.all([victim.join(), heir.join()]));
  assertEquals(Atomics.load(first, 0), 1);
});

Deno.test("D-37 the primitives of a process that is killed are freed: there is nothing of the system's to leak", async () => {
  const cells = cellsOf();
  const process = launch(tasks.makeMany, 200, cells);
  await at(cells, 1200);
  const { pid } = process;
  assert(blocksOf(pid) >= 1200);
  await killed(process);
  await until(() => blocksOf(pid) === 0, HANG);
});

/** How many primitives that a process has made are in use. */
function blocksOf(pid: number | null): number {
  let count = 0;
  forEachBlock(({ owner, kind }) => {
    if (owner === pid && kind >= BlockKind.Lock && kind <= BlockKind.Barrier) count++;
  });
  return count;
}
