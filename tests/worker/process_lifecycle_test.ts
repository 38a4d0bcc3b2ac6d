import { assert, assertEquals, assertInstanceOf, assertNotStrictEquals, assertThrows } from "@std/assert";
import { activeChildren, ClosedError, InvalidStateError, Process, TransportError } from "@lanes/lanes";
import { errorBy, open, pause, thrownBy, until, within, words } from "../fixtures/harness.ts";
import { appendTo, echo, everything, hold, holdAsync, square, squareLater, withOptions } from "../fixtures/tasks.ts";

Deno.test("PROC-05 a process that was not started runs nothing", async () => {
  const gate = words();
  const process = new Process({ target: hold, args: [gate, 1] });
  await pause(60);
  assertEquals([process.isAlive(), process.exitCode, process.pid], [false, null, null]);
  assert(!activeChildren().includes(process as Process));
  assertEquals(Atomics.load(gate, 0), 0);
});

Deno.test("PROC-06 PROC-07 right after start a process is alive, has a pid and is among the active children", async () => {
  const gate = words();
  await using process = new Process({ target: hold, args: [gate, 1] });
  process.start();
  assertEquals([process.isAlive(), process.exitCode], [true, null]);
  assert(Number.isInteger(process.pid));
  const children = activeChildren();
  assert(Array.isArray(children) && children.includes(process as Process));
  assertNotStrictEquals(children, activeChildren());
  children.length = 0;
  assert(activeChildren().includes(process as Process));
  open(gate);
});

Deno.test("PROC-08 the child gets exactly its arguments, as copies", async () => {
  const list = [1, 2, 3];
  await using process = new Process({ target: appendTo, args: [list] });
  process.start();
  assertEquals(await within(10_000, process.result), [1, 2, 3, 99]);
  assertEquals(list, [1, 2, 3]);
});

Deno.test("PROC-08 keyword arguments are a trailing options object", async () => {
  await using process = new Process({ target: withOptions, args: [5, { factor: 3 }] });
  process.start();
  assertEquals(await within(10_000, process.result), 15);
});

Deno.test("PROC-11 after a normal end exitCode is 0 and the process is no longer alive or active", async () => {
  const process = new Process({ target: square, args: [3] });
  process.start();
  await within(10_000, process.join());
  assertEquals([process.exitCode, process.isAlive()], [0, false]);
  assert(!activeChildren().includes(process as Process));
  assertEquals(await process.result, 9);
});

Deno.test("PROC-12 a single argument may itself be a list, a string, a number, a Map or null", async () => {
  const values = [[1, [2]], "text", 7, new Map([[{ a: 1 }, new Set([2n])]]), null, undefined, new Date(5)];
  await using process = new Process({ target: everything, args: values });
  process.start();
  assertEquals(await within(10_000, process.result), values);
});

Deno.test("PROC-13 two processes given one array of arguments do not share it", async () => {
  const args: [number[]] = [[1]];
  await using first = new Process({ target: appendTo, args });
  first.start();
  await within(10_000, first.join());
  await using second = new Process({ target: appendTo, args });
  second.start();
  assertEquals(await within(10_000, second.result), [1, 99]);
  assertEquals(args, [[1]]);
});

Deno.test("PROC-14 PROC-15 a target that is no function, or none at all, is a TypeError at construction", () => {
  for (const target of [5, "echo", null, undefined, {}]) {
    assertThrows(() => new Process({ target: target as unknown as () => void }), TypeError);
  }
  assertThrows(() => new Process({} as { target: () => void }), TypeError);
  assertThrows(() => new Process({ target: square, args: 5 as unknown as [number] }), TypeError);
});

Deno.test("PROC-17 a second start is an InvalidStateError, also after the end", async () => {
  const process = new Process({ target: square, args: [3] });
  process.start();
  assertThrows(() => process.start(), InvalidStateError);
  await within(10_000, process.join());
  assertThrows(() => process.start(), InvalidStateError);
  assertEquals(process.exitCode, 0);
});

Deno.test("PROC-18 PROC-58 a Process as argument is a TransportError, not a husk", async () => {
  const other = new Process({ target: square, args: [3] });
  const process = new Process({ target: echo, args: [other as unknown] });
  const error = await thrownBy(() => {
    process.start();
    return process.result;
  });
  assertInstanceOf(error, TransportError);
});

Deno.test("PROC-19 PROC-27 PROC-32 join, terminate, kill and sentinel before start are InvalidStateErrors", async () => {
  const process = new Process({ target: square, args: [3] });
  assertInstanceOf(await thrownBy(() => process.join()), InvalidStateError);
  assertThrows(() => process.joinSync({ timeout: 10 }), InvalidStateError);
  assertThrows(() => process.terminate(), InvalidStateError);
  assertThrows(() => process.kill(), InvalidStateError);
  assertThrows(() => process.sentinel, InvalidStateError);
});

Deno.test("PROC-20 PROC-21 join returns nothing at its timeout and leaves the process alive", async () => {
  const gate = words();
  const process = new Process({ target: holdAsync, args: [gate, 1] });
  process.start();
  for (const timeout of [0, -1, 5]) {
    assertEquals(await within(5000, process.join({ timeout })), undefined);
    assertEquals([process.exitCode, process.isAlive()], [null, true]);
    assertEquals(process.joinSync({ timeout }), undefined);
    assertEquals(process.isAlive(), true);
  }
  open(gate);
  assertEquals(await within(10_000, process.join({ timeout: 9000 })), undefined);
  assertEquals(process.exitCode, 0);
});

Deno.test("PROC-22 join can be called again and again, also long after the end", async () => {
  const process = new Process({ target: squareLater, args: [4] });
  process.start();
  await within(10_000, Promise.all([process.join(), process.join()]));
  await pause(50);
  await within(1000, process.join());
  process.joinSync({ timeout: 1000 });
  assertEquals(process.exitCode, 0);
});

Deno.test("Process.joinSync() blocks until the process has ended", () => {
  const process = new Process({ target: square, args: [4] });
  process.start();
  process.joinSync({ timeout: 10_000 });
  assertEquals([process.exitCode, process.isAlive()], [0, false]);
});

Deno.test("Process.join() with an aborted signal rejects with its reason and disturbs nothing", async () => {
  const gate = words();
  await using process = new Process({ target: holdAsync, args: [gate, 1] });
  process.start();
  const reason = new Error("enough");
  assertEquals(await thrownBy(() => process.join({ signal: AbortSignal.abort(reason) })), reason);
  const controller = new AbortController();
  const joined = process.join({ signal: controller.signal });
  controller.abort(reason);
  assertEquals(await thrownBy(() => joined), reason);
  assertEquals(process.isAlive(), true);
  open(gate);
  await within(10_000, process.join());
  assertEquals(await thrownBy(() => process.join({ signal: AbortSignal.abort(reason) })), reason);
});

Deno.test("PROC-26 terminate() and kill() after the end change nothing", async () => {
  const process = new Process({ target: square, args: [3] });
  process.start();
  await within(10_000, process.join());
  process.terminate();
  process.kill();
  assertEquals(process.exitCode, 0);
  assertEquals(await process.result, 9);
});

Deno.test("PROC-34 close() while the process runs is an InvalidStateError", async () => {
  const gate = words();
  await using process = new Process({ target: holdAsync, args: [gate, 1] });
  process.start();
  assertThrows(() => process.close(), InvalidStateError);
  assertEquals(process.isAlive(), true);
  open(gate);
});

Deno.test("PROC-35 after close() only close, name and daemon are usable", async () => {
  const process = new Process({ target: square, args: [3], name: "done" });
  process.start();
  await within(10_000, process.join());
  process.close();
  for (
    const use of [
      () => process.isAlive(),
      () => process.joinSync({ timeout: 1 }),
      () => process.terminate(),
      () => process.kill(),
      () => process.start(),
      () => process.exitCode,
      () => process.pid,
      () => process.sentinel,
    ]
  ) assertThrows(use, ClosedError);
  assertInstanceOf(await thrownBy(() => process.join()), ClosedError);
  process.close();
  assertEquals([process.name, process.daemon], ["done", false]);
});

Deno.test("PROC-37 close() before start is allowed and makes start a ClosedError", () => {
  const process = new Process({ target: square, args: [3] });
  process.close();
  assertThrows(() => process.start(), ClosedError);
});

Deno.test("Process[Symbol.asyncDispose]() joins", async () => {
  const gate = words();
  const process = new Process({ target: holdAsync, args: [gate, 1] });
  {
    await using same = process;
    same.start();
    await until(() => Atomics.load(gate, 0) === 1);
    setTimeout(() => open(gate), 20);
  }
  assertEquals(Atomics.load(gate, 1), 1);
  assertEquals(process.exitCode, 0);
});

Deno.test("Process arguments that cannot travel are a TransportError that names the place", async () => {
  const process = new Process({ target: everything, args: [1, { db: { socket: () => 1 } }] });
  const error = await errorBy(() => {
    process.start();
    return process.result;
  });
  assertInstanceOf(error, TransportError);
  for (const part of ["1", "db", "socket"]) assert(error.message.includes(part), error.message);
});

Deno.test("Process checks its options at construction", () => {
  const bad: Record<string, unknown>[] = [{ isolation: "thread" }, { maxHeapSize: -1 }, { maxHeapSize: "big" }];
  for (const options of bad) {
    const error = assertThrows(() => new Process({ target: square, args: [1], ...options }));
    assert(error instanceof TypeError || error instanceof RangeError, Deno.inspect(options));
  }
});
