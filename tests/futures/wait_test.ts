import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { TimeoutError } from "@lanes/lanes";
import { asCompleted, type Future, ProcessPoolExecutor, waitFutures } from "@lanes/lanes/futures";
import { collect, errorBy, open, outcomes, thrownBy, until, within, words } from "../fixtures/harness.ts";
import { hold, holdAndFail, inverse, square } from "../fixtures/tasks.ts";

const executor = new ProcessPoolExecutor(2);
const other = new ProcessPoolExecutor(1);
Deno.test.afterAll(() => Promise.all([executor.shutdown(), other.shutdown()]).then(() => {}));

/** A finished future, and one that is held by the gate. */
async function doneAndHeld(): Promise<[Future<unknown>, Future<unknown>, Int32Array]> {
  const gate = words();
  const done: Future<unknown> = executor.submit(square, 3);
  const held = executor.submit(hold, gate, "held");
  await within(10_000, done.result());
  await until(() => held.running());
  return [done, held, gate];
}

Deno.test("FWAIT-01 waitFutures() gives two sets; duplicates count once; of nothing, two empty ones", async () => {
  const future = executor.submit(square, 2);
  const { done, notDone } = await within(10_000, waitFutures([future, future]));
  assertEquals([done.size, notDone.size, done.has(future)], [1, 0, true]);
  const none = await within(5000, waitFutures([]));
  assertEquals([none.done.size, none.notDone.size], [0, 0]);
});

Deno.test("FWAIT-02 FIRST_COMPLETED returns as soon as one has finished, at once when one had", async () => {
  const [finished, held, gate] = await doneAndHeld();
  const at = await within(5000, waitFutures([held, finished], { returnWhen: "FIRST_COMPLETED" }));
  assertEquals([[...at.done], [...at.notDone]], [[finished], [held]]);
  const second = words();
  const later = executor.submit(hold, second, "later");
  const waiting = waitFutures([held, later], { returnWhen: "FIRST_COMPLETED" });
  open(gate);
  const then = await within(10_000, waiting);
  assertEquals([[...then.done], [...then.notDone]], [[held], [later]]);
  assertEquals(later.done(), false);
  open(second);
  await within(10_000, later.result());
});

Deno.test("FWAIT-04 FIRST_EXCEPTION returns at a failure, not at a success or a cancellation", async () => {
  const own = new ProcessPoolExecutor(2);
  const gate = words(), failing = words();
  const held = own.submit(hold, gate, 1), failed = own.submit(holdAndFail, failing, "no");
  const good = own.submit(square, 2), cancelled = own.submit(square, 3);
  cancelled.cancel();
  const futures = [held, failed, good, cancelled] as Future<unknown>[];
  const early = await within(5000, waitFutures(futures, { returnWhen: "FIRST_EXCEPTION", timeout: 40 }));
  assertEquals([early.done.size, early.notDone.size], [1, 3]);
  open(failing);
  const result = await within(10_000, waitFutures(futures, { returnWhen: "FIRST_EXCEPTION" }));
  assert(result.done.has(failed as Future<unknown>) && result.notDone.has(held));
  const again = await within(5000, waitFutures([held, failed] as Future<unknown>[], { returnWhen: "FIRST_EXCEPTION" }));
  assertEquals(again.done.size, 1);
  open(gate);
  await within(10_000, own.shutdown());
});

Deno.test("FWAIT-04 without a failure FIRST_EXCEPTION waits for all", async () => {
  const futures = [1, 2, 3].map((n) => executor.submit(square, n));
  const { done } = await within(10_000, waitFutures(futures, { returnWhen: "FIRST_EXCEPTION" }));
  assertEquals(done.size, 3);
});

Deno.test("FWAIT-03 FWAIT-05 D-78 ALL_COMPLETED waits for success, failure and cancellation alike", async () => {
  const gate = words();
  const held = other.submit(hold, gate, 1);
  await until(() => held.running());
  const cancelled = other.submit(square, 1);
  cancelled.cancel();
  const futures = [held, cancelled, executor.submit(inverse, 0), executor.submit(square, 1)] as Future<unknown>[];
  const one = await within(5000, waitFutures([cancelled], {}));
  assertEquals(one.done.size, 1);
  const waiting = waitFutures(futures);
  open(gate);
  const { done, notDone } = await within(10_000, waiting);
  assertEquals([done.size, notDone.size], [4, 0]);
});

Deno.test("FWAIT-06 a timeout gives what is done so far; 0 and less return at once", async () => {
  const [finished, held, gate] = await doneAndHeld();
  for (const timeout of [30, 0, -1]) {
    const { done, notDone } = await within(5000, waitFutures([finished, held], { timeout }));
    assertEquals([[...done], [...notDone]], [[finished], [held]]);
  }
  open(gate);
  await within(10_000, held.result());
});

Deno.test("FWAIT-07 a hundred futures that finish at once are all counted", async () => {
  const futures = Array.from({ length: 100 }, (_, i) => executor.submit(square, i));
  const { done } = await within(15_000, waitFutures(futures));
  assertEquals(done.size, 100);
});

Deno.test("FWAIT-08 an unknown returnWhen is an error, also when all is done", async () => {
  const future = executor.submit(square, 1);
  await within(10_000, future.result());
  const error = await thrownBy(() => waitFutures([future], { returnWhen: "SOMETIMES" as "ALL_COMPLETED" }));
  assert(error instanceof TypeError || error instanceof RangeError);
});

Deno.test("FWAIT-09 futures of several executors can be mixed", async () => {
  const futures = [executor.submit(square, 2), other.submit(square, 3)];
  assertEquals((await within(10_000, waitFutures(futures))).done.size, 2);
  const seen = await within(10_000, collect(asCompleted(futures)));
  assertEquals(seen.length, 2);
});

Deno.test("ASCOMP-01 asCompleted() yields each future once, those already done first", async () => {
  const [finished, held, gate] = await doneAndHeld();
  const iterator = asCompleted(new Set([held, finished, held]));
  assertEquals((await within(5000, iterator.next())).value, finished);
  const next = iterator.next();
  open(gate);
  assertEquals((await within(10_000, next)).value, held);
  assertEquals((await within(5000, iterator.next())).done, true);
  assertEquals(await within(5000, collect(asCompleted([finished, finished]))), [finished]);
});

Deno.test("ASCOMP-01 asCompleted() yields in the order of completion", async () => {
  const gates = [words(), words()] as const;
  const futures = gates.map((gate, i) => executor.submit(hold, gate, i));
  const iterator = asCompleted(futures);
  open(gates[1]);
  assertEquals((await within(10_000, iterator.next())).value, futures[1]);
  open(gates[0]);
  assertEquals((await within(10_000, iterator.next())).value, futures[0]);
});

Deno.test("ASCOMP-02 past its timeout asCompleted() has yielded what is done, then throws a TimeoutError", async () => {
  const [finished, held, gate] = await doneAndHeld();
  for (const timeout of [0, 40]) {
    const seen = await outcomes(asCompleted([held, finished], { timeout }), 5);
    assertEquals(seen[0], { value: finished });
    assert("error" in seen[1]! && seen[1].error instanceof TimeoutError);
    assertMatch(seen[1].error.message, /1 \(?of 2/);
  }
  open(gate);
  await within(10_000, held.result());
});

Deno.test("ASCOMP-04 asCompleted() checks its arguments", async () => {
  assertInstanceOf(
    await errorBy(() => asCompleted(5 as unknown as Iterable<Future<unknown>>).next()),
    TypeError,
  );
});
