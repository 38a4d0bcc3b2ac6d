/** Nobody waits for ever, and nothing piles up: order, fairness and backpressure. */
import { assert, assertEquals } from "@std/assert";
import { Pool } from "@lanes/lanes";
import { stats } from "../../lib/memory/arena.ts";
import { echo, hold, record, square } from "../fixtures/tasks.ts";
import { open, until, within, words } from "../fixtures/harness.ts";
import { Random } from "../stress/seeded.ts";

const HANG = 30_000;

/** Notes its number, whatever it was sent. */
export function note(log: Int32Array, number: number, _body?: Uint8Array): number {
  return record(log, number);
}

/** Takes its time: blocks its thread, waits without blocking it, or neither. */
export function atLeisure([number, ms]: [number, number]): number | Promise<number> {
  if (ms > 2) return new Promise((resolve) => setTimeout(() => resolve(number), ms - 2));
  const end = performance.now() + ms;
  while (performance.now() < end);
  return number;
}

export function lengthOf(bytes: Uint8Array): number {
  return bytes.length;
}

Deno.test("10,000 pending tasks of one pool do not hold up a task of another", async () => {
  await using busy = new Pool(1);
  await using free = new Pool(1);
  const gate = words();
  const first = busy.apply(hold, [gate]);
  const pending = Array.from({ length: 10_000 }, (_, i) => busy.apply(square, [i]));
  for (let i = 0; i < 3; i++) assertEquals(await within(HANG, free.apply(square, [i])), i * i);
  assert(busy.stats().done === 0 && busy.stats().queued > 0);
  open(gate);
  await within(HANG, first);
  assertEquals((await within(HANG, Promise.all(pending))).at(-1), 9999 ** 2);
});

Deno.test("a later caller's task starts after at most what was submitted before it, while others go on submitting", async () => {
  for (const processes of [1, 2]) {
    await using pool = new Pool(processes);
    let stop = false, done = 0;
    // Each has another task ready whenever one is done.
    const producers = Promise.all(Array.from({ length: 1000 }, async () => {
      while (!stop) {
        await pool.apply(square, [2]);
        done++;
      }
    }));
    // Where the test fails it is that which is to be seen.
    producers.catch(() => {});
    await until(() => done > 2000, HANG);
    for (let i = 0; i < 5; i++) {
      const before = done;
      const { queued, running } = pool.stats();
      assertEquals(await within(HANG, pool.apply(square, [7])), 49);
      // Those that were with the workers, those that waited, and what the others got done before this thread was told. Of
      // two workers the machine may let the one with the task wait, while the other goes on.
      const overtaken = processes === 1 ? done - before : 0;
      assert(overtaken <= 2 * (queued + running) + 20_000, `${overtaken} of ${queued + running} came first`);
    }
    stop = true;
    await within(HANG, producers);
  }
});

Deno.test("a pool of one starts tasks in the order of submission, however large they are and whatever waits between", async () => {
  await using pool = new Pool(1);
  const count = 1500;
  const log = new Int32Array(new SharedArrayBuffer(4 * (count + 1)));
  const random = new Random(5);
  const results: Promise<number>[] = [];
  for (let number = 0; number < count; number++) {
    const dice = random.next();
    const body = dice < 0.5 ? undefined : new Uint8Array(random.below(dice < 0.95 ? 2000 : 300_000));
    results.push(pool.apply(note, body === undefined ? [log, number] : [log, number, body]));
    if (random.chance(0.01)) await results[random.below(results.length)];
  }
  await within(HANG, Promise.all(results));
  assertEquals([...log.subarray(1)], Array.from({ length: count }, (_, i) => i));
});

Deno.test("a task that was cancelled while it waited leaves the order of the others", async () => {
  await using pool = new Pool(1);
  const log = new Int32Array(new SharedArrayBuffer(4 * 1001));
  const gate = words();
  const first = pool.apply(hold, [gate]);
  const results = Array.from({ length: 1000 }, (_, i) => pool.applyAsync(note, [log, i]));
  for (let i = 0; i < 1000; i += 3) assertEquals(results[i]!.cancel(), true);
  open(gate);
  await first;
  await within(HANG, Promise.all(results.filter((_, i) => i % 3 !== 0)));
  const expected = Array.from({ length: 1000 }, (_, i) => i).filter((i) => i % 3 !== 0);
  assertEquals([...log.subarray(1, expected.length + 1)], expected);
  assertEquals(log[0], expected.length);
});

Deno.test("map() and imap() give results in order, imapUnordered() each once, whatever each item takes", async () => {
  await using pool = new Pool(3);
  const random = new Random(6);
  const items = Array.from(
    { length: 300 },
    (_, i): [number, number] => [i, random.chance(0.2) ? random.next() * 6 : 0],
  );
  const expected = items.map(([number]) => number);
  for (const chunksize of [1, 7]) {
    assertEquals(await within(HANG, pool.map(atLeisure, items, { chunksize })), expected);
    assertEquals(await within(HANG, Array.fromAsync(pool.imap(atLeisure, items, { chunksize }))), expected);
    const unordered = await within(HANG, Array.fromAsync(pool.imapUnordered(atLeisure, items, { chunksize })));
    assertEquals(unordered.sort((a, b) => a - b), expected);
  }
});

Deno.test("maxQueueSize holds for apply() too, however many call it at once, and they are let in in their order", async () => {
  await using pool = new Pool({ processes: 1, maxQueueSize: 5 });
  const log = new Int32Array(new SharedArrayBuffer(4 * 2001));
  let most = 0;
  const results = Array.from({ length: 2000 }, async (_, i) => {
    await pool.apply(note, [log, i]);
    most = Math.max(most, pool.stats().queued);
  });
  await within(HANG, Promise.all(results));
  assert(most <= 5, `${most} were queued`);
  assertEquals([...log.subarray(1)], Array.from({ length: 2000 }, (_, i) => i));
});

Deno.test("with maxQueueSize an endless producer keeps memory flat: imap() and a loop of apply()", async () => {
  await using pool = new Pool({ processes: 2, maxQueueSize: 4 });
  const size = 200_000;
  let pulled = 0, most = 0;
  function* endless(): Generator<Uint8Array> {
    for (;; pulled++) yield new Uint8Array(size);
  }
  const before = stats().used;
  let read = 0;
  for await (const length of pool.imap(lengthOf, endless())) {
    assertEquals(length, size);
    most = Math.max(most, stats().used - before);
    assert(pulled - read < 20, `${pulled} pulled, ${read} read`);
    if (++read === 400) break;
  }
  const lanes = 2 * 530_000;
  assert(most < lanes + 20 * size, `${most} bytes in use`);
  let sent = 0;
  most = 0;
  async function producer(): Promise<void> {
    while (sent++ < 400) {
      assertEquals(await pool.apply(lengthOf, [new Uint8Array(size)]), size);
      most = Math.max(most, stats().used - before);
    }
  }
  await within(HANG, Promise.all(Array.from({ length: 8 }, producer)));
  assert(most < lanes + 20 * size, `${most} bytes in use`);
  assertEquals(await within(HANG, pool.apply(echo, [1])), 1);
});

Deno.test("what waits for room is settled when the pool is terminated, and done when it is closed", async () => {
  for (const how of ["terminate", "close"] as const) {
    const pool = new Pool({ processes: 1, maxQueueSize: 1 });
    const gate = words();
    const first = pool.apply(hold, [gate]);
    const rest = Array.from({ length: 10 }, (_, i) => pool.apply(square, [i]));
    const outcomes = Promise.allSettled([first, ...rest]);
    await until(() => gate[0] === 1, HANG);
    if (how === "close") {
      pool.close();
      open(gate);
      await within(HANG, pool.join());
    } else await within(HANG, pool.terminate());
    const expected = how === "close" ? "fulfilled" : "rejected";
    assertEquals((await within(HANG, outcomes)).map(({ status }) => status), new Array(11).fill(expected));
  }
});

Deno.test("a closure that waits for room is let in like anything else", async () => {
  await using pool = new Pool({ processes: 1, maxQueueSize: 2 });
  const results = Array.from(
    { length: 50 },
    (_, i) => i % 2 ? pool.apply((x: number) => x + i, [1]) : pool.apply(square, [i]),
  );
  const expected = Array.from({ length: 50 }, (_, i) => i % 2 ? i + 1 : i * i);
  assertEquals(await within(HANG, Promise.all(results)), expected);
});
