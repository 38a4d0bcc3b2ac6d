import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { CancelledError, TimeoutError } from "@lanes/lanes";
import { type Future, ProcessPoolExecutor } from "@lanes/lanes/futures";
import { errorBy, open, pause, thrownBy, until, within, words } from "../fixtures/harness.ts";
import { hold, holdAndFail, inverse, square } from "../fixtures/tasks.ts";
import { throwValue } from "../fixtures/faults.ts";

const executor = new ProcessPoolExecutor(1);
Deno.test.afterAll(() => executor.shutdown());

/** A running future, a pending one behind it, and the gate that holds them. */
async function runningAndPending(): Promise<[Future<unknown>, Future<unknown>, Int32Array]> {
  const gate = words();
  const running = executor.submit(hold, gate, 42);
  const pending = executor.submit(hold, gate, 43);
  await until(() => Atomics.load(gate, 0) === 1);
  await until(() => running.running());
  return [running, pending, gate];
}

function states(future: Future<unknown>): [boolean, boolean, boolean] {
  return [future.running(), future.cancelled(), future.done()];
}

async function silenced<T>(action: () => T | Promise<T>): Promise<[T, string]> {
  let text = "";
  const original = console.error;
  console.error = (...parts: unknown[]) => text += parts.map((each) => Deno.inspect(each)).join(" ");
  try {
    return [await action(), text];
  } finally {
    console.error = original;
  }
}

Deno.test("FUT-01 FUT-04 FUT-05 a future is pending, running, then finished", async () => {
  const [running, pending, gate] = await runningAndPending();
  assertEquals(states(running), [true, false, false]);
  assertEquals(states(pending), [false, false, false]);
  open(gate);
  assertEquals(await within(10_000, pending.result()), 43);
  assertEquals(states(running), [false, false, true]);
  assertEquals(states(pending), [false, false, true]);
});

Deno.test("FUT-01 FUT-02 FUT-03 cancel(): true while pending and again, false when running or finished", async () => {
  const [running, pending, gate] = await runningAndPending();
  assertEquals(running.cancel(), false);
  assertEquals(states(running), [true, false, false]);
  assertEquals([pending.cancel(), pending.cancel()], [true, true]);
  assertEquals(states(pending), [false, true, true]);
  open(gate);
  assertEquals(await within(10_000, running.result()), 42);
  assertEquals(running.cancel(), false);
  assertEquals(states(running), [false, false, true]);
  const failed = executor.submit(inverse, 0);
  await thrownBy(() => failed.result());
  assertEquals(failed.cancel(), false);
  assertEquals(pending.cancel(), true);
});

Deno.test("FUT-06 FUT-07 FUT-09 result and exception with timeout 0 or less in every state", async () => {
  const [running, pending, gate] = await runningAndPending();
  for (const timeout of [0, -1]) {
    for (const future of [running, pending]) {
      assertInstanceOf(await thrownBy(() => future.result({ timeout })), TimeoutError);
      assertInstanceOf(await thrownBy(() => future.exception({ timeout })), TimeoutError);
    }
  }
  pending.cancel();
  assertInstanceOf(await thrownBy(() => pending.result({ timeout: 0 })), CancelledError);
  assertInstanceOf(await thrownBy(() => pending.exception({ timeout: 0 })), CancelledError);
  open(gate);
  await within(10_000, running.result());
  assertEquals(await running.result({ timeout: 0 }), 42);
  assertEquals(await running.exception({ timeout: 0 }), null);
  const failed = executor.submit(inverse, 0);
  const error = await errorBy(() => failed.result());
  assertInstanceOf(error, RangeError);
  assertInstanceOf(await failed.exception({ timeout: 0 }), RangeError);
  assertInstanceOf(await thrownBy(() => failed.result({ timeout: 0 })), RangeError);
});

Deno.test("FUT-06 result past its timeout is a TimeoutError; the future goes on", async () => {
  const [running, pending, gate] = await runningAndPending();
  assertInstanceOf(await thrownBy(() => running.result({ timeout: 15 })), TimeoutError);
  open(gate);
  assertEquals(await within(10_000, Promise.all([running.result(), pending.result()])), [42, 43]);
});

Deno.test("FUT-08 a waiting result() or exception() settles when the future ends or is cancelled meanwhile", async () => {
  const gate = words();
  const first = executor.submit(holdAndFail, gate, "held");
  const second = executor.submit(square, 3);
  const waiting = [thrownBy(() => first.result()), first.exception(), second.exception()] as const;
  const cancelled = executor.submit(square, 4);
  const both = [thrownBy(() => cancelled.result()), thrownBy(() => cancelled.exception())];
  cancelled.cancel();
  for (const error of await within(3000, Promise.all(both))) assertInstanceOf(error, CancelledError);
  open(gate);
  const [thrown, exception, none] = await within(10_000, Promise.all(waiting));
  assertInstanceOf(thrown, RangeError);
  assertInstanceOf(exception, RangeError);
  assertEquals(none, null);
});

Deno.test("result() with an aborted signal rejects with its reason and leaves the future alone", async () => {
  const [running, pending, gate] = await runningAndPending();
  const controller = new AbortController();
  const waiting = running.result({ signal: controller.signal });
  controller.abort("enough");
  assertEquals(await thrownBy(() => waiting), "enough");
  open(gate);
  assertEquals(await within(10_000, running.result()), 42);
  await within(10_000, pending.result());
});

Deno.test("FUT-10 done callbacks get the future, once, in the order added: success, failure, cancellation", async () => {
  const [running, pending, gate] = await runningAndPending();
  const failing = executor.submit(inverse, 0);
  const seen: [string, Future<unknown>][] = [];
  for (const [name, future] of [["running", running], ["pending", pending], ["failing", failing]] as const) {
    future.addDoneCallback((given) => void seen.push([`${name} 1`, given as Future<unknown>]));
    future.addDoneCallback((given) => void seen.push([`${name} 2`, given as Future<unknown>]));
  }
  pending.cancel();
  assertEquals(seen.map(([name]) => name), ["pending 1", "pending 2"]);
  open(gate);
  await within(10_000, running.result());
  await thrownBy(() => failing.result());
  await until(() => seen.length === 6);
  assertEquals(seen.slice(2).map(([name]) => name), ["running 1", "running 2", "failing 1", "failing 2"]);
  assert(seen.every(([name, given]) => given === { r: running, p: pending, f: failing }[name[0]!]));
});

Deno.test("FUT-11 a callback added to a done future is called at once, synchronously", async () => {
  const good = executor.submit(square, 2), bad = executor.submit(inverse, 0);
  const [running, cancelled, gate] = await runningAndPending();
  cancelled.cancel();
  open(gate);
  await within(10_000, Promise.all([good.result(), running.result(), bad.exception()]));
  for (const future of [good, bad, cancelled]) {
    let calls = 0;
    future.addDoneCallback(() => calls++);
    assertEquals(calls, 1);
  }
});

Deno.test("FUT-12 a callback that throws is reported, and disturbs neither the others nor the result", async () => {
  const [[value, calls], text] = await silenced(async (): Promise<[number, string[]]> => {
    const calls: string[] = [];
    const future = executor.submit(square, 5);
    future.addDoneCallback(() => void calls.push("first"));
    future.addDoneCallback(() => {
      throw new Error("from the callback");
    });
    future.addDoneCallback(() => void calls.push("third"));
    const value = await within(10_000, future.result());
    future.addDoneCallback(() => {
      throw new Error("from a late callback");
    });
    await pause(5);
    return [value, calls];
  });
  assertEquals([value, calls], [25, ["first", "third"]]);
  assertStringIncludes(text, "from the callback");
  assertStringIncludes(text, "from a late callback");
});

Deno.test("FUT-13 Deno.inspect of a future shows its state", async () => {
  const [running, pending, gate] = await runningAndPending();
  assertStringIncludes(Deno.inspect(running), "running");
  assertStringIncludes(Deno.inspect(pending), "pending");
  pending.cancel();
  assertStringIncludes(Deno.inspect(pending), "cancelled");
  open(gate);
  await within(10_000, running.result());
  assertStringIncludes(Deno.inspect(running), "finished");
});

Deno.test("FUT-18 falsy thrown values are failures", async () => {
  for (const value of [undefined, null, 0, "", false]) {
    const future = executor.submit(throwValue, value as unknown);
    assertEquals(await thrownBy(() => future.result()), value);
    assertEquals([future.done(), future.cancelled()], [true, false]);
  }
});

Deno.test("a future that fails unseen is no unhandled rejection", async () => {
  const future = executor.submit(inverse, 0);
  await until(() => future.done());
  await pause(20);
  assertInstanceOf(await future.exception(), RangeError);
});
