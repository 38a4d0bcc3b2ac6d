/** The way from an owner to its worker and back: `Lane` and `Desk` against each other. */
import { assert, assertEquals } from "@std/assert";
import type { RingRecord } from "../../lib/channel/ring.ts";
import { setChaos } from "../../lib/sync/chaos.ts";
import { atStep } from "../fixtures/at_step.ts";
import { self } from "../../lib/memory/process_table.ts";
import { Bell } from "../../lib/worker/bell.ts";
import { Desk } from "../../lib/worker/desk.ts";
import { allocateLane, Lane, LaneSide, letGo } from "../../lib/worker/lane.ts";
import { fillOutbox, sendSlowly, serveDesk, shake } from "../fixtures/bells.ts";
import { pause, until, within, words } from "../fixtures/harness.ts";
import { bodyOf, used } from "../fixtures/rings.ts";
import { HANG, launch } from "../fixtures/sync_run.ts";
import { Random } from "../stress/seeded.ts";

/** Both ends of a lane in this thread. */
class Ends implements Disposable {
  readonly offset = allocateLane();
  readonly bell = new Bell();
  readonly seen: number[] = [];
  readonly lane = new Lane(self(), this.offset, {
    onRecord: (record) => {
      this.seen.push(record.id);
      this.flaws.push(...flaws(record));
    },
    onEnd: () => {},
  });
  readonly desk = new Desk(this.offset, this.bell.offset);
  readonly flaws: string[] = [];

  order(id: number, length = 0): number | null {
    return this.lane.send(1, id, { aux: length, aux2: 0, bytes: bodyOf(id, length), length });
  }

  answer(id: number, length: number): void | Promise<void> {
    return this.desk.answer(2, id, { aux: length, aux2: 0, bytes: bodyOf(id, length), length });
  }

  [Symbol.dispose](): void {
    setChaos(null);
    letGo(this.offset, LaneSide.Owner);
    letGo(this.offset, LaneSide.Worker);
  }
}

/** What is wrong with a record whose `aux` is its length. */
function flaws({ id, aux, length, view, start }: RingRecord): string[] {
  if (aux !== length) return [`record ${id} has ${length} bytes, not ${aux}`];
  const expected = bodyOf(id, length);
  return expected.every((byte, i) => byte === view[start + i]) ? [] : [`record ${id} is damaged`];
}

Deno.test("Desk.idle() goes on with an order that is sent at any step of its falling asleep", async () => {
  for (let step = 1; step <= 2; step++) {
    using ends = new Ends();
    const state = atStep(step, () => ends.order(1));
    await within(HANG, ends.desk.idle(() => {}));
    assert(state.passed);
    assertEquals(ends.desk.take()?.id, 1);
    ends.desk.done();
  }
});

Deno.test("Desk.idle() goes on with an order that is sent in its sleep, and at once where one is there", async () => {
  using ends = new Ends();
  for (let i = 1; i <= 20; i++) {
    let parked = 0;
    const idle = ends.desk.idle(() => parked++);
    if (i % 2 === 0) await Promise.resolve();
    assertEquals(parked, 1);
    ends.order(i);
    await within(HANG, idle);
    // Some orders are there, one after the other, before it is idle again.
    ends.order(100 + i);
    await within(HANG, ends.desk.idle(() => parked++));
    assertEquals(parked, 1);
    assertEquals([ends.desk.take()?.id, ends.desk.done()], [i, undefined]);
    assertEquals([ends.desk.take()?.id, ends.desk.done()], [100 + i, undefined]);
  }
});

Deno.test("Lane.send() that is at any of its steps while the worker falls asleep wakes it", async () => {
  // Step 1 is before the order is published, 2 before the bell is raised, 3 before the mark is looked at.
  for (let step = 1; step <= 3; step++) {
    using ends = new Ends();
    let idle: Promise<void> | undefined;
    const state = atStep(step, () => idle = ends.desk.idle(() => {}));
    ends.order(1);
    assert(state.passed);
    await within(HANG, idle!);
    assertEquals(ends.desk.take()?.id, 1);
    ends.desk.done();
  }
});

Deno.test("Desk.idle(): an owner that is slow to ring for an order which was taken leaves the next one heard", async () => {
  for (let step = 1; step <= 2; step++) {
    using ends = new Ends();
    const cells = words();
    const process = launch(sendSlowly, ends.offset, cells);
    await until(() => Atomics.load(cells, 0) === 1, HANG);
    assertEquals([ends.desk.take()?.id, ends.desk.done()], [1, undefined]);
    const state = atStep(step, () => {
      Atomics.store(cells, 0, 2);
      while (Atomics.load(cells, 0) !== 3) Atomics.pause();
    });
    const idle = ends.desk.idle(() => {});
    assert(state.passed);
    Atomics.store(cells, 0, 4);
    await within(HANG, idle);
    // It goes on for any reason; with the second order at the latest.
    while (ends.desk.take() === null) await within(HANG, ends.desk.idle(() => {}));
    await within(HANG, process.join());
  }
});

/** How many answers of 3000 bytes have place. */
function roomFor(): number {
  using ends = new Ends();
  let count = 0;
  while (ends.answer(count, 3000) === undefined) count++;
  return count;
}

Deno.test("Desk.answer() that finds no room waits for it, at whatever step of that its owner reads", async () => {
  const room = roomFor();
  // At 0 it sleeps already.
  for (let step = 0; step <= 2; step++) {
    using ends = new Ends();
    for (let id = 1; id <= room; id++) assertEquals(ends.answer(id, 3000), undefined);
    const state = step === 0 ? { passed: true } : atStep(step, () => ends.lane.poll());
    const pending = ends.answer(room + 1, 3000);
    assert(pending instanceof Promise && state.passed);
    if (step === 0) {
      assertEquals(await Promise.race([pending, pause(10).then(() => "waits")]), "waits");
      ends.lane.poll();
    }
    await within(HANG, pending);
    ends.lane.poll();
    assertEquals([ends.seen.length, ends.flaws], [room + 1, []]);
    // And again, as often as it likes.
    for (let i = 0; i < 3; i++) {
      let id = 1000 * i;
      let again: void | Promise<void>;
      while ((again = ends.answer(++id, 3000)) === undefined);
      ends.lane.poll();
      await within(HANG, again);
      ends.lane.poll();
    }
    assertEquals(ends.flaws, []);
  }
});

Deno.test("Desk.answer() that waits keeps its own copy of the bytes, and only what is sent of them", async () => {
  using ends = new Ends();
  let id = 0;
  while (ends.answer(++id, 1000) === undefined);
  const bytes = new Uint8Array(5000);
  bytes.set(bodyOf(id + 1, 2000));
  const pending = ends.desk.answer(2, id + 1, { aux: 2000, aux2: 0, bytes, length: 2000 });
  bytes.fill(0);
  ends.lane.poll();
  await within(HANG, pending as Promise<void>);
  await until(() => {
    ends.lane.poll();
    return ends.seen.length === id + 1;
  }, HANG);
  assertEquals(ends.flaws, []);
});

Deno.test("Desk.answer(): an owner that looks late for one who waits for room leaves nobody waiting", async () => {
  using ends = new Ends();
  const cells = words();
  const process = launch(fillOutbox, { lane: ends.offset, bell: ends.bell.offset, cells });
  await until(() => Atomics.load(cells, 0) === 1, HANG);
  // It has read all there was, and is slow to look whether anyone waits; meanwhile the ring is filled.
  const state = atStep(3, () => {
    Atomics.store(cells, 0, 2);
    while (Atomics.load(cells, 0) !== 3) Atomics.pause();
  });
  ends.lane.poll();
  assert(state.passed);
  Atomics.store(cells, 0, 4);
  await pause(50);
  await until(() => {
    ends.lane.poll();
    return Atomics.load(cells, 0) === 5;
  }, HANG);
  ends.lane.poll();
  assertEquals(ends.seen.length, await process.result);
  await within(HANG, process.join());
});

Deno.test("Lane and Desk in two threads, with pauses at the atomic steps: every order is answered once, whole and in order", async () => {
  const before = used();
  for (const mode of ["one at a time", "many", "large"] as const) {
    const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
    await converse(mode, seed).catch((error) => {
      throw new Error(`seed ${seed}, ${mode}: ${error.message}`, { cause: error });
    });
  }
  // What is left are ledgers and bells.
  await until(() => used() - before < 20_000, HANG);
});

/** Sends random orders to a thread that answers with the same, and checks all answers. */
async function converse(mode: "one at a time" | "many" | "large", seed: number): Promise<void> {
  const random = new Random(seed);
  const bell = new Bell();
  const offset = allocateLane();
  const process = launch(serveDesk, { lane: offset, bell: bell.offset, seed: random.below(2 ** 32) });
  const seen: number[] = [];
  const wrong: string[] = [];
  const lane = new Lane(process.pid!, offset, {
    onRecord: (record) => {
      seen.push(record.id);
      wrong.push(...flaws(record));
    },
    onEnd: () => bell.unwatch(lane),
  });
  shake(new Random(random.below(2 ** 32)));
  bell.watch(lane);
  await until(() => lane.ready, HANG);
  const count = mode === "one at a time" ? 400 : mode === "many" ? 3000 : 150;
  const room = { "one at a time": 300, many: 2000, large: 200_000 }[mode];
  let sent = 0;
  while (sent < count) {
    const length = random.chance(0.3) ? 0 : random.below(room);
    const id = sent + 1;
    const order = { aux: length, aux2: 0, bytes: bodyOf(id, length), length };
    if (lane.send(id === count ? 9 : 1, id, order) !== null) sent++;
    else if (!bell.blockUntil(() => seen.length > sent - 100, performance.now() + HANG)) throw new Error("It hangs");
    if (mode !== "one at a time") {
      if (random.chance(0.05)) await new Promise((resolve) => setTimeout(resolve, random.below(3)));
      continue;
    }
    if (random.chance(0.5)) bell.expect();
    if (random.chance(0.3)) await until(() => seen.length === sent, HANG);
    else if (!bell.blockUntil(() => seen.length === sent, performance.now() + HANG)) throw new Error("It hangs");
  }
  await until(() => seen.length === count, HANG);
  setChaos(null);
  await within(HANG, process.join());
  await until(() => !lane.poll(), HANG);
  letGo(offset, LaneSide.Worker);
  assertEquals(wrong, []);
  assertEquals(seen, Array.from({ length: count }, (_, i) => i + 1));
}
