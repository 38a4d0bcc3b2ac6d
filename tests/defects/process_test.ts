import { assertEquals, assertInstanceOf } from "@std/assert";
import { Process } from "@lanes/lanes";
import { errorBy, thrownBy, within } from "../fixtures/harness.ts";
import { run } from "../fixtures/program.ts";
import { exit, fail } from "../fixtures/faults.ts";
import { nestedPool } from "../fixtures/identity.ts";

Deno.test("D-42 a child that prints a lot while its parent prints too ends all the same", async () => {
  const ended = await run(`
    import { Process } from "@lanes/lanes";
    export function chatter() { for (let i = 0; i < 500; i++) console.log("child " + i + " " + "x".repeat(100)); }
    if (import.meta.main) {
      const processes = [1, 2].map(() => new Process({ target: chatter }));
      for (const process of processes) process.start();
      for (let i = 0; i < 500; i++) console.log("main " + i);
      for (const process of processes) await process.join();
      console.log("codes", processes.map((process) => process.exitCode).join());
    }`);
  const lines = ended.stdout.trimEnd().split("\n");
  assertEquals(lines.filter((line) => line.startsWith("child ")).length, 1000);
  assertEquals(lines.filter((line) => line.startsWith("main ")).length, 500);
  assertEquals([lines.includes("codes 0,0"), ended.stderr, ended.code], [true, "", 0]);
});

Deno.test("D-45 nested pools work", async () => {
  await using process = new Process({ target: nestedPool, args: [1, [1, 2]] });
  process.start();
  assertEquals(await within(15_000, process.result), [1, 4]);
});

Deno.test("D-46 a daemon and an idle pool left at the end do not make the program wait", async () => {
  const ended = await run(`
    import { Pool, Process } from "@lanes/lanes";
    export function square(x) { return x * x; }
    export async function forever() { await new Promise(() => {}); }
    if (import.meta.main) {
      new Process({ target: forever, daemon: true }).start();
      console.log(await new Pool(1).apply(square, [3]));
    }`);
  assertEquals([ended.stdout, ended.stderr, ended.code], ["9\n", "", 0]);
});

Deno.test("D-47 the error of a child is available to its parent", async () => {
  const process = new Process({ target: fail, args: ["for the parent"] });
  process.start();
  await within(10_000, process.join());
  const error = await errorBy(() => process.result);
  assertEquals([process.exitCode, error.message], [1, "for the parent"]);
});

Deno.test("X-4 Deno.exit() in a child gives its exit code within a bound", async () => {
  const process = new Process({ target: exit, args: [7] });
  process.start();
  await within(5000, process.join());
  assertEquals(process.exitCode, 7);
  assertInstanceOf(await thrownBy(() => process.result), Error);
});
