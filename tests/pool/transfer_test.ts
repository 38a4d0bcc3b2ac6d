import { assertEquals } from "@std/assert";
import { Pool } from "@lanes/lanes";
import { hold, square } from "../fixtures/tasks.ts";
import { errorBy, open, pause, until, within, words } from "../fixtures/harness.ts";

const HANG = 20_000;

/** How many bytes it got, and what is in the last. */
export function received(bytes: Uint8Array): [number, number] {
  return [bytes.length, bytes.at(-1) ?? 0];
}

/** Ends its worker the first time that the word is 0. */
export function receivedOrGone(bytes: Uint8Array, cells: Int32Array): number {
  if (Atomics.add(cells, 0, 1) === 0) Deno.exit(3);
  return bytes.length;
}

/** Ends its worker a little later. */
export function leaveSoon(ms: number): void {
  setTimeout(() => Deno.exit(7), ms);
}

/** Takes its time. */
export async function dawdle(ms: number): Promise<void> {
  await pause(ms);
}

function filled(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(size).fill(5);
}

Deno.test("what is transferred is the caller's no more, at once, also where the task waits", async () => {
  await using pool = new Pool(1);
  const gate = words();
  const first = pool.apply(hold, [gate]);
  const waiting = [10, 100_000].map((size) => {
    const bytes = filled(size);
    const result = pool.apply(received, [bytes], { transfer: [bytes.buffer] });
    assertEquals(bytes.length, 0);
    return result;
  });
  open(gate);
  assertEquals(await within(HANG, Promise.all(waiting)), [[10, 5], [100_000, 5]]);
  await first;
});

Deno.test("what was transferred already rejects its task, and the pool goes on", async () => {
  await using pool = new Pool(1);
  const gate = words();
  // The pool is busy, so nothing is sent before both are submitted; then it is not.
  const first = pool.apply(hold, [gate]);
  for (let i = 0; i < 2; i++) {
    const bytes = filled(100);
    const good = pool.apply(received, [bytes], { transfer: [bytes.buffer] });
    const error = await errorBy(() => pool.apply(received, [bytes], { transfer: [bytes.buffer] }));
    assertEquals(error.name, "TransportError");
    open(gate);
    assertEquals(await within(HANG, good), [100, 5]);
    await first;
    assertEquals([pool.stats().queued, pool.stats().running], [0, 0]);
  }
  assertEquals(await within(HANG, pool.apply(square, [3])), 9);
});

Deno.test("tasks with transferred arguments are not taken from one worker to another", async () => {
  await using pool = new Pool(2);
  await within(HANG, pool.map(square, Array.from({ length: 200 }, (_, i) => i), { chunksize: 1 }));
  for (let round = 0; round < 20; round++) {
    const results = Array.from({ length: 60 }, () => {
      const bytes = filled(50);
      return pool.apply(received, [bytes], { transfer: [bytes.buffer] });
    });
    for (const result of results) assertEquals(await within(HANG, result), [50, 5]);
  }
});

Deno.test("a task whose transferred arguments went with its worker is not run again: WorkerDiedError", async () => {
  await using pool = new Pool({ processes: 1, retries: 2 });
  const cells = words();
  const bytes = filled(100);
  const error = await errorBy(() => pool.apply(receivedOrGone, [bytes, cells], { transfer: [bytes.buffer] }));
  assertEquals([error.name, cells[0]], ["WorkerDiedError", 1]);
  const copied = pool.apply(receivedOrGone, [filled(100), words()]);
  assertEquals(await within(HANG, copied), 100);
});

Deno.test("a task with transferred arguments that its worker had not begun when it died fails, and the pool goes on", async () => {
  await using pool = new Pool(1);
  for (let round = 0; round < 3; round++) {
    await within(HANG, pool.apply(leaveSoon, [5]));
    // Nothing is heard of the worker's end until this thread has a turn.
    const end = performance.now() + 100;
    while (performance.now() < end);
    const bytes = filled(100);
    const error = await errorBy(() => pool.apply(received, [bytes], { transfer: [bytes.buffer] }));
    assertEquals(error.name, "WorkerDiedError");
    assertEquals(await within(HANG, pool.apply(square, [3])), 9);
  }
});

Deno.test("a task's timeout counts from its last start, not from when it was given to a worker that died", async () => {
  await using pool = new Pool({ processes: 1, initializer: dawdle, initargs: [1000] });
  await within(HANG, pool.apply(leaveSoon, [5]));
  const end = performance.now() + 100;
  while (performance.now() < end);
  const gate = words();
  // Given to the dead one now, started by the next one later.
  const result = pool.apply(hold, [gate, "held"], { timeout: 1500 });
  await until(() => gate[0] === 1, HANG);
  await pause(800);
  open(gate);
  assertEquals(await within(HANG, result), "held");
});

Deno.test("a map and an imap with transfer move to each chunk what it has", async () => {
  await using pool = new Pool(2);
  const list = Array.from({ length: 12 }, (_, i) => filled(i + 1));
  const transfer = list.map(({ buffer }) => buffer);
  assertEquals(
    await within(HANG, pool.map(received, list, { transfer, chunksize: 2 })),
    Array.from({ length: 12 }, (_, i) => [i + 1, 5] as [number, number]),
  );
  assertEquals(list.map(({ length }) => length), new Array(12).fill(0));
  const more = Array.from({ length: 12 }, (_, i) => filled(i + 1));
  const seen: number[] = [];
  for await (const [length] of pool.imap(received, more, { transfer: more.map(({ buffer }) => buffer) })) {
    seen.push(length);
  }
  assertEquals(seen, Array.from({ length: 12 }, (_, i) => i + 1));
});
