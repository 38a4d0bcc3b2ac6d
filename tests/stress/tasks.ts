/** What the workers of the stress programs run. This module imports nothing but types. */
import type { Lock } from "@lanes/lanes";

export function twice(x: number): number {
  return 2 * x;
}

export async function twiceLater(x: number, ms: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return 2 * x;
}

export function refuse(x: number): never {
  throw new RangeError(`refused ${x}`);
}

export function leave(code: number): never {
  Deno.exit(code);
}

export function spin(): never {
  while (true);
}

export async function never(): Promise<never> {
  return await new Promise(() => {});
}

export function block(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Sums what it gets: a payload of any size. */
export function total(xs: Float64Array): number {
  let sum = 0;
  for (const x of xs) sum += x;
  return sum;
}

/** Takes the lock and never gives it back. */
export async function hoard(lock: Lock, cells: Int32Array): Promise<never> {
  await lock.acquire();
  Atomics.store(cells, 0, 1);
  return await new Promise(() => {});
}
