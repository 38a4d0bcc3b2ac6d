/** Question 3: a process that prints, and a main program that waits for it. */
import { Process } from "@lanes/lanes";

export function worker(): void {
  console.log("Worker process");
}

export async function main(): Promise<void> {
  const p = new Process({ target: worker });
  p.start();
  await p.join();
  console.log("Main process");
}

if (import.meta.main) await main();
