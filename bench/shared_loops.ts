/** What the other processes of `shared_bench.ts` do. */
import type { Barrier, SharedValue } from "@lanes/lanes";

/** How often each measurement between processes is repeated. */
export const ROUNDS = 5;

/** Adds 1 `count` times, atomically, in each round. */
export function addLoop(value: SharedValue<"i32">, barrier: Barrier, count: number): void {
  for (let round = 0; round < ROUNDS; round++) {
    barrier.waitSync();
    for (let i = 0; i < count; i++) value.add(1);
    barrier.waitSync();
  }
}

/** Adds 1 `count` times, under the value's lock, in each round. */
export function lockedLoop(value: SharedValue<"i32">, barrier: Barrier, count: number): void {
  const lock = value.getLock();
  for (let round = 0; round < ROUNDS; round++) {
    barrier.waitSync();
    for (let i = 0; i < count; i++) {
      lock.acquireSync();
      value.value += 1;
      lock.release();
    }
    barrier.waitSync();
  }
}
