import { assertEquals } from "@std/assert";
import { Pipe, Process } from "@lanes/lanes";
import { within } from "../fixtures/harness.ts";
import { sendNested } from "../fixtures/pipes.ts";

Deno.test("PROC-39 nested processes send through one inherited pipe in depth-first order", async () => {
  const [reader, writer] = Pipe<number[]>(false);
  const process = new Process({ target: sendNested, args: [writer, [], 2] });
  process.start();
  const seen: number[][] = [];
  for (let i = 0; i < 7; i++) seen.push(await within(15_000, reader.recv()));
  assertEquals(seen, [[], [0], [0, 0], [0, 1], [1], [1, 0], [1, 1]]);
  await within(10_000, process.join());
});
