import { assert, assertEquals } from "@std/assert";
import { Process } from "@lanes/lanes";
import { stopsMoving, until, within, words } from "../fixtures/harness.ts";
import { leaveSpinningChild, nameOfStartError, nestedPool, startChild } from "../fixtures/identity.ts";
import { recurse } from "../fixtures/recursion.ts";

Deno.test("PROC-39 nested start/join runs depth first", async () => {
  const log = words(16);
  await using process = new Process({ target: recurse, args: [log, [], 2] });
  process.start();
  await within(30_000, process.join());
  assertEquals(process.exitCode, 0);
  // Each process writes its path as digits behind a 1: [] is 1, [0] is 10, [1, 0] is 110.
  assertEquals([...log.slice(1, log[0]! + 1)], [1, 10, 100, 101, 11, 110, 111]);
});

Deno.test("PROC-39 nesting works while the main program is blocked", () => {
  const process = new Process({ target: startChild });
  process.start();
  process.joinSync({ timeout: 15_000 });
  assertEquals(process.exitCode, 0);
});

Deno.test("PROC-51 a daemon that starts a child gets an InvalidStateError", async () => {
  await using catching = new Process({ target: nameOfStartError, daemon: true });
  await using failing = new Process({ target: startChild, daemon: true });
  await using allowed = new Process({ target: startChild });
  for (const process of [catching, failing, allowed]) process.start();
  assertEquals(await within(15_000, catching.result), "InvalidStateError");
  await within(15_000, failing.join());
  assertEquals(failing.exitCode, 1);
  assertEquals(await within(15_000, allowed.result), 36);
});

Deno.test("PROC-56 D-45 a process can run a pool of its own", async () => {
  await using process = new Process({ target: nestedPool, args: [2, [1, 2, 3]] });
  process.start();
  assertEquals(await within(20_000, process.result), [1, 4, 9]);
});

Deno.test("a worker's children end with it when it is killed", async () => {
  const counter = words();
  const process = new Process({ target: leaveSpinningChild, args: [counter, false] });
  process.start();
  await until(() => Atomics.load(counter, 0) > 0);
  process.kill();
  await within(5000, process.join());
  assertEquals(process.exitCode, -9);
  assert(await stopsMoving(counter));
});
