import { assert, assertEquals } from "@std/assert";
import { allocate, release } from "../../lib/memory/arena.ts";
import { BlockKind } from "../../lib/memory/layout.ts";
import { wordsAt } from "../../lib/memory/memory.ts";
import { deadlineAfter, deadlineOf, isPast, parkAsync, wake } from "../../lib/sync/park.ts";
import { Spinner } from "../../lib/sync/spinner.ts";
import * as tasks from "../fixtures/park_tasks.ts";
import { pause, until, within } from "../fixtures/harness.ts";
import { run } from "../fixtures/program.ts";
import { HANG, killed, launch } from "../fixtures/sync_run.ts";

/** Four words of their own, for a test. */
class Words implements Disposable {
  readonly offset = allocate(16, BlockKind.Data);
  readonly words = wordsAt(this.offset, 4);

  [Symbol.dispose](): void {
    release(this.offset);
  }
}

Deno.test("Spinner.park() returns true at once when the word is another, false at its deadline", () => {
  using it = new Words();
  assertEquals(new Spinner().park(it.words, 0, 1, Infinity), true);
  assertEquals(new Spinner().park(it.words, 0, 0, 0), false);
  const start = performance.now();
  assertEquals(new Spinner().park(it.words, 0, 0, start + 20), false);
  assert(performance.now() - start >= 18);
});

Deno.test("Spinner.park() and parkAsync() return true when another thread changes the word", async () => {
  for (const ms of [0, 30]) {
    using it = new Words();
    const other = launch(tasks.changeLater, it.offset, ms);
    assertEquals(new Spinner().park(it.words, 0, 0, deadlineAfter(HANG)), true);
    assertEquals(it.words[0], 1);
    await within(HANG, other.join());
    const again = launch(tasks.changeLater, it.offset, ms);
    assertEquals(await parkAsync(it.words, 0, 1, { deadline: deadlineAfter(HANG) }), true);
    await within(HANG, again.join());
  }
});

Deno.test("parkAsync() gives false at its deadline and rejects when its signal aborts", async () => {
  using it = new Words();
  assertEquals(await parkAsync(it.words, 0, 1), true);
  assertEquals(await parkAsync(it.words, 0, 0, { deadline: 0 }), false);
  assertEquals(await parkAsync(it.words, 0, 0, { deadline: performance.now() + 10 }), false);
  const reason = new Error("enough");
  const controller = new AbortController();
  const { signal } = controller;
  const both = [0, 1].map(() => parkAsync(it.words, 0, 0, { signal }).catch((error) => error));
  const kept = parkAsync(it.words, 0, 0);
  controller.abort(reason);
  assertEquals(await Promise.all(both), [reason, reason]);
  assertEquals(await parkAsync(it.words, 0, 5, { signal }).catch((error) => error), reason);
  Atomics.store(it.words, 0, 1);
  wake(it.words, 0);
  assertEquals(await within(HANG, kept), true);
});

Deno.test("a wait that was given up does not swallow a wake-up for one", async () => {
  using it = new Words();
  // It leaves the runtime's own wait behind, which cannot be taken back.
  assertEquals(await parkAsync(it.words, 0, 0, { deadline: performance.now() + 2 }), false);
  const others = [0, 1].map(() => launch(tasks.countChange, it.offset, "sync"));
  await until(() => Atomics.load(it.words, 2) === 2, HANG);
  await pause(20);
  Atomics.store(it.words, 0, 1);
  wake(it.words, 0, 1);
  wake(it.words, 0, 1);
  for (const other of others) await within(HANG, other.join());
  assertEquals(it.words[1], 2);
});

Deno.test("waits that end early leave nothing behind, however many", async () => {
  using it = new Words();
  for (let i = 0; i < 1000; i++) {
    Atomics.store(it.words, 0, i);
    void parkAsync(it.words, 0, i, { deadline: performance.now() + 1 });
    if (i % 100 === 0) await pause(2);
  }
  await pause(20);
  // What is left is at most what the thread keeps for the next wait.
  const left = wake(it.words, 0);
  assert(left <= 300, `${left} are left`);
});

Deno.test("a process that is killed in a wait does not go on, and wakes nobody less", async () => {
  using it = new Words();
  const victims = (["sync", "async"] as const).map((how) => launch(tasks.countChange, it.offset, how));
  const heirs = (["sync", "async"] as const).map((how) => launch(tasks.countChange, it.offset, how));
  await until(() => Atomics.load(it.words, 2) === 4, HANG);
  await pause(20);
  for (const victim of victims) await killed(victim);
  Atomics.store(it.words, 0, 1);
  wake(it.words, 0);
  for (const heir of heirs) await within(HANG, heir.join());
  await pause(20);
  assertEquals(it.words[1], 2);
});

Deno.test("a blocked main thread serves its workers, and goes on waiting", async () => {
  const program = await run(`
    import { Process } from "@lanes/lanes";
    import { knock } from ${JSON.stringify(new URL("../fixtures/park_tasks.ts", import.meta.url).href)};
    import { allocate } from ${JSON.stringify(new URL("../../lib/memory/arena.ts", import.meta.url).href)};
    import { wordsAt } from ${JSON.stringify(new URL("../../lib/memory/memory.ts", import.meta.url).href)};
    import { setServiceHook, sleepSync } from ${
    JSON.stringify(new URL("../../lib/sync/park.ts", import.meta.url).href)
  };
    if (import.meta.main) {
      const offset = allocate(16);
      const words = wordsAt(offset, 4);
      const process = new Process({ target: knock, args: [offset, 20] });
      process.start();
      await new Promise((resolve) => setTimeout(resolve, 200));
      Atomics.store(words, 3, 0);
      setServiceHook(() => Atomics.add(words, 3, 1));
      while (Atomics.load(words, 0) === 0) sleepSync(words, 0, 0, performance.now() + 10_000);
      console.log(Atomics.load(words, 3) >= 19 ? "served" : "served only " + words[3]);
      setServiceHook(null);
      await process.join();
    }`);
  assertEquals([program.stdout, program.code], ["served\n", 0]);
});

Deno.test("deadlines: none is never past, 0 always", () => {
  assertEquals(deadlineOf(undefined), Infinity);
  assertEquals(deadlineOf({}), Infinity);
  assertEquals(deadlineOf({ timeout: 0 }), 0);
  assertEquals(deadlineOf({ timeout: -1 }), 0);
  assert(deadlineOf({ timeout: 1000 }) > performance.now() + 900);
  assertEquals([isPast(Infinity), isPast(0), isPast(performance.now() + 1000), isPast(1e-9)], [
    false,
    true,
    false,
    true,
  ]);
});

Deno.test("Spinner.spin() hardly spins where that has been in vain, until it pays off again", () => {
  using it = new Words();
  const { words } = it;
  const spinner = new Spinner();
  function slow(): number {
    let count = 0;
    for (let i = 0; i < 200; i++) {
      const start = performance.now();
      if (spinner.spin(words, 0, 0)) throw new Error("The word has not changed");
      if (performance.now() - start > 0.003) count++;
    }
    return count;
  }
  assert(slow() < 100);
  words[0] = 1;
  // One look in a while finds it, and then all do.
  const end = performance.now() + 5000;
  while (!spinner.spin(words, 0, 0)) assert(performance.now() < end);
  for (let i = 0; i < 100; i++) assert(spinner.spin(words, 0, 0));
});
