import { assert, assertEquals } from "@std/assert";
import { Pool, Queue } from "@lanes/lanes";
import { chaos, setChaos } from "../../lib/sync/chaos.ts";
import { within } from "../fixtures/harness.ts";
import { HANG } from "../fixtures/sync_run.ts";

let steps = 0;

/** Uses the queue, whose class this module did not import here: the worker's own bundle brought it. Gives how many steps ran. */
export function stepsOf(queue: Queue<number>): number {
  let steps = 0;
  setChaos(() => {
    steps++;
  });
  try {
    queue.putSync(1);
    queue.getSync();
  } finally {
    setChaos(null);
  }
  return steps;
}

/** Counts steps until {@linkcode countedSteps} asks. */
export function countSteps(): void {
  steps = 0;
  setChaos(() => {
    steps++;
  });
}

/** How many atomic steps there have been between the tasks; ends the counting. */
export function countedSteps(): number {
  setChaos(null);
  return steps;
}

Deno.test("setChaos() runs its step at atomic steps until null ends it", () => {
  assertEquals(chaos, null);
  assert(stepsOf(new Queue<number>()) > 0);
  assertEquals(chaos, null);
});

Deno.test("setChaos() in a worker reaches the classes and the dispatcher of the worker's own bundle", async () => {
  await using pool = new Pool(1);
  assert(await within(HANG, pool.apply(stepsOf, [new Queue<number>()])) > 0);
  await within(HANG, pool.apply(countSteps));
  assert(await within(HANG, pool.apply(countedSteps)) > 0);
  await within(HANG, pool.apply(countedSteps));
  assertEquals(await within(HANG, pool.apply(countedSteps)), await within(HANG, pool.apply(countedSteps)));
});
