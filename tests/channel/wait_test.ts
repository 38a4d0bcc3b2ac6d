import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { Process } from "@lanes/lanes/process";
import { ClosedError, type Connection, EOFError, InvalidStateError, Pipe, wait, waitSync } from "@lanes/lanes/queues";
import { pause, within } from "../fixtures/harness.ts";
import * as tasks from "../fixtures/queue_tasks.ts";

Deno.test("WAIT-01 WAIT-09 waiting for four pipes collects all messages, and the end of file of each", async () => {
  const readers: Connection[] = [];
  const children: Process<never, void>[] = [];
  for (let id = 0; id < 4; id++) {
    const [reader, writer] = Pipe(false);
    const values = Array.from({ length: 10 }, (_, i) => [id, i]);
    const child = new Process({ target: tasks.pauseThenSend, args: [writer, values] });
    child.start();
    writer.close();
    readers.push(reader);
    children.push(child as never);
  }
  const seen: unknown[] = [];
  let open = readers;
  while (open.length > 0) {
    const ready = await within(10_000, wait(open));
    assert(ready.length > 0);
    for (const reader of ready) {
      try {
        seen.push(reader.recvSync({ timeout: 0 }));
      } catch (error) {
        assert(error instanceof EOFError);
        reader.close();
        open = open.filter((other) => other !== reader);
      }
    }
  }
  assertEquals(seen.length, 40);
  for (const child of children) await child.join();
});

Deno.test("WAIT-03 WAIT-04 wait() gives [] at its timeout, and only what is ready before", async () => {
  const [a, b] = Pipe();
  for (const waiting of [() => wait([a, b], { timeout: 60 }), () => waitSync([a, b], { timeout: 60 })]) {
    const start = performance.now();
    assertEquals(await waiting(), []);
    assert(performance.now() - start >= 59);
  }
  await b.send(1);
  assertEquals(await wait([a, b], { timeout: 1000 }), [a]);
  assertEquals(waitSync([a, b]), [a]);
});

Deno.test("WAIT-05 processes and sentinels mix with connections", async () => {
  const [a, b] = Pipe();
  const child = new Process({ target: tasks.sendAll, args: [b, ["x"]] });
  child.start();
  b.close();
  const { sentinel } = child;
  const objects = [sentinel, a, child];
  const ready = await within(10_000, wait(objects));
  assert(ready.length > 0);
  await child.join();
  assertEquals(await wait(objects), objects);
  assertEquals(await wait([sentinel]), [sentinel]);
});

Deno.test("WAIT-06 a negative timeout is 0", async () => {
  const [a] = Pipe();
  assertEquals(await within(500, wait([a], { timeout: -1 })), []);
  assertEquals(waitSync([a], { timeout: -1 }), []);
});

Deno.test("WAIT-07 the result keeps the order of the input, which may be any iterable", async () => {
  const pipes = Array.from({ length: 6 }, () => Pipe());
  for (const index of [4, 1, 3]) await pipes[index]![1].send(index);
  const readers = pipes.map(([reader]) => reader);
  assertEquals(await wait(new Set(readers)), [readers[1], readers[3], readers[4]]);
  assertEquals(await wait(readers.toReversed().values()), [readers[4], readers[3], readers[1]]);
});

Deno.test("WAIT-08 nothing to wait for gives [], a duplicate counts once, a closed connection or another object is an error", async () => {
  assertEquals([await within(500, wait([])), waitSync([])], [[], []]);
  const start = performance.now();
  assertEquals(await wait([], { timeout: 40 }), []);
  assertEquals(waitSync([], { timeout: 40 }), []);
  assert(performance.now() - start >= 79);
  const [a, b] = Pipe();
  await b.send(1);
  assertEquals(await wait([a, a]), [a]);
  b.close();
  await assertRejects(() => wait([a, b]), ClosedError);
  await assertRejects(() => wait([a, {} as never]), TypeError);
  await assertRejects(() => wait(5 as never), TypeError);
  const [, writer] = Pipe(false);
  assertThrows(() => waitSync([writer]), InvalidStateError);
  const [c] = Pipe();
  const waiting = assertRejects(() => wait([c]), ClosedError);
  await pause(10);
  c.close();
  await within(1000, waiting);
});

Deno.test("wait() is woken by a message and by the end of file, and rejects with the signal's reason", async () => {
  const [a, b] = Pipe();
  const [c, d] = Pipe();
  const first = wait([a, c]);
  await pause(10);
  await d.send(1);
  assertEquals(await within(1000, first), [c]);
  await c.recv();
  const second = wait([a, c]);
  await pause(10);
  b.close();
  assertEquals(await within(1000, second), [a]);
  const reason = new Error("enough");
  const controller = new AbortController();
  const third = wait([c], { signal: controller.signal });
  controller.abort(reason);
  assertStrictEquals(await third.catch((error) => error), reason);
  assertStrictEquals(await wait([a], { signal: AbortSignal.abort(reason) }).catch((error) => error), reason);
});

/** Answers what comes over any of the pipes, until all are at their end. */
export function answerAny(readers: Connection<number>[], answers: Connection<number>): number {
  let count = 0;
  let open = readers;
  while (open.length > 0) {
    for (const reader of waitSync(open, { timeout: 10_000 })) {
      try {
        answers.sendSync(reader.recvSync({ timeout: 0 }) + 1);
        count++;
      } catch (error) {
        if (!(error instanceof EOFError)) throw error;
        open = open.filter((other) => other !== reader);
      }
    }
  }
  return count;
}

Deno.test("waitSync() on several objects is woken by each of them, every time", async () => {
  const pipes = Array.from({ length: 4 }, () => Pipe<number>(false));
  const [replies, answers] = Pipe<number>(false);
  const child = new Process({ target: answerAny, args: [pipes.map(([reader]) => reader), answers] });
  child.start();
  for (const [reader] of pipes) reader.close();
  for (let i = 0; i < 400; i++) {
    pipes[i % 4]![1].sendSync(i);
    // Not a look at intervals: that would take a second and more.
    assertEquals(replies.recvSync({ timeout: 10_000 }), i + 1);
  }
  for (const [, writer] of pipes) writer.close();
  assertEquals(await within(10_000, child.result), 400);
});

Deno.test("waitSync() on several objects is woken by a death", async () => {
  const [a, b] = Pipe();
  const [c] = Pipe();
  const child = new Process({ target: tasks.sendAll, args: [b, ["x"]] });
  child.start();
  b.close();
  assertEquals(waitSync([c, a], { timeout: 10_000 }), [a]);
  assertEquals(a.recvSync(), "x");
  assertEquals(waitSync([c, a, child], { timeout: 10_000 }).length > 0, true);
  await child.join();
  assertEquals(waitSync([c, child, a], { timeout: 10_000 }), [child, a]);
});
