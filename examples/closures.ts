/** Functions need no registration: one that captures variables takes their values along. */
import { Pool } from "@lanes/lanes";

export async function main(): Promise<void> {
  await using pool = new Pool(2);
  const factor = 10;
  function scale(x: number): number {
    return x * factor;
  }
  console.log(await pool.map((x) => scale(x) + 1, [1, 2, 3]));
}

if (import.meta.main) await main();
