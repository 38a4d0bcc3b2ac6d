import { assertEquals } from "@std/assert";
import { Process } from "@lanes/lanes";
import { forEachBlock, lengthOf } from "../../lib/memory/arena.ts";
import { LANE_BYTES } from "../../lib/memory/lane_layout.ts";
import { until } from "../fixtures/harness.ts";
import { square } from "../fixtures/tasks.ts";
import { run } from "../fixtures/program.ts";

/** Programs whose main thread blocks, and so hears no event of the runtime. */

Deno.test("a lock whose holder ends passes on to a main thread that is blocked", async () => {
  const ended = await run(`
    import { Lock, Process, Queue } from "@lanes/lanes";
    export function holdAndReturn(lock, queue) { lock.acquireSync(); queue.putSync("held"); }
    export function holdAndExit(lock, queue) { lock.acquireSync(); queue.putSync("held"); Deno.exit(3); }
    export function holdAndThrow(lock, queue) { lock.acquireSync(); queue.putSync("held"); throw new RangeError("x"); }
    if (import.meta.main) {
      for (const target of [holdAndReturn, holdAndExit, holdAndThrow]) {
        const lock = new Lock(), queue = new Queue();
        const process = new Process({ target, args: [lock, queue] });
        process.start();
        queue.getSync();
        console.log(lock.acquireSync({ timeout: 8000 })?.abandoned);
        process.joinSync();
        console.log(process.exitCode);
      }
    }`);
  assertEquals([ended.stdout, ended.code], ["true\n0\ntrue\n3\ntrue\n1\n", 0]);
});

Deno.test("a child starts children of its own while the main thread is blocked", async () => {
  const ended = await run(`
    import { Process } from "@lanes/lanes";
    export function leaf(x) { return x + 1; }
    export function branch(x) {
      const process = new Process({ target: leaf, args: [x] });
      process.start();
      process.joinSync();
      return process.exitCode;
    }
    if (import.meta.main) {
      const process = new Process({ target: branch, args: [1] });
      process.start();
      process.joinSync();
      console.log(process.exitCode, await process.result);
    }`);
  assertEquals([ended.stdout, ended.stderr, ended.code], ["0 0\n", "", 0]);
});

Deno.test("joinSync() of a closure that is not sent yet is an error, not a deadlock", async () => {
  const ended = await run(`
    import { Process } from "@lanes/lanes";
    const factor = 7;
    if (import.meta.main) {
      const process = new Process({ target: () => factor });
      process.start();
      try { process.joinSync(); } catch (error) { console.log(error.name); }
      console.log(await process.result);
    }`);
  assertEquals([ended.stdout, ended.code], ["InvalidStateError\n7\n", 0]);
});

Deno.test("processes killed at any moment of their start never harm the program", async () => {
  // The runtime crashes when a thread is stopped while it makes a built-in module: the kill waits for imports.
  const ended = await run(
    `
    import { Process } from "@lanes/lanes";
    import "node:zlib";
    import "node:http";
    export function spin() { while (true); }
    if (import.meta.main) {
      for (let i = 0; i < 25; i++) {
        const process = new Process({ target: spin });
        process.start();
        await new Promise((resolve) => setTimeout(resolve, i * 4));
        process.kill();
        if (process.exitCode !== -9) console.log(process.exitCode);
        await process.join();
      }
      console.log("alive");
    }`,
    { limit: 60_000 },
  );
  assertEquals([ended.stdout, ended.code], ["alive\n", 0]);
});

Deno.test("processes that end while the main thread is blocked really end, and leave nothing", async () => {
  const first = new Process({ target: square, args: [1] });
  first.start();
  first.joinSync();
  await until(() => largeBlocks() === 0);
  for (let i = 0; i < 12; i++) {
    const process = new Process({ target: square, args: [i] });
    process.start();
    process.joinSync();
    assertEquals(process.exitCode, 0);
  }
  // A lane is freed once its thread has really stopped.
  await until(() => largeBlocks() === 0);
});

/** How many lanes there are. */
function largeBlocks(): number {
  let count = 0;
  forEachBlock(({ offset }) => {
    if (lengthOf(offset) === LANE_BYTES) count++;
  });
  return count;
}
