import { assert, assertEquals } from "@std/assert";
import { Process, wait } from "@lanes/lanes";
import { open, within, words } from "../fixtures/harness.ts";
import { holdAsync, square } from "../fixtures/tasks.ts";

Deno.test("D-41 once join resolves, exitCode is set and isAlive() false, for every observer", async () => {
  const gate = words();
  const process = new Process({ target: holdAsync, args: [gate, 1] });
  process.start();
  const observe = (): [boolean, number | null] => [process.isAlive(), process.exitCode];
  const observers = [
    process.join().then(observe),
    process.join({ timeout: 9000 }).then(observe),
    wait([process.sentinel]).then(observe),
    wait([process as Process]).then(observe),
  ];
  open(gate);
  for (const seen of await within(10_000, Promise.all(observers))) assertEquals(seen, [false, 0]);
});

Deno.test("X-6 joinSync() blocks the main thread, and awaiters of the same process are served afterwards", async () => {
  const process = new Process({ target: square, args: [4] });
  process.start();
  const awaited = [process.join(), process.result, wait([process.sentinel])];
  process.joinSync({ timeout: 10_000 });
  assertEquals(process.exitCode, 0);
  const [, value] = await within(10_000, Promise.all(awaited));
  assertEquals(value, 16);
  assert(!process.isAlive());
});
