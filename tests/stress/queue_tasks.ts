/** What the workers of `queue_stress.ts` run. */
import { ClosedError, type Connection, EOFError, type Queue } from "@lanes/lanes/queues";
import { setChaos } from "../../lib/sync/chaos.ts";
import { Random } from "./seeded.ts";

/** An item: who put it, its number there, and something of its size. */
export type Item = [producer: number, number: number, body: Uint8Array | string | null];

/** Pauses at one in so many atomic steps, for so many microseconds at most. */
function shake(random: Random): void {
  setChaos(() => {
    if (!random.chance(0.02)) return;
    const end = performance.now() + random.next() * 0.05;
    while (performance.now() < end);
  });
}

function bodyOf(random: Random): Item[2] {
  const dice = random.next();
  if (dice < 0.6) return null;
  if (dice < 0.85) return "x".repeat(random.below(200));
  if (dice < 0.99) return new Uint8Array(random.below(5000)).fill(7);
  return new Uint8Array(random.below(200_000)).fill(7);
}

function isWhole(body: Item[2]): boolean {
  if (body === null) return true;
  return typeof body === "string" ? /^x*$/.test(body) : body.every((byte) => byte === 7);
}

/** Puts items until it is killed or `count` are in; `cells[producer]` is how many have surely been put. */
export async function produce(
  queue: Queue<Item>,
  { producer, count, seed, cells }: { producer: number; count: number; seed: number; cells: Int32Array },
): Promise<void> {
  const random = new Random(seed);
  shake(random);
  for (let number = 0; number < count; number++) {
    const item: Item = [producer, number, bodyOf(random)];
    if (random.chance(0.8)) queue.putSync(item);
    else await queue.put(item);
    Atomics.store(cells, producer, number + 1);
  }
}

/** Where a consumer notes what it got: one word an item, one row a producer. */
export interface Ledger {
  /** How often each item was got. */
  got: Int32Array;
  /** Items of one producer at most. */
  width: number;
  /** Word 0: items that were damaged, word 1: items out of order. */
  wrong: Int32Array;
}

/** Gets items until the queue is shut down and empty. */
export async function consume(queue: Queue<Item>, ledger: Ledger, seed: number): Promise<void> {
  const random = new Random(seed);
  shake(random);
  const last = new Map<number, number>();
  while (true) {
    let item: Item;
    try {
      item = random.chance(0.8) ? queue.getSync() : await queue.get();
    } catch (error) {
      if ((error as Error).name === "QueueShutDown") return;
      throw error;
    }
    const [producer, number, body] = item;
    Atomics.add(ledger.got, producer * ledger.width + number, 1);
    if (!isWhole(body)) Atomics.add(ledger.wrong, 0, 1);
    if (number <= (last.get(producer) ?? -1)) Atomics.add(ledger.wrong, 1, 1);
    last.set(producer, number);
  }
}

/** Sends numbers until it is killed or the other end is gone, which it returns. */
export function chatter(connection: Connection<number | string>, seed: number): "gone" {
  const random = new Random(seed);
  shake(random);
  for (let i = 0;; i++) {
    try {
      connection.sendSync(random.chance(0.99) ? i : `${i}`.padEnd(random.below(20_000)));
    } catch (error) {
      if (error instanceof ClosedError) return "gone";
      throw error;
    }
  }
}

/** Receives until the end of file; what was received is to be 0, 1, 2 …: returns how many, or -1. */
export function listen(connection: Connection<number | string>, seed: number): number {
  shake(new Random(seed));
  for (let next = 0;; next++) {
    try {
      if (Number.parseInt(`${connection.recvSync()}`) !== next) return -1;
    } catch (error) {
      if (error instanceof EOFError) return next;
      throw error;
    }
  }
}
