import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { run } from "../fixtures/program.ts";

Deno.test("PROC-47 an uncaught error prints the process's name and the stack on stderr, and the parent goes on", async () => {
  const ended = await run(`
    import { Process } from "@lanes/lanes";
    export function explode() { throw new RangeError("kaboom"); }
    if (import.meta.main) {
      const process = new Process({ target: explode, name: "Fragile" });
      process.start();
      await process.join();
      console.log("exit code", process.exitCode);
    }`);
  assertEquals([ended.stdout, ended.code], ["exit code 1\n", 0]);
  assertStringIncludes(ended.stderr, "Process Fragile:");
  assertStringIncludes(ended.stderr, "RangeError: kaboom");
  assertMatch(ended.stderr, /explode.*main\.ts|main\.ts.*3/s);
});

Deno.test("a process that ends well prints nothing on stderr", async () => {
  const ended = await run(`
    import { Process } from "@lanes/lanes";
    export function greet(name) { console.log("hello", name); }
    if (import.meta.main) {
      const process = new Process({ target: greet, args: ["bob"] });
      process.start();
      await process.join();
      console.log("done");
    }`);
  assertEquals([ended.stdout, ended.stderr, ended.code], ["hello bob\ndone\n", "", 0]);
});

Deno.test("PROC-52 a program does not end before its non-daemon processes", async () => {
  const ended = await run(`
    import { Process } from "@lanes/lanes";
    export async function late() {
      await new Promise((resolve) => setTimeout(resolve, 300));
      console.log("child ends");
    }
    if (import.meta.main) {
      new Process({ target: late }).start();
      console.log("main ends");
    }`);
  assertEquals([ended.stdout, ended.code], ["main ends\nchild ends\n", 0]);
});

Deno.test("PROC-52 daemons are terminated at the program's end, busy or not", async () => {
  for (const body of ["while (true);", "return new Promise(() => {});"]) {
    const ended = await run(`
      import { Process } from "@lanes/lanes";
      export function forever(cell) { Atomics.store(cell, 0, 1); ${body} }
      if (import.meta.main) {
        const cell = new Int32Array(new SharedArrayBuffer(4));
        new Process({ target: forever, args: [cell], daemon: true }).start();
        while (Atomics.load(cell, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 2));
        console.log("main ends");
      }`);
    assertEquals([ended.stdout, ended.stderr, ended.code], ["main ends\n", "", 0]);
  }
});

Deno.test("X-1 after a kill of a busy process the program ends by itself", async () => {
  const ended = await run(`
    import { Process } from "@lanes/lanes";
    export function forever(cell) { Atomics.store(cell, 0, 1); while (true); }
    if (import.meta.main) {
      const cell = new Int32Array(new SharedArrayBuffer(4));
      const process = new Process({ target: forever, args: [cell] });
      process.start();
      while (Atomics.load(cell, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      process.kill();
      await process.join();
      console.log(process.exitCode);
    }`);
  assertEquals([ended.stdout, ended.stderr, ended.code], ["-9\n", "", 0]);
});

Deno.test("PROC-61 an unguarded main module gets a BootstrapError and starts no further processes", async () => {
  const ended = await run(`
    import { Process } from "@lanes/lanes";
    export function work() { return 1; }
    const process = new Process({ target: work });
    process.start();
    const error = await process.result.then(() => null, (error) => error);
    for (let each = error; each; each = each.cause) console.log("caught", each.name);
    if (error) console.log(error.message, error.cause?.message);`);
  assertMatch(ended.stdout, /caught BootstrapError/);
  assertMatch(ended.stdout, /import\.meta\.main/);
  assertEquals(ended.code, 0);
  assertLess(ended.stderr.length, 5000);
});

Deno.test("PROC-61 an unguarded pool rejects its job with a BootstrapError, and never hangs", async () => {
  const ended = await run(`
    import { Pool } from "@lanes/lanes";
    export function work(x) { return x; }
    const pool = new Pool(2);
    const error = await pool.map(work, [1, 2, 3]).then(() => null, (error) => error);
    for (let each = error; each; each = each.cause) console.log("caught", each.name);
    await pool.terminate();`);
  assertMatch(ended.stdout, /caught BootstrapError/);
  assertEquals(ended.code, 0);
});

Deno.test("import.meta.main is false in workers, so a guarded main runs once", async () => {
  const ended = await run(`
    import { Process } from "@lanes/lanes";
    console.log("loaded", import.meta.main);
    export function work() { return 5; }
    if (import.meta.main) {
      const process = new Process({ target: work });
      process.start();
      console.log(await process.result);
    }`);
  assertEquals(ended.stdout, "loaded true\nloaded false\n5\n");
});

Deno.test("X-5 a child whose module throws at import has exit code 1, and the parent lives", async () => {
  const ended = await run(
    `
    import { Process } from "@lanes/lanes";
    import { work } from "./fragile.ts";
    const process = new Process({ target: work });
    if (import.meta.main) {
      process.start();
      await process.join();
      const error = await process.result.then(() => null, (error) => error);
      console.log(process.exitCode, error instanceof Error);
    }`,
    {
      files: {
        "fragile.ts": `
        import { isMainThread } from "node:worker_threads";
        if (!isMainThread) throw new RangeError("not here");
        export function work() { return 1; }`,
      },
    },
  );
  assertEquals([ended.stdout, ended.code], ["1 true\n", 0]);
});

Deno.test("PROC-45 output that cannot be written does not change the exit code", async () => {
  const ended = await run(`
    import { Process } from "@lanes/lanes";
    export function speak() { console.log("into the void"); return 7; }
    if (import.meta.main) {
      Deno.stdout.close();
      const process = new Process({ target: speak });
      process.start();
      await process.join();
      console.error("exit code", process.exitCode);
    }`);
  assertEquals([ended.stderr, ended.code], ["exit code 0\n", 0]);
});

Deno.test("PROC-54 a signal handled by the parent does not disturb its join", async () => {
  const ended = await run(`
    import { Process } from "@lanes/lanes";
    export async function late() { await new Promise((resolve) => setTimeout(resolve, 250)); }
    if (import.meta.main) {
      let signals = 0;
      const listener = () => signals++;
      Deno.addSignalListener("SIGUSR1", listener);
      const process = new Process({ target: late });
      process.start();
      setTimeout(() => Deno.kill(Deno.pid, "SIGUSR1"), 50);
      await process.join();
      Deno.removeSignalListener("SIGUSR1", listener);
      console.log(signals, process.exitCode);
    }`);
  assertEquals([ended.stdout, ended.code], ["1 0\n", 0]);
});

Deno.test("PROC-59 a child and a grandchild have the program's permissions, no more", async () => {
  const ended = await run(
    `
    import { Process } from "@lanes/lanes";
    export async function probe() {
      const net = await Deno.permissions.query({ name: "net" });
      const read = await Deno.permissions.query({ name: "read" });
      return [net.state, read.state].join();
    }
    export async function deeper() {
      const process = new Process({ target: probe });
      process.start();
      return [await probe(), await process.result].join(" ");
    }
    if (import.meta.main) {
      const process = new Process({ target: deeper });
      process.start();
      console.log(await probe(), await process.result);
    }`,
    { flags: ["--allow-read", "--no-prompt"] },
  );
  const states = ended.stdout.trim().split(" ");
  assertEquals(states.length, 3, ended.stderr);
  assertMatch(states[0]!, /^(prompt|denied),granted$/);
  assertEquals([states[1], states[2]], [states[0], states[0]]);
});

Deno.test("PROC-31 PROC-36 a process lets go of its arguments and, closed, can be collected", async () => {
  const ended = await run(
    `
    import { Process } from "@lanes/lanes";
    export function work(value) { return value.n; }
    async function start() {
      const value = { n: 5, bulk: new Array(1000).fill("x") };
      const process = new Process({ target: work, args: [value] });
      process.start();
      await process.join();
      process.close();
      return [new WeakRef(value), new WeakRef(process)];
    }
    if (import.meta.main) {
      const refs = await start();
      for (let i = 0; i < 20; i++) { // A deref() would keep its target alive during the turn.
        await new Promise((resolve) => setTimeout(resolve, 5));
        globalThis.gc();
      }
      console.log(refs.map((ref) => ref.deref() === undefined).join());
    }`,
    { flags: ["-A", "--v8-flags=--expose-gc"] },
  );
  assertEquals([ended.stdout, ended.code], ["true,true\n", 0]);
});

Deno.test("PROC-05 importing the library and making a process start no worker", async () => {
  const ended = await run(`
    import { Process } from "@lanes/lanes";
    const process = new Process({ target: () => 1 });
    console.log(process.pid);`);
  assertEquals([ended.stdout, ended.stderr, ended.code], ["null\n", "", 0]);
  assert(ended.signal === null);
});
