/** An endless input through a pool: results as they come, never more than a few items ahead. */
import { Pool } from "@lanes/lanes";

export function isPrime(n: number): [number, boolean] {
  for (let i = 2; i * i <= n; i++) if (n % i === 0) return [n, false];
  return [n, n > 1];
}

export function* numbersFrom(n: number): Generator<number> {
  while (true) yield n++;
}

export async function main(): Promise<void> {
  await using pool = new Pool(2);
  const primes: number[] = [];
  for await (const [n, prime] of pool.imap(isPrime, numbersFrom(1_000_000_000), { chunksize: 4 })) {
    if (prime) primes.push(n);
    if (primes.length === 3) break; // closes the input
  }
  console.log(primes);
}

if (import.meta.main) await main();
