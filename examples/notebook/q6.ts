/** Question 6: four processes, each with a number of its own. */
import { Process } from "@lanes/lanes";

export function printNumber(number: number): void {
  console.log(`Process ${number}: ${number}`);
}

export async function main(): Promise<void> {
  const processes = [];
  for (let i = 1; i <= 4; i++) {
    const p = new Process({ target: printNumber, args: [i] });
    processes.push(p);
    p.start();
  }
  for (const p of processes) {
    await p.join();
  }
  console.log("Main process");
}

if (import.meta.main) await main();
