/** Four processes count in one value: with a lock, and with an atomic addition. */
import { Lock, Process, SharedValue } from "@lanes/lanes";

export function count(total: SharedValue<"i32">, lock: Lock): void {
  for (let i = 0; i < 1000; i++) {
    using _ = lock.acquireSync();
    total.value += 1; // read, add, write: only one process at a time is in here
  }
}

export function countAtomically(total: SharedValue<"i32">): void {
  for (let i = 0; i < 1000; i++) total.add(1);
}

export async function main(): Promise<void> {
  const lock = new Lock();
  using total = new SharedValue("i32");
  const processes = [
    new Process({ target: count, args: [total, lock] }),
    new Process({ target: count, args: [total, lock] }),
  ];
  for (const p of processes) p.start();
  for (const p of processes) await p.join();
  console.log("With a lock:", total.value);

  total.value = 0;
  const atomic = [1, 2].map(() => new Process({ target: countAtomically, args: [total] }));
  for (const p of atomic) p.start();
  for (const p of atomic) await p.join();
  console.log("Atomically:", total.value);
}

if (import.meta.main) await main();
