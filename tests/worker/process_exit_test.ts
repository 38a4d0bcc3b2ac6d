import { assertEquals, assertInstanceOf, assertMatch, assertStringIncludes } from "@std/assert";
import { LanesError, Process } from "@lanes/lanes";
import { errorBy, thrownBy, until, within, words } from "../fixtures/harness.ts";
import { bareImport, echo, holdAsync, sleepThen, squareLater } from "../fixtures/tasks.ts";
import * as faults from "../fixtures/faults.ts";

async function ended<A extends readonly unknown[]>(target: (...args: A) => unknown, args: A): Promise<Process<A>> {
  const process = new Process({ target, args });
  process.start();
  await within(10_000, process.join());
  return process as Process<A>;
}

Deno.test("PROC-43 a promise that the target returns is awaited before the process ends", async () => {
  await using process = new Process({ target: sleepThen, args: [60, "late"] });
  process.start();
  await process.join({ timeout: 5 });
  assertEquals(process.isAlive(), true);
  assertEquals(await within(10_000, process.result), "late");
  await within(10_000, process.join());
  assertEquals(process.exitCode, 0);
});

Deno.test("PROC-43 timers that the target leaves behind do not hold its process", async () => {
  const process = await ended(faults.leaveInterval, []);
  assertEquals(process.exitCode, 0);
  assertEquals(await process.result, "returned");
});

Deno.test("PROC-47 D-47 an uncaught error gives exit code 1, and result rejects with it; join does not throw", async () => {
  for (const target of [faults.fail, faults.failLater]) {
    const process = await ended(target, ["boom"]);
    assertEquals(process.exitCode, 1);
    const error = await errorBy(() => process.result);
    assertEquals([error.name, error.message, error.constructor], ["Error", "boom", Error]);
    assertStringIncludes(error.stack ?? "", "faults.ts");
  }
});

Deno.test("PROC-48 Deno.exit(n) gives exit code n, Deno.exit() gives 0", async () => {
  assertEquals((await ended(faults.exit, [8])).exitCode, 8);
  assertEquals((await ended(faults.exit, [])).exitCode, 0);
  assertEquals((await ended(faults.exitLater, [3])).exitCode, 3);
});

Deno.test("PROC-49 an exit code above 255 is kept as given", async () => {
  assertEquals((await ended(faults.exit, [300])).exitCode, 300);
});

Deno.test("X-4 result of a process that exits rejects with a LanesError", async () => {
  for (const code of [0, 5]) {
    const process = await ended(faults.exit, [code]);
    assertInstanceOf(await thrownBy(() => process.result), LanesError);
  }
});

Deno.test("a rejection nobody handles ends a process with exit code 1", async () => {
  const process = await ended(faults.unhandledRejection, []);
  assertEquals(process.exitCode, 1);
  await thrownBy(() => process.result);
});

Deno.test("an error in a timer ends a process with exit code 1", async () => {
  const process = await ended(faults.errorInTimer, []);
  assertEquals(process.exitCode, 1);
  await thrownBy(() => process.result);
});

Deno.test("a stack overflow and a wasm trap are errors of the target, nothing more", async () => {
  const overflow = await ended(faults.overflow, []);
  assertEquals(overflow.exitCode, 1);
  assertInstanceOf(await thrownBy(() => overflow.result), RangeError);
  const trap = await ended(faults.trap, []);
  assertEquals(trap.exitCode, 1);
  assertEquals((await errorBy(() => trap.result)).name, "RuntimeError");
});

Deno.test("FUT-18 whatever a target throws arrives as it was", async () => {
  for (const value of [undefined, null, 0, "", false, { code: 5 }, [1, 2]]) {
    const process = await ended(faults.throwValue, [value as unknown]);
    assertEquals(process.exitCode, 1);
    assertEquals(await thrownBy(() => process.result), value);
  }
});

Deno.test("a result that cannot travel rejects result", async () => {
  const process = await ended(faults.giveFunction, []);
  const error = await errorBy(() => process.result);
  assertEquals(error.name, "TransportError");
  assertMatch(error.message, /deep/);
});

Deno.test("result of an unobserved failure is no unhandled rejection, and is the same promise each time", async () => {
  const process = await ended(faults.fail, ["unseen"]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const [first, second] = await Promise.all([errorBy(() => process.result), errorBy(() => process.result)]);
  assertEquals([first.message, second.message], ["unseen", "unseen"]);
});

Deno.test("result can be asked for before start and resolves after it", async () => {
  const process = new Process({ target: squareLater, args: [7] });
  const result = process.result;
  process.start();
  assertEquals(await within(10_000, result), 49);
  await within(10_000, process.join());
});

Deno.test("PROC-53 exit handlers registered in the child run when it ends normally", async () => {
  const cells = words();
  const process = await ended(faults.onExit, [cells]);
  assertEquals(process.exitCode, 0);
  await until(() => Atomics.load(cells, 0) === 1, 2000);
});

Deno.test("PROC-60 a child resolves bare imports as its parent does", async () => {
  const process = await ended(bareImport, []);
  assertEquals(await process.result, "function");
});

Deno.test("large arguments and results travel whole", async () => {
  const bytes = new Uint8Array(3_000_000).map((_, i) => i % 251);
  const value = { bytes, text: "ü".repeat(100_000), list: Array.from({ length: 20_000 }, (_, i) => i / 3) };
  const process = await ended(echo<typeof value>, [value]);
  const back = await within(10_000, process.result) as typeof value;
  assertEquals(back.bytes.length, bytes.length);
  assertEquals(back.bytes.every((each, i) => each === i % 251), true);
  assertEquals([back.text, back.list], [value.text, value.list]);
});

Deno.test("a parent waits for many children at once without losing one", async () => {
  const gate = words();
  const processes = [1, 2, 3, 4].map((n) => new Process({ target: holdAsync, args: [gate, n] }));
  for (const process of processes) process.start();
  await until(() => Atomics.load(gate, 0) === 4);
  Atomics.store(gate, 1, 1);
  assertEquals(await within(10_000, Promise.all(processes.map((process) => process.result))), [1, 2, 3, 4]);
});
