/**
 * Locks, semaphores, events and barriers: alone, and between two processes that
 * both block. The figures between processes are printed as notes, in
 * nanoseconds an operation or round trip, the best of several rounds.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- the notes that bench/run.ts records
import { Barrier, Condition, Event, Lock, Process, RLock, Semaphore } from "@lanes/lanes";
import { barrierLoop, conditionLoop, eventLoop, lockLoop, ROUNDS, semaphoreLoop } from "./sync_loops.ts";

/** In so many rounds the round trips are made; the best counts. */
const TRIPS_ROUNDS = 10;

async function contended(name: string, lock: Lock | RLock | Semaphore): Promise<void> {
  const count = 200_000;
  const barrier = new Barrier(3);
  const processes = [0, 1].map(() => new Process({ target: lockLoop, args: [lock, barrier, count] }));
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
  note(`${name} acquire and release, 2 processes`, best, 2 * count);
}

async function between(
  name: string,
  count: number,
  sides: [() => void, { start(): void; join(): Promise<void> }],
  rounds = TRIPS_ROUNDS,
): Promise<void> {
  const [side, process] = sides;
  process.start();
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    side();
    best = Math.min(best, performance.now() - start);
  }
  await process.join();
  note(name, best, count / rounds);
}

function note(name: string, ms: number, count: number): void {
  console.log(`${name}: ${JSON.stringify({ ns: Math.round(ms * 1e6 / count) })}`);
}

async function notes(): Promise<void> {
  await contended("Lock", new Lock());
  await contended("RLock", new RLock());
  await contended("Semaphore", new Semaphore());
  const n = 50_000;
  const part = n / TRIPS_ROUNDS;
  const [e1, e2] = [new Event(), new Event()];
  await between("Event ping-pong", n, [() => {
    for (let i = 0; i < part; i++) {
      e1.set();
      e2.waitSync();
      e2.clear();
    }
  }, new Process({ target: eventLoop, args: [e1, e2, n] })]);
  const [s1, s2] = [new Semaphore(0), new Semaphore(0)];
  await between("Semaphore ping-pong", n, [() => {
    for (let i = 0; i < part; i++) {
      s1.release();
      s2.acquireSync();
    }
  }, new Process({ target: semaphoreLoop, args: [s1, s2, n] })]);
  const barrier = new Barrier(2);
  await between("Barrier of 2", n, [
    () => barrierLoop(barrier, part),
    new Process({ target: barrierLoop, args: [barrier, n] }),
  ]);
  const condition = new Condition();
  // In one go: whoever stops lets the other wait for ever.
  const conditionSides: Parameters<typeof between>[2] = [
    () => conditionLoop(condition, n),
    new Process({ target: conditionLoop, args: [condition, n] }),
  ];
  await between("Condition ping-pong", n, conditionSides, 1);
}

const lock = new Lock(), rlock = new RLock(), semaphore = new Semaphore(), event = new Event();
Deno.bench("Lock acquireSync and release", () => {
  lock.acquireSync();
  lock.release();
});
Deno.bench("Lock using acquireSync", () => {
  using _held = lock.acquireSync();
});
Deno.bench("Lock acquire and release", async () => {
  await lock.acquire();
  lock.release();
});
Deno.bench("RLock acquireSync and release", () => {
  rlock.acquireSync();
  rlock.release();
});
Deno.bench("Semaphore acquireSync and release", () => {
  semaphore.acquireSync();
  semaphore.release();
});
Deno.bench("Event set, wait and clear", () => {
  event.set();
  event.waitSync();
  event.clear();
});
await notes();
