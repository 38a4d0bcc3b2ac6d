/**
 * What the other process does in the benchmarks of `sync_bench.ts`.
 *
 * @module
 */
import type { Barrier, Condition, Event, Lock, RLock, Semaphore } from "@lanes/lanes";

/** Rounds of {@linkcode lockLoop}. */
export const ROUNDS = 7;

/** Takes and releases the lock, `count` times in each of {@linkcode ROUNDS} rounds. */
export function lockLoop(lock: Lock | RLock | Semaphore, barrier: Barrier, count: number): void {
  for (let round = 0; round < ROUNDS; round++) {
    barrier.waitSync();
    for (let i = 0; i < count; i++) {
      lock.acquireSync();
      lock.release();
    }
    barrier.waitSync();
  }
}

/** Answers each set of the first event by one of the second. */
export function eventLoop(ping: Event, pong: Event, count: number): void {
  for (let i = 0; i < count; i++) {
    ping.waitSync();
    ping.clear();
    pong.set();
  }
}

/** Answers each unit of the first semaphore by one of the second. */
export function semaphoreLoop(ping: Semaphore, pong: Semaphore, count: number): void {
  for (let i = 0; i < count; i++) {
    ping.acquireSync();
    pong.release();
  }
}

/** Passes the barrier. */
export function barrierLoop(barrier: Barrier, count: number): void {
  for (let i = 0; i < count; i++) barrier.waitSync();
}

/** Waits to be notified, and says so by notifying. */
export function conditionLoop(condition: Condition, count: number): void {
  using _held = condition.acquireSync()!;
  for (let i = 0; i < count; i++) {
    condition.notify();
    condition.waitSync();
  }
  condition.notify();
}
