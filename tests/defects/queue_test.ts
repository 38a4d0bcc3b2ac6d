import { assertEquals } from "@std/assert";
import { Process, Queue } from "@lanes/lanes";
import { until, within, words } from "../fixtures/harness.ts";
import { run } from "../fixtures/program.ts";
import * as carriers from "../fixtures/carriers.ts";

Deno.test("D-44 killing readers and writers of a queue harms nobody else", async () => {
  const queue = new Queue<number>();
  const cells = words();
  const writer = new Process({ target: carriers.putForever, args: [queue, cells] });
  const reader = new Process({ target: carriers.getForever, args: [queue, cells] });
  reader.start();
  writer.start();
  await until(() => Atomics.load(cells, 0) > 20 && Atomics.load(cells, 1) > 20);
  writer.kill();
  reader.kill();
  await within(5000, Promise.all([writer.join(), reader.join()]));
  while (!queue.empty()) await within(5000, queue.get());
  await within(5000, queue.put(-5));
  assertEquals(await within(5000, queue.get()), -5);
});

Deno.test("PROC-56 CTX-12 a child can pass on a queue it received, and make one of its own", async () => {
  const queue = new Queue<string>();
  const process = new Process({ target: carriers.passOn, args: [queue] });
  process.start();
  const seen = [await within(15_000, queue.get()), await within(15_000, queue.get())];
  assertEquals(seen.sort(), ["child", "grandchild"]);
  assertEquals(await within(15_000, process.result), "own");
  await within(10_000, process.join());
});

Deno.test("PROC-62 locks and queues made at module level are made anew in a child, without a complaint", async () => {
  const ended = await run(`
    import { Lock, Process, Queue } from "@lanes/lanes";
    export const lock = new Lock();
    export const queue = new Queue();
    export function use() { lock.acquireSync(); queue.putNowait(1); lock.release(); return queue.qsize(); }
    if (import.meta.main) {
      const process = new Process({ target: use });
      process.start();
      console.log(await process.result);
      await process.join();
    }`);
  assertEquals([ended.stdout, ended.stderr, ended.code], ["1\n", "", 0]);
});
