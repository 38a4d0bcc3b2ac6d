import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { launch, run } from "../fixtures/program.ts";
import { until } from "../fixtures/harness.ts";

Deno.test("X-7 D-15 PLIFE-20 an idle pool, never closed, does not keep the program alive", async () => {
  const ended = await run(`
    import { Pool } from "@lanes/lanes";
    export function square(x) { return x * x; }
    if (import.meta.main) {
      globalThis.pool = new Pool(2);
      console.log(await globalThis.pool.map(square, [1, 2, 3, 4, 5]));
    }`);
  assertEquals([ended.stdout, ended.stderr, ended.code], ["[ 1, 4, 9, 16, 25 ]\n", "", 0]);
});

Deno.test("a pool that never got a task does not keep the program alive", async () => {
  const ended = await run(`
    import { Pool } from "@lanes/lanes";
    if (import.meta.main) {
      new Pool(2);
      console.log("end");
    }`);
  assertEquals([ended.stdout, ended.stderr, ended.code], ["end\n", "", 0]);
});

Deno.test("a pending task keeps the program alive until its result is there", async () => {
  const ended = await run(`
    import { Pool } from "@lanes/lanes";
    export async function late(x) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return x;
    }
    if (import.meta.main) {
      const pool = new Pool(1);
      pool.apply(late, ["late"]).then((value) => console.log(value));
      pool.applyAsync(late, ["later"], { callback: (value) => console.log(value) });
    }`);
  assertEquals([ended.stdout, ended.code], ["late\nlater\n", 0]);
});

Deno.test("the program ends by itself after a timeout in a busy loop", async () => {
  const ended = await run(`
    import { Pool } from "@lanes/lanes";
    export function forever() { while (true); }
    if (import.meta.main) {
      const pool = new Pool(1);
      await pool.apply(forever, [], { timeout: 50 }).catch((error) => console.log(error.name));
    }`);
  assertEquals([ended.stdout, ended.stderr, ended.code], ["TimeoutError\n", "", 0]);
});

Deno.test("an error nobody looks at ends the program as any unhandled rejection, an AsyncResult's does not", async () => {
  const quiet = await run(`
    import { Pool } from "@lanes/lanes";
    export function fail() { throw new Error("quiet"); }
    if (import.meta.main) {
      const result = new Pool(1).applyAsync(fail);
      await result.wait();
      await new Promise((resolve) => setTimeout(resolve, 20));
      console.log("alive", result.successful());
    }`);
  assertEquals([quiet.stdout, quiet.stderr, quiet.code], ["alive false\n", "", 0]);
});

Deno.test("X-6 getSync() with callbacks and awaiters mixed does not deadlock", async () => {
  const ended = await run(`
    import { Pool } from "@lanes/lanes";
    export function square(x) { return x * x; }
    if (import.meta.main) {
      const pool = new Pool(2);
      const seen = [];
      const first = pool.applyAsync(square, [2], { callback: (value) => seen.push(value) });
      const second = pool.applyAsync(square, [3], { callback: (value) => seen.push(value) });
      const awaited = pool.apply(square, [4]).then((value) => seen.push(value));
      console.log(second.getSync(), first.getSync());
      await awaited;
      await first;
      console.log(seen.sort((a, b) => a - b).join());
      console.log(pool.mapAsync(square, [5, 6]).getSync().join());
    }`);
  assertEquals([ended.stdout, ended.stderr, ended.code], ["9 4\n4,9,16\n25,36\n", "", 0]);
});

Deno.test("D-17 Ctrl-C ends a busy program at once, without a flood of worker stacks", async () => {
  const program = await launch(`
    import { Pool } from "@lanes/lanes";
    export function forever() { console.log("busy"); while (true); }
    if (import.meta.main) await new Pool(2).map(forever, [1, 2], { chunksize: 1 });`);
  await until(() => program.output().split("busy").length === 3, 15_000);
  program.kill("SIGINT");
  const ended = await program.ended();
  assert(ended.signal === "SIGINT" || ended.code === 130, Deno.inspect(ended));
  assertNotMatch(ended.stderr, /at .*forever/);
});

Deno.test("D-17 a program that handles Ctrl-C aborts its job and ends well", async () => {
  const program = await launch(`
    import { Pool } from "@lanes/lanes";
    export function forever() { console.log("busy"); while (true); }
    if (import.meta.main) {
      const controller = new AbortController();
      const listener = () => controller.abort(new Error("interrupted"));
      Deno.addSignalListener("SIGINT", listener);
      const pool = new Pool(1);
      await pool.apply(forever, [], { signal: controller.signal }).catch((error) => console.log(error.message));
      Deno.removeSignalListener("SIGINT", listener);
    }`);
  await until(() => /busy/.test(program.output()), 15_000);
  program.kill("SIGINT");
  const ended = await program.ended();
  assertEquals([ended.stdout, ended.stderr, ended.code], ["busy\ninterrupted\n", "", 0]);
});

Deno.test("without --allow-sys exported and self-contained functions work, a free variable is named", async () => {
  const ended = await run(
    `
    import { Pool } from "@lanes/lanes";
    export function square(x) { return x * x; }
    if (import.meta.main) {
      const pool = new Pool(1);
      const factor = 3;
      console.log(await pool.apply(square, [2]));
      console.log(await pool.apply((x) => x + 1, [2]));
      const error = await pool.apply((x) => x * factor, [2]).then(() => null, (error) => error);
      console.log(error?.name, error?.message);
    }`,
    { flags: ["--allow-read", "--no-prompt"] },
  );
  const lines = ended.stdout.split("\n");
  assertEquals(lines.slice(0, 2), ["4", "3"], ended.stderr);
  assertMatch(lines[2]!, /^TransportError .*factor/);
  assertMatch(lines[2]!, /export|argument|permission|allow-sys/);
});

Deno.test("EXEC-05 without any permission closures by source still work, and nothing prompts", async () => {
  const ended = await run(
    `
    import { Pool } from "@lanes/lanes";
    if (import.meta.main) {
      const pool = new Pool(1);
      console.log(await pool.map((x) => x * 2, [1, 2, 3]));
    }`,
    { flags: [] },
  );
  assertEquals([ended.stdout, ended.stderr, ended.code], ["[ 2, 4, 6 ]\n", "", 0]);
});

Deno.test("heap exhaustion in a worker is a WorkerDiedError, and the program lives", async () => {
  const ended = await run(
    `
    import { Pool, WorkerDiedError } from "@lanes/lanes";
    export async function exhaust(pause) {
      const kept = [];
      while (true) {
        for (let i = 0; i < 300; i++) kept.push(Array.from({ length: 1000 }, (_, j) => ({ j, text: i + ":" + j })));
        if (pause) await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    export function square(x) { return x * x; }
    if (import.meta.main) {
      const pool = new Pool({ processes: 2 });
      const error = await pool.apply(exhaust, [true]).then(() => null, (error) => error);
      console.log(error instanceof WorkerDiedError);
      console.log(await pool.apply(square, [5]));
    }`,
    { limit: 60_000, flags: ["-A", "--v8-flags=--max-old-space-size=256"] },
  );
  assertEquals([ended.stdout, ended.code], ["true\n25\n", 0]);
});

Deno.test("POOL-24 EXEC-07 a pool keeps neither arguments nor results alive", async () => {
  const ended = await run(
    `
    import { Pool } from "@lanes/lanes";
    export function echo(x) { return x; }
    const refs = [];
    async function use(pool) {
      const value = { bulk: new Array(1000).fill("x") };
      const back = await pool.apply(echo, [value]);
      const [mapped] = await pool.map(echo, [value]);
      refs.push(new WeakRef(value), new WeakRef(back), new WeakRef(mapped));
    }
    if (import.meta.main) {
      const pool = new Pool(1);
      await use(pool);
      for (let i = 0; i < 20; i++) { // A deref() would keep its target alive during the turn.
        await new Promise((resolve) => setTimeout(resolve, 5));
        globalThis.gc();
      }
      console.log(refs.map((ref) => ref.deref() === undefined).join());
      await pool.terminate();
    }`,
    { flags: ["-A", "--v8-flags=--expose-gc"] },
  );
  assertEquals([ended.stdout, ended.code], ["true,true,true\n", 0]);
});

Deno.test("the notebook: a pool of four squares five numbers", async () => {
  const ended = await run(`
    import { Pool } from "@lanes/lanes";
    export function square(x: number): number { return x * x; }
    if (import.meta.main) {
      await using pool = new Pool(4);
      console.log("Result:", await pool.map(square, [1, 2, 3, 4, 5]));
    }`);
  assertEquals([ended.stdout, ended.stderr, ended.code], ["Result: [ 1, 4, 9, 16, 25 ]\n", "", 0]);
});

Deno.test("progress: true draws nothing when stderr is no terminal", async () => {
  const ended = await run(`
    import { Pool } from "@lanes/lanes";
    export function square(x) { return x * x; }
    if (import.meta.main) {
      await using pool = new Pool(1);
      console.log(await pool.map(square, [1, 2, 3], { progress: true }));
    }`);
  assertEquals([ended.stdout, ended.stderr, ended.code], ["[ 1, 4, 9 ]\n", "", 0]);
});

Deno.test("D-04 a task that cannot be rebuilt in the worker rejects, and the pool lives", async () => {
  const ended = await run(
    `
    import { Pool } from "@lanes/lanes";
    import { work } from "./fragile.ts";
    import { square } from "./square.ts";
    if (import.meta.main) {
      await using pool = new Pool(1);
      const error = await pool.apply(work).then(() => null, (error) => error);
      for (let each = error; each; each = each.cause) console.log(each.message);
      console.log(await pool.apply(square, [3]));
    }`,
    {
      files: {
        "square.ts": "export function square(x) { return x * x; }",
        "fragile.ts": `
        import { isMainThread } from "node:worker_threads";
        if (!isMainThread) throw new RangeError("not here");
        export function work() { return 1; }`,
      },
    },
  );
  assertMatch(ended.stdout, /not here[^]*9\n$/);
  assertEquals(ended.code, 0);
});
