import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { cpuCount, currentProcess, parentProcess, Process } from "@lanes/lanes";
import { within } from "../fixtures/harness.ts";
import { echo, square } from "../fixtures/tasks.ts";
import { card, daemonOfChild, grandchild, namesOfChildren } from "../fixtures/identity.ts";

function number(name: string): number {
  return Number(/^Process-(\d+)$/.exec(name)?.[1]);
}

Deno.test("PROC-01 currentProcess() in the main program is alive, no daemon, without exit code, with a pid", () => {
  const me = currentProcess();
  assertEquals(me.isAlive(), true);
  assertEquals(me.daemon, false);
  assertEquals(me.exitCode, null);
  assert(Number.isInteger(me.pid) && Number(me.pid) > 0);
  assertEquals(currentProcess().pid, me.pid);
});

Deno.test("PROC-02 the main program's process is named MainProcess", () => {
  assertEquals(currentProcess().name, "MainProcess");
});

Deno.test("PROC-03 default names are Process-n, counting up", () => {
  const first = new Process({ target: echo, args: [1] });
  const second = new Process({ target: echo, args: [1] });
  assertMatch(first.name, /^Process-\d+$/);
  assertEquals(number(second.name), number(first.name) + 1);
});

Deno.test("PROC-03 a child's own children are named after it and count from 1", async () => {
  await using process = new Process({ target: namesOfChildren });
  process.start();
  assertEquals(await within(10_000, process.result), [`${process.name}:1`, `${process.name}:2`]);
});

Deno.test("PROC-04 name can be set at any time, also after the end", async () => {
  const process = new Process({ target: square, args: [2], name: "first" });
  assertEquals(process.name, "first");
  process.name = "second";
  process.start();
  process.name = "third";
  await within(10_000, process.join());
  assertEquals(process.name, "third");
  process.name = "fourth";
  assertEquals(process.name, "fourth");
});

Deno.test("PROC-04 a name that is not a string is a TypeError", () => {
  const process = new Process({ target: square, args: [2] });
  assertThrows(() => process.name = 5 as unknown as string, TypeError);
  assertThrows(() => new Process({ target: square, args: [2], name: 5 as unknown as string }), TypeError);
});

Deno.test("PROC-09 a child sees the name and the pid its parent sees", async () => {
  await using process = new Process({ target: card, name: "worker bee" });
  process.start();
  const pid = process.pid;
  const seen = await within(10_000, process.result);
  assertEquals([seen.name, seen.pid], ["worker bee", pid]);
  assertEquals([seen.alive, seen.exitCode], [true, null]);
});

Deno.test("PROC-38 cpuCount() is an integer of at least 1", () => {
  assert(Number.isInteger(cpuCount()) && cpuCount() >= 1);
});

Deno.test("PROC-40 parentProcess() is null in the main program", () => {
  assertEquals(parentProcess(), null);
});

Deno.test("PROC-40 PROC-41 parentProcess() in a child has its creator's pid and name, and is alive", async () => {
  await using process = new Process({ target: grandchild });
  process.start();
  const { child, grandchild: inner, children } = await within(15_000, process.result);
  assertEquals(child.parent, { name: "MainProcess", pid: currentProcess().pid, alive: true });
  assertEquals(inner.parent, { name: process.name, pid: child.pid, alive: true });
  assertEquals(children, 1);
});

Deno.test("PROC-42 every process has a pid of its own", async () => {
  const processes = [1, 2, 3].map(() => new Process({ target: card }));
  for (const process of processes) process.start();
  const seen = await within(15_000, Promise.all(processes.map((process) => process.result)));
  const pids = seen.map((each) => each.pid);
  assertEquals(new Set([...pids, currentProcess().pid]).size, 4);
  await Promise.all(processes.map((process) => process.join()));
});

Deno.test("PROC-50 daemon is inherited by default, overridden by the option, and shown in the child", async () => {
  assertEquals(new Process({ target: echo, args: [1] }).daemon, false);
  assertEquals(new Process({ target: echo, args: [1], daemon: true }).daemon, true);
  await using daemon = new Process({ target: card, daemon: true });
  await using heir = new Process({ target: daemonOfChild, daemon: true });
  await using other = new Process({ target: daemonOfChild, daemon: false });
  for (const process of [daemon, heir, other]) process.start();
  assertEquals((await within(10_000, daemon.result)).daemon, true);
  assertEquals(await within(10_000, heir.result), true);
  assertEquals(await within(10_000, other.result), false);
});

Deno.test("PROC-50 daemon cannot be set after start", async () => {
  await using process = new Process({ target: square, args: [2] });
  process.daemon = true;
  assertEquals(process.daemon, true);
  process.daemon = false;
  process.start();
  const error = assertThrows(() => process.daemon = true) as Error;
  assertEquals(error.name, "InvalidStateError");
  assertEquals(process.daemon, false);
});

Deno.test("PROC-55 Deno.inspect of a process shows its name and its state", async () => {
  const process = new Process({ target: square, args: [2], name: "shown" });
  assertMatch(Deno.inspect(process), /Process.*shown.*initial/s);
  process.start();
  assertMatch(Deno.inspect(process), /shown.*started/s);
  await within(10_000, process.join());
  assertMatch(Deno.inspect(process), /shown.*stopped.*exit[cC]ode\W+0/s);
  process.close();
  assertMatch(Deno.inspect(process), /shown.*closed/s);
  assertNotEquals(Deno.inspect(process), "");
});
