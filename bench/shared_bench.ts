/**
 * Shared values, arrays and managers. The figures between processes are printed
 * as notes, in nanoseconds an operation, the best of several rounds.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- the notes that bench/run.ts records
import { Barrier, Manager, Process, SharedArray, SharedValue } from "@lanes/lanes";
import { addLoop, lockedLoop, ROUNDS } from "./shared_loops.ts";

type Loop = (value: SharedValue<"i32">, barrier: Barrier, count: number) => void;

async function between(name: string, loop: Loop, count: number): Promise<void> {
  using value = new SharedValue("i32");
  const barrier = new Barrier(3);
  const processes = [0, 1].map(() => new Process({ target: loop, args: [value, barrier, count] }));
  for (const process of processes) process.start();
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    // Before the barrier, not after: the others may be done before this thread is woken.
    const start = performance.now();
    barrier.waitSync();
    barrier.waitSync();
    best = Math.min(best, performance.now() - start);
  }
  for (const process of processes) await process.join();
  note(name, best, 2 * count);
}

async function best(name: string, count: number, round: () => Promise<unknown>): Promise<void> {
  let least = Infinity;
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    await round();
    least = Math.min(least, performance.now() - start);
  }
  note(name, least, count);
}

function note(name: string, ms: number, count: number): void {
  console.log(`${name}: ${JSON.stringify({ ns: Math.round(ms * 1e6 / count) })}`);
}

async function notes(): Promise<void> {
  await between("SharedValue.add, 2 processes", addLoop, 1_000_000);
  await between("SharedValue += under its lock, 2 processes", lockedLoop, 200_000);
  await using manager = new Manager();
  await manager.start();
  const dict = await manager.dict<string, number>();
  const n = 5000;
  await best("Manager dict set", n, async () => {
    for (let i = 0; i < n; i++) await dict.set("key", i);
  });
  await best("Manager dict get", n, async () => {
    for (let i = 0; i < n; i++) await dict.get("key");
  });
}

const value = new SharedValue("i32");
const float = new SharedValue("f64");
const lock = value.getLock();
Deno.bench("SharedValue.add i32", () => void value.add(1));
Deno.bench("SharedValue.add f64", () => void float.add(1));
Deno.bench("SharedValue += under its lock", () => {
  lock.acquireSync();
  value.value += 1;
  lock.release();
});
Deno.bench("new SharedArray of 1000 f64, and its disposal", () => new SharedArray("f64", 1000)[Symbol.dispose]());
await notes();
