import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { LanesError, Process, SharedArray, TransportError, WorkerDiedError } from "@lanes/lanes";
import { errorBy, thrownBy, until, within } from "../fixtures/harness.ts";
import { launch } from "../fixtures/program.ts";
import { echo, square } from "../fixtures/tasks.ts";
import { exhaustHeap, exit, fail, failShop, ShopError, throwValue } from "../fixtures/faults.ts";
import { beatForever, osPid, stateOf } from "../fixtures/isolated.ts";

const isolation = "process";

Deno.test("isolation process runs the target in an operating-system process of its own", async () => {
  await using process = new Process({ target: osPid, isolation });
  process.start();
  assert(process.isAlive() && process.exitCode === null);
  assert(await within(15_000, process.result) !== Deno.pid);
  await within(15_000, process.join());
  assertEquals([process.exitCode, process.isAlive()], [0, false]);
});

Deno.test("isolation process carries plain values there and back", async () => {
  const value = {
    map: new Map([[1, new Set(["a"])]]),
    date: new Date(7),
    big: 2n ** 70n,
    floats: new Float64Array([1.5, NaN, -0]),
    nested: [null, undefined, -0, { text: "ü\u0000€" }],
  };
  await using process = new Process({ target: echo<typeof value>, args: [value], isolation });
  process.start();
  assertEquals(await within(15_000, process.result), value);
});

Deno.test("isolation process carries errors with class, message and own properties", async () => {
  const process = new Process({ target: failShop, args: ["tea", 3], isolation });
  process.start();
  const error = await errorBy(() => process.result, 15_000);
  await within(15_000, process.join());
  assertEquals(process.exitCode, 1);
  assertInstanceOf(error, ShopError);
  assertEquals([error.message, error.item, error.price], ["cannot buy tea", "tea", 3]);
});

Deno.test("isolation process carries thrown values that are no errors", async () => {
  const process = new Process({ target: throwValue, args: [null as unknown], isolation });
  process.start();
  assertEquals(await thrownBy(() => process.result, 15_000), null);
});

Deno.test("isolation process gives the exit code of Deno.exit and 1 after an error", async () => {
  const exiting = new Process({ target: exit, args: [7], isolation });
  const failing = new Process({ target: fail, args: ["boom"], isolation });
  exiting.start();
  failing.start();
  await within(15_000, Promise.all([exiting.join(), failing.join()]));
  assertEquals([exiting.exitCode, failing.exitCode], [7, 1]);
  assertInstanceOf(await thrownBy(() => exiting.result), LanesError);
});

Deno.test("isolation process is really killed: terminate -15, kill -9, the child is gone", async () => {
  for (const [end, code] of [["terminate", -15], ["kill", -9]] as const) {
    const file = await Deno.makeTempFile();
    const process = new Process({ target: beatForever, args: [file], isolation });
    process.start();
    await until(() => Deno.readTextFileSync(file) !== "", 15_000);
    const pid = Number(Deno.readTextFileSync(file));
    process[end]();
    assertEquals([process.exitCode, process.isAlive()], [code, false]);
    await within(5000, process.join());
    await until(() => !running(pid), 5000);
    await Deno.remove(file);
  }
});

Deno.test("isolation process: out of memory is a WorkerDiedError and harms nobody else", async () => {
  const hungry = new Process({ target: exhaustHeap, isolation, maxHeapSize: 64 * 2 ** 20 });
  const other = new Process({ target: square, args: [5], isolation });
  hungry.start();
  other.start();
  assertInstanceOf(await thrownBy(() => hungry.result, 40_000), WorkerDiedError);
  await within(5000, hungry.join());
  assert(hungry.exitCode !== 0 && hungry.exitCode !== null);
  assertEquals(await within(15_000, other.result), 25);
});

Deno.test("isolation process gives the child the permissions asked for, no more", async () => {
  await using all = new Process({ target: stateOf, args: ["net"], isolation });
  await using none = new Process({
    target: stateOf,
    args: ["net"],
    isolation,
    permissions: { read: true, net: false },
  });
  all.start();
  none.start();
  assertEquals(await within(15_000, all.result), "granted");
  assertMatch(await within(15_000, none.result), /^(prompt|denied)$/);
});

Deno.test("isolation process refuses a shared array with a TransportError that names it", async () => {
  using shared = new SharedArray("f64", 4);
  const process = new Process({ target: echo, args: [{ table: shared } as unknown], isolation });
  const error = await errorBy(() => {
    process.start();
    return process.result;
  }, 15_000);
  assertInstanceOf(error, TransportError);
  assertMatch(error.message, /table/);
  assertMatch(error.message, /SharedArray/);
});

Deno.test("isolation process: children end when the program dies, even by SIGKILL", async () => {
  const program = await launch(`
    import { Process } from "@lanes/lanes";
    export function forever() { console.log("child " + Deno.pid + " runs"); while (true); }
    if (import.meta.main) new Process({ target: forever, isolation: "process" }).start();`);
  await until(() => /child \d+ runs/.test(program.output()), 15_000);
  const pid = Number(/child (\d+) runs/.exec(program.output())![1]);
  assert(running(pid) && pid !== program.pid);
  program.kill("SIGKILL");
  await until(() => !running(pid), 10_000);
});

Deno.test("permissions of a worker process work or are an error that says so", async () => {
  const outcome = await thrownBy(async () => {
    const process = new Process({ target: stateOf, args: ["net"], permissions: { read: true, net: false } });
    process.start();
    const state = await process.result;
    await process.join();
    throw state;
  }, 15_000);
  if (typeof outcome === "string") return assertMatch(outcome, /^(prompt|denied)$/);
  assertMatch((outcome as Error).message, /permission/i);
});

Deno.test("heap exhaustion in a worker process is contained", async () => {
  const program = await launch(
    `
    import { Process, WorkerDiedError } from "@lanes/lanes";
    export function exhaust() {
      const kept = [];
      while (true) kept.push(Array.from({ length: 1000 }, (_, i) => ({ i, text: kept.length + ":" + i })));
    }
    if (import.meta.main) {
      const process = new Process({ target: exhaust, maxHeapSize: 64 * 2 ** 20 });
      process.start();
      const error = await process.result.then(() => null, (error) => error);
      await process.join();
      console.log(error instanceof WorkerDiedError, process.exitCode !== 0);
    }`,
    { limit: 40_000 },
  );
  const ended = await program.ended();
  assertEquals([ended.stdout, ended.code], ["true true\n", 0]);
});

function running(pid: number): boolean {
  try {
    // A zombie has ended: only its parent has not looked yet.
    return !/\) Z /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}
