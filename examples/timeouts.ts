/** A task past its time is really stopped, even in an endless loop, and the pool goes on. */
import { Pool, TimeoutError } from "@lanes/lanes";

export function spin(): never {
  while (true);
}

export function double(x: number): number {
  return 2 * x;
}

export async function main(): Promise<void> {
  await using pool = new Pool(2);
  try {
    await pool.apply(spin, [], { timeout: 200 });
  } catch (error) {
    console.log("Stopped:", error instanceof TimeoutError);
  }
  try {
    await pool.apply(spin, [], { signal: AbortSignal.timeout(200) });
  } catch (error) {
    console.log("Aborted:", error instanceof DOMException && error.name);
  }
  console.log("Still working:", await pool.map(double, [1, 2, 3]));
}

if (import.meta.main) await main();
