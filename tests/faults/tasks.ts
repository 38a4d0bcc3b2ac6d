/** What the faults do in a worker that tests/fixtures/faults.ts does not have. */
import type { Lock } from "@lanes/lanes";

export function boom(): never {
  throw new RangeError("boom");
}

export async function acquire(lock: Lock): Promise<void> {
  using _guard = await lock.acquire();
}

/** Returns, and ends its worker a little later. */
export function dieLater(ms: number): void {
  setTimeout(() => Deno.exit(9), ms);
}

/** A result whose getter ends the worker that encodes it. */
export function dieReturning(): unknown {
  return {
    get trap(): number {
      return Deno.exit(9);
    },
  };
}

/** `close()`, where the worker has one. */
export async function closeSelf(): Promise<string> {
  const { close } = globalThis as { close?: () => void };
  if (typeof close !== "function") return "no close here";
  close();
  return await new Promise(() => {});
}
