/** Four processes fill their own quarter of one array: they see the same memory. */
import { Process, SharedArray } from "@lanes/lanes";

export function fill(xs: SharedArray<"i32">, quarter: number): void {
  const length = xs.length / 4;
  xs.data.fill(quarter, quarter * length, (quarter + 1) * length);
}

export async function main(): Promise<void> {
  using xs = new SharedArray("i32", 8);
  const processes = [0, 1, 2, 3].map((quarter) => new Process({ target: fill, args: [xs, quarter] }));
  for (const p of processes) p.start();
  for (const p of processes) await p.join();
  console.log([...xs]);
}

if (import.meta.main) await main();
