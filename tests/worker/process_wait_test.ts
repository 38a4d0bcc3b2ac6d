import { assertEquals } from "@std/assert";
import { Process, wait } from "@lanes/lanes";
import { open, thrownBy, until, within, words } from "../fixtures/harness.ts";
import { holdAsync } from "../fixtures/tasks.ts";
import { fail, spin } from "../fixtures/faults.ts";

type Holder = Process<[gate: Int32Array, value?: unknown], unknown>;

function holders(count: number): [Holder[], Int32Array[]] {
  const gates = Array.from({ length: count }, () => words());
  const processes = gates.map((gate, i) => new Process({ target: holdAsync, args: [gate, i] }) as Holder);
  for (const process of processes) process.start();
  return [processes, gates];
}

Deno.test("PROC-33 a sentinel is not ready while its process runs, and stays ready afterwards", async () => {
  const gate = words();
  await using process = new Process({ target: holdAsync, args: [gate, 1] });
  process.start();
  const { sentinel } = process;
  assertEquals(await within(5000, wait([sentinel], { timeout: 0 })), []);
  open(gate);
  assertEquals(await within(10_000, wait([sentinel])), [sentinel]);
  assertEquals(await within(5000, wait([sentinel], { timeout: 0 })), [sentinel]);
});

Deno.test("wait() gives the objects that are ready, in the order of its input", async () => {
  const [[a, b, c], [gateA, gateB, gateC]] = holders(3) as [[Holder, Holder, Holder], Int32Array[]];
  const all = [a as Process, b as Process, c as Process];
  assertEquals(await within(5000, wait(all, { timeout: 5 })), []);
  open(gateB!);
  assertEquals(await within(10_000, wait(all)), [b]);
  open(gateA!);
  await within(10_000, a.join());
  assertEquals(await within(5000, wait(all)), [a, b]);
  open(gateC!);
  await within(10_000, c.join());
  assertEquals(await within(5000, wait(all, { timeout: 0 })), [a, b, c]);
});

Deno.test("wait() takes processes and sentinels together", async () => {
  const [[a, b], [gateA, gateB]] = holders(2) as [[Holder, Holder], Int32Array[]];
  const mixed = [a.sentinel, b as Process];
  open(gateB!);
  assertEquals(await within(10_000, wait(mixed)), [b]);
  open(gateA!);
  await within(10_000, a.join());
  assertEquals(await within(5000, wait(mixed)), [a.sentinel, b]);
});

Deno.test("wait() counts a killed and a failed process as ready", async () => {
  const counter = words();
  const killed = new Process({ target: spin, args: [counter] });
  const failed = new Process({ target: fail, args: ["on purpose"] });
  killed.start();
  failed.start();
  await until(() => Atomics.load(counter, 0) > 0);
  killed.kill();
  assertEquals((await within(5000, wait([killed.sentinel]))).length, 1);
  assertEquals((await within(10_000, wait([failed.sentinel]))).length, 1);
});

Deno.test("wait() of nothing gives nothing", async () => {
  assertEquals(await within(5000, wait([], { timeout: 5 })), []);
});

Deno.test("wait() rejects with the reason of an aborted signal and takes a negative timeout as 0", async () => {
  const [[a], [gate]] = holders(1) as [[Holder], Int32Array[]];
  const reason = new Error("enough");
  const controller = new AbortController();
  const waiting = wait([a.sentinel], { signal: controller.signal });
  controller.abort(reason);
  assertEquals(await thrownBy(() => waiting), reason);
  assertEquals(await within(5000, wait([a.sentinel], { timeout: -5 })), []);
  open(gate!);
  await within(10_000, a.join());
  assertEquals(await thrownBy(() => wait([a.sentinel], { signal: AbortSignal.abort(reason) })), reason);
});
