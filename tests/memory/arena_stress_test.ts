import { assert, assertEquals } from "@std/assert";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { allocate, forEachBlock, release, stats, sweep } from "../../lib/memory/arena.ts";
import { BlockKind } from "../../lib/memory/layout.ts";
import { bytesAt, sharedMemory } from "../../lib/memory/memory.ts";
import { declareDead, enlist, self } from "../../lib/memory/process_table.ts";

interface Victim {
  readonly worker: Worker;
  readonly pid: number;
  failure: unknown;
}

async function spawn(seed: number): Promise<Victim> {
  const pid = enlist(self());
  const worker = new Worker(new URL("../fixtures/arena_worker.ts", import.meta.url), {
    workerData: { memory: sharedMemory(), pid, seed },
  });
  const victim: Victim = { worker, pid, failure: undefined };
  worker.on("error", (error) => victim.failure = error);
  await once(worker, "message");
  return victim;
}

async function kill(victim: Victim): Promise<void> {
  declareDead(victim.pid, -9);
  await victim.worker.terminate();
  sweep(victim.pid);
  assertEquals(victim.failure, undefined);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("the arena stays whole while threads that use it are killed at random instants", async () => {
  const before = stats();
  const rounds = Number(Deno.env.get("LANES_STRESS_ROUNDS") ?? 4);
  const seed = Number(Deno.env.get("LANES_STRESS_SEED") ?? 1);
  const mine = allocate(5000);
  bytesAt(mine, 5000).fill(9);
  for (let round = 0; round < rounds; round++) {
    const victims = await Promise.all([1, 2, 3].map((index) => spawn(seed * 1000 + round * 10 + index)));
    for (const victim of victims) {
      const until = performance.now() + 20 + (seed * 7 + round * 13 + victim.pid * 5) % 40;
      while (performance.now() < until) {
        const offset = allocate(200);
        assert(bytesAt(offset, 200).every((byte) => byte === 0));
        bytesAt(offset, 200).fill(255);
        release(offset);
      }
      await kill(victim);
    }
  }
  await pause(400);
  assert(bytesAt(mine, 5000).every((byte) => byte === 9));
  release(mine);
  const left: unknown[] = [];
  forEachBlock((block) => {
    if (block.kind !== BlockKind.Ledger) left.push(block);
  });
  // At most what a raw allocate() held in the moment of a kill: handles never leak.
  assert(left.length <= rounds * 3, `${left.length} blocks are left`);
  assert(stats().capacity >= before.capacity);
});
