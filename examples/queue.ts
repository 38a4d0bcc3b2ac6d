/** One process makes items, the main program takes them out of a queue. */
import { Process, Queue } from "@lanes/lanes";

interface Item {
  name: string;
  price: number;
}

export async function produce(queue: Queue<Item>): Promise<void> {
  await queue.put({ name: "bread", price: 3 });
  await queue.put({ name: "cheese", price: 12 });
  queue.shutdown(); // ends the reader's loop once all is read
}

export async function main(): Promise<void> {
  const queue = new Queue<Item>(10);
  await using p = new Process({ target: produce, args: [queue] });
  p.start();
  for await (const item of queue) console.log(item.name, item.price);
}

if (import.meta.main) await main();
