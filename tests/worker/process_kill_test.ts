import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { activeChildren, LanesError, Process } from "@lanes/lanes";
import { open, pause, stopsMoving, thrownBy, until, within, words } from "../fixtures/harness.ts";
import { bump, square } from "../fixtures/tasks.ts";
import * as faults from "../fixtures/faults.ts";

async function started(target: (cells: Int32Array) => unknown): Promise<[Process<[Int32Array]>, Int32Array]> {
  const cells = words();
  const process = new Process({ target, args: [cells] });
  process.start();
  await until(() => Atomics.load(cells, 0) > 0);
  return [process as Process<[Int32Array]>, cells];
}

Deno.test("PROC-23 terminate() gives exit code -15", async () => {
  const [process] = await started(faults.awaitForever);
  process.terminate();
  await within(5000, process.join());
  assertEquals([process.exitCode, process.isAlive()], [-15, false]);
  assert(!activeChildren().includes(process as unknown as Process));
});

Deno.test("PROC-24 kill() gives exit code -9", async () => {
  const [process] = await started(faults.awaitForever);
  process.kill();
  await within(5000, process.join());
  assertEquals([process.exitCode, process.isAlive()], [-9, false]);
  assert(!activeChildren().includes(process as unknown as Process));
});

Deno.test("terminate() and kill() take effect logically at once", async () => {
  for (const [end, code] of [["terminate", -15], ["kill", -9]] as const) {
    const [process] = await started(faults.spin);
    process[end]();
    assertEquals([process.exitCode, process.isAlive()], [code, false]);
    await within(2000, process.join());
    process.joinSync({ timeout: 0 });
    assertEquals(process.exitCode, code);
  }
});

Deno.test("result of a killed process rejects with a LanesError", async () => {
  const [process] = await started(faults.spin);
  const result = process.result;
  process.kill();
  assertInstanceOf(await thrownBy(() => result, 2000), LanesError);
  assertInstanceOf(await thrownBy(() => process.result, 2000), LanesError);
});

for (const name of ["spin", "spinStubbornly", "spinInMicrotasks"] as const) {
  Deno.test(`X-1 terminate() really stops ${name}: its counter moves no more`, async () => {
    const [process, cells] = await started(faults[name]);
    process.terminate();
    await within(2000, process.join());
    assertEquals(process.exitCode, -15);
    assert(await stopsMoving(cells));
  });
}

for (const name of ["spinInWasm", "spinInRegExp", "blockForever"] as const) {
  Deno.test(`terminate() ends a process in ${name}`, async () => {
    const [process] = await started(faults[name]);
    process.terminate();
    await within(2000, process.join());
    assertEquals(process.exitCode, -15);
  });
}

Deno.test("PROC-28 a child that catches everything cannot survive terminate()", async () => {
  const [process, cells] = await started(faults.spinStubbornly);
  process.terminate();
  process.kill();
  await within(2000, process.join());
  assertEquals(process.exitCode, -15);
  assert(await stopsMoving(cells));
});

Deno.test("X-3 a killed waiter runs nothing after it is woken", async () => {
  const [process, cells] = await started(faults.blockThenWrite);
  process.kill();
  await within(2000, process.join());
  open(cells);
  await pause(60);
  assertEquals(Atomics.load(cells, 2), 0);
});

Deno.test("PROC-29 eight processes at once all end with 0", async () => {
  const counter = words();
  const processes = Array.from({ length: 8 }, () => new Process({ target: bump, args: [counter] }));
  for (const process of processes) process.start();
  await within(20_000, Promise.all(processes.map((process) => process.join())));
  assertEquals(processes.map((process) => process.exitCode), Array(8).fill(0));
  assertEquals(Atomics.load(counter, 0), 8);
});

Deno.test("PROC-30 processes terminated right after start, before their target ran, all give -15", async () => {
  const counter = words();
  const processes = Array.from({ length: 5 }, () => new Process({ target: faults.spin, args: [counter] }));
  for (const process of processes) process.start();
  for (const process of processes) process.terminate();
  await within(10_000, Promise.all(processes.map((process) => process.join())));
  assertEquals(processes.map((process) => process.exitCode), Array(5).fill(-15));
  assert(await stopsMoving(counter));
});

Deno.test("a started process is unharmed by the death of its siblings", async () => {
  const [victim] = await started(faults.spin);
  await using other = new Process({ target: square, args: [9] });
  other.start();
  victim.kill();
  assertEquals(await within(10_000, other.result), 81);
});

Deno.test("a process that returned cannot be terminated into another exit code, however late", async () => {
  const process = new Process({ target: square, args: [2] });
  process.start();
  assertEquals(await within(10_000, process.result), 4);
  await within(10_000, process.join());
  process.kill();
  assertEquals(process.exitCode, 0);
});
