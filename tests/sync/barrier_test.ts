import { assert, assertEquals, assertFalse, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { Barrier, BrokenBarrierError, LanesError } from "@lanes/lanes";
import { decode, encode } from "../../lib/channel/codec.ts";
import { pause, until, within } from "../fixtures/harness.ts";
import { at, cellsOf, elsewhere, HANG, killed, launch, timed } from "../fixtures/sync_run.ts";
import * as tasks from "../fixtures/sync_tasks.ts";

/** The names of the errors of waits. */
async function names(waits: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await within(HANG, Promise.allSettled(waits));
  return settled.map((each) => each.status === "fulfilled" ? "passed" : (each.reason as Error).name);
}

const BROKEN = "BrokenBarrierError";

Deno.test("BARRIER-01 Barrier.wait() lets nobody pass before all have come, again and again", async () => {
  const counts = new Int32Array(new SharedArrayBuffer(4 * 4));
  const barrier = new Barrier(4);
  const others = [0, 1, 2].map((me) =>
    launch(tasks.passBarrier, barrier, counts, { me, passes: 1000, mixed: me === 2 })
  );
  const own = await within(60_000, tasks.passBarrier(barrier, counts, { me: 3, passes: 1000, mixed: true }));
  const indexes = [own];
  for (const process of others) indexes.push(await within(HANG, process.result));
  assertEquals([barrier.nWaiting, barrier.broken], [0, false]);
  for (let pass = 0; pass < 1000; pass++) {
    assertEquals(indexes.map((each) => each[pass]).sort(), [0, 1, 2, 3], `pass ${pass}`);
  }
});

Deno.test("BARRIER-02 Barrier.wait() gives each party another index from 0", async () => {
  const barrier = new Barrier(5);
  for (let pass = 0; pass < 20; pass++) {
    const indexes = await within(HANG, Promise.all(Array.from({ length: 5 }, () => barrier.wait())));
    assertEquals(indexes.sort(), [0, 1, 2, 3, 4]);
  }
});

Deno.test("BARRIER-03 the action runs once a pass, in one party, before anyone goes on", async () => {
  const log: string[] = [];
  const barrier = new Barrier(3, {
    action: async () => {
      log.push(`action ${barrier.nWaiting}`);
      await pause(5);
      log.push("done");
    },
  });
  for (let pass = 0; pass < 2; pass++) {
    await within(
      HANG,
      Promise.all([0, 1, 2].map(async () => {
        await barrier.wait();
        log.push("passed");
      })),
    );
  }
  const one = ["action 3", "done", "passed", "passed", "passed"];
  assertEquals(log, [...one, ...one]);
});

Deno.test("BARRIER-03 the action travels with the barrier, exported or a closure", async () => {
  const exported = new Barrier(2, { action: tasks.countRuns });
  const one = [0, 1].map(() => launch(tasks.passAndCount, exported, 50));
  const ran = await within(HANG, Promise.all(one.map((process) => process.result)));
  assertEquals(ran[0]! + ran[1]!, 50);
  const runs = cellsOf();
  const closure = new Barrier(2, { action: () => Atomics.add(runs, 0, 1) });
  // What it captures is looked up first.
  await pause(100);
  const two = [0, 1].map(() => launch(tasks.passAndCount, closure, 50));
  await within(HANG, Promise.all(two.map((process) => process.result)));
  assertEquals(runs[0], 50);
});

Deno.test("BARRIER-04 the action's error goes to the party that ran it and breaks the barrier for the others", async () => {
  for (
    const fails of [() => Promise.reject(new RangeError("no")), () => {
      throw new RangeError("no");
    }]
  ) {
    const barrier = new Barrier(3, { action: fails });
    assertEquals((await names([barrier.wait(), barrier.wait(), barrier.wait()])).sort(), [
      BROKEN,
      BROKEN,
      "RangeError",
    ]);
    assert(barrier.broken);
  }
  const barrier = new Barrier(1, {
    action: () => {
      throw new RangeError("no");
    },
  });
  assertThrows(() => barrier.waitSync(), RangeError, "no");
  assert(barrier.broken);
});

Deno.test("BARRIER-05 Barrier.abort() breaks it for those who wait and those who come", async () => {
  const barrier = new Barrier(4);
  const cells = cellsOf();
  const others = [true, false].map((async) => launch(tasks.waitAtBarrier, barrier, cells, { async }));
  const own = barrier.wait();
  await until(() => barrier.nWaiting === 3, HANG);
  barrier.abort();
  assertEquals(await names([own]), [BROKEN]);
  for (const process of others) assertEquals(await within(HANG, process.result), BROKEN);
  assert(barrier.broken);
  assertEquals(barrier.nWaiting, 0);
  await assertRejects(() => barrier.wait(), BrokenBarrierError);
  assertThrows(() => barrier.waitSync(), BrokenBarrierError);
  barrier.abort();
  assert(barrier.broken);
});

Deno.test("BARRIER-06 Barrier.reset() fails those who wait, and the barrier works again", async () => {
  const barrier = new Barrier(3);
  const cells = cellsOf();
  const other = launch(tasks.waitAtBarrier, barrier, cells, {});
  const own = barrier.wait();
  await until(() => barrier.nWaiting === 2, HANG);
  barrier.reset();
  assertEquals(await names([own]), [BROKEN]);
  assertEquals(await within(HANG, other.result), BROKEN);
  assertFalse(barrier.broken);
  barrier.reset();
  assertEquals((await Promise.all([0, 1, 2].map(() => barrier.wait()))).sort(), [0, 1, 2]);
});

Deno.test("BARRIER-07 Barrier.reset() after abort() makes it usable again", async () => {
  const barrier = new Barrier(2);
  barrier.abort();
  assertEquals(await names([barrier.wait()]), [BROKEN]);
  barrier.reset();
  assertFalse(barrier.broken);
  assertEquals((await Promise.all([barrier.wait(), barrier.wait()])).sort(), [0, 1]);
});

Deno.test("BARRIER-08 a timeout breaks the barrier for every party", async () => {
  const barrier = new Barrier(4);
  const cells = cellsOf();
  const other = launch(tasks.waitAtBarrier, barrier, cells, {});
  const own = barrier.wait();
  await until(() => barrier.nWaiting === 2, HANG);
  const [late, time] = await timed(() => names([barrier.wait({ timeout: 30 })]));
  assertEquals(late, [BROKEN]);
  assert(time >= 28);
  assertEquals(await names([own]), [BROKEN]);
  assertEquals(await within(HANG, other.result), BROKEN);
  assert(barrier.broken);
  barrier.reset();
  assertThrows(() => barrier.waitSync({ timeout: 10 }), BrokenBarrierError);
});

Deno.test("BARRIER-09 the barrier's timeout is the default of wait()", async () => {
  const barrier = new Barrier(2, { timeout: 20 });
  assertEquals(await names([barrier.wait()]), [BROKEN]);
  barrier.reset();
  assertThrows(() => barrier.waitSync(), BrokenBarrierError);
  barrier.reset();
  const long = barrier.wait({ timeout: HANG });
  await pause(60);
  assertFalse(barrier.broken);
  assertEquals(await within(HANG, Promise.all([long, barrier.wait()])), [1, 0]);
  // It travels with the barrier.
  const cells = cellsOf();
  assertEquals(await elsewhere(tasks.waitAtBarrier, new Barrier(2, { timeout: 20 }), cells, {}), BROKEN);
});

Deno.test("BARRIER-10 a barrier of one party lets it pass at once, repeatedly", async () => {
  const barrier = new Barrier(1);
  for (let i = 0; i < 50; i++) {
    assertEquals(barrier.waitSync(), 0);
    assertEquals(await barrier.wait(), 0);
  }
  assertEquals(barrier.waitSync({ timeout: 0 }), 0);
});

Deno.test("BARRIER-11 D-34 parties, nWaiting and broken can be read; a wrong number of parties is refused", async () => {
  const barrier = new Barrier(3);
  assertEquals([barrier.parties, barrier.nWaiting, barrier.broken], [3, 0, false]);
  const waits = [barrier.wait(), barrier.wait()];
  assertEquals([barrier.parties, barrier.nWaiting, barrier.broken], [3, 2, false]);
  await barrier.wait();
  await Promise.all(waits);
  assertEquals([barrier.parties, barrier.nWaiting, barrier.broken], [3, 0, false]);
  for (const parties of [0, -1, 1.5, NaN, 5000]) assertThrows(() => new Barrier(parties), RangeError);
  assertThrows(() => new Barrier("2" as never), TypeError);
  assertThrows(() => new Barrier(undefined as never), TypeError);
  assertThrows(() => new Barrier(2, { action: 5 as never }), TypeError);
  assertThrows(() => new Barrier(2, { timeout: "5" as never }), TypeError);
  await assertRejects(() => barrier.wait({ timeout: "5" as never }), TypeError);
  assertEquals(barrier.nWaiting, 0);
});

Deno.test("BARRIER-12 BrokenBarrierError is an error of the library", () => {
  const error = new BrokenBarrierError("broken");
  assertInstanceOf(error, LanesError);
  assertInstanceOf(error, Error);
  assertEquals(error.name, "BrokenBarrierError");
});

Deno.test("BARRIER-13 D-32 a party that is killed while it waits breaks the barrier for all", async () => {
  for (const async of [true, false]) {
    const barrier = new Barrier(4);
    const cells = cellsOf();
    const victim = launch(tasks.waitAtBarrier, barrier, cells, { async });
    await until(() => barrier.nWaiting === 1, HANG);
    const other = launch(tasks.waitAtBarrier, barrier, cells, {});
    const own = barrier.wait();
    await until(() => barrier.nWaiting === 3, HANG);
    await killed(victim);
    assertEquals(await names([own]), [BROKEN]);
    assertEquals(await within(HANG, other.result), BROKEN);
    assertEquals([barrier.nWaiting, barrier.broken], [0, true]);
    barrier.reset();
    const passed = await within(HANG, Promise.all([0, 1, 2, 3].map(() => barrier.wait())));
    assertEquals(passed.sort(), [0, 1, 2, 3]);
  }
});

Deno.test("a process that has passed the barrier may die without breaking it", async () => {
  const barrier = new Barrier(2);
  const cells = cellsOf();
  for (let i = 0; i < 3; i++) {
    const other = launch(tasks.waitAtBarrier, barrier, cells, {});
    await within(HANG, barrier.wait());
    await killed(other);
    assertEquals([barrier.nWaiting, barrier.broken], [0, false]);
  }
});

Deno.test("Barrier.wait() that is aborted by its signal only leaves", async () => {
  const barrier = new Barrier(2);
  const reason = new Error("enough");
  const controller = new AbortController();
  const aborted = barrier.wait({ signal: controller.signal }).catch((error) => error);
  assertEquals(barrier.nWaiting, 1);
  controller.abort(reason);
  assertEquals(await within(HANG, aborted), reason);
  assertEquals([barrier.nWaiting, barrier.broken], [0, false]);
  assertEquals(await barrier.wait({ signal: controller.signal }).catch((error) => error), reason);
  assertEquals([barrier.nWaiting, barrier.broken], [0, false]);
  const two = await within(HANG, Promise.all([barrier.wait(), barrier.wait()]));
  assertEquals(two.sort(), [0, 1]);
});

Deno.test("a barrier travels with its state", () => {
  const barrier = new Barrier(3);
  barrier.abort();
  const { copy } = decode(encode({ copy: barrier })) as { copy: Barrier };
  assertInstanceOf(copy, Barrier);
  assertEquals([copy.parties, copy.broken], [3, true]);
  copy.reset();
  assertFalse(barrier.broken);
  assertEquals(Deno.inspect(barrier), "<Barrier parties=3 0 waiting>");
});

Deno.test("a process that waits in nobody's turn does not break the barrier when more come than there are parties", async () => {
  const barrier = new Barrier(2);
  const cells = cellsOf();
  const others = [0, 1, 2].map((i) => launch(tasks.waitAtBarrier, barrier, cells, { async: i === 0 }));
  await at(cells, 3);
  assert(typeof await within(HANG, barrier.wait()) === "number");
  for (const process of others) assert(typeof await within(HANG, process.result) === "number");
});
