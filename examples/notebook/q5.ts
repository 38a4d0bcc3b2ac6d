/** Question 5: a pool of three workers squares a list. */
import { Pool } from "@lanes/lanes";

export function square(x: number): number {
  return x * x;
}

export async function main(): Promise<void> {
  await using p = new Pool(3);
  const result = await p.map(square, [1, 2, 3, 4, 5]);
  console.log("Result:", result);
}

if (import.meta.main) await main();
