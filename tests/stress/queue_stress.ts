/**
 * Producers and consumers of one queue, and talkers and listeners of pipes,
 * paused at their atomic steps and killed at random. Every item that was put is
 * got, once, whole and in its producer's order; a killed consumer takes at most
 * the one item with it that it was taking, and no end of file is missed.
 */
import { Process } from "@lanes/lanes/process";
import { type Connection, Pipe, Queue } from "@lanes/lanes/queues";
import { pause, within } from "../fixtures/harness.ts";
import { Plateau, type Random, stress } from "./seeded.ts";
import * as tasks from "./queue_tasks.ts";

const ROUNDS = 12;
const PRODUCERS = 6;
const ITEMS = 4000;
/** Milliseconds in which a round has to be over. */
const HANG = 120_000;

/** What all rounds came to. */
interface Tally {
  operations: number;
  deaths: number;
  lost: number;
  taken: number;
  doubled: number;
}

function words(count: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(count * 4));
}

async function queueRound(random: Random, tally: Tally): Promise<void> {
  const queue = new Queue<tasks.Item>(random.pick([0, 1, 7, 100]), { capacity: random.pick([256, 4096, 65536]) });
  const put = words(PRODUCERS);
  const ledger = { got: words(PRODUCERS * ITEMS), width: ITEMS, wrong: words(2) };
  const producers = Array.from({ length: PRODUCERS / 2 }, (_, i) => producer(i));
  const consumers = [1, 2].map(() => consumer());

  function producer(id: number): Process<never, unknown> {
    const plan = { producer: id, count: ITEMS, seed: random.below(2 ** 31), cells: put };
    const process = new Process({ target: tasks.produce, args: [queue, plan] });
    process.start();
    return process as never;
  }

  function consumer(): Process<never, unknown> {
    const process = new Process({ target: tasks.consume, args: [queue, ledger, random.below(2 ** 31)] });
    process.start();
    return process as never;
  }

  let killedConsumers = 0;
  for (let id = PRODUCERS / 2; id < PRODUCERS; id++) {
    await pause(20 + random.below(80));
    if (random.chance(0.7)) {
      kill(random.pick(producers), tally);
      producers.push(producer(id));
    }
    if (random.chance(0.7)) {
      const index = random.below(consumers.length);
      if (kill(consumers[index]!, tally)) killedConsumers++;
      consumers[index] = consumer();
    }
  }
  for (const process of producers) await within(HANG, process.join());
  queue.shutdown();
  for (const process of consumers) await within(HANG, process.join());
  settle(put, ledger, killedConsumers, tally);
}

function kill(process: Process<never, unknown>, tally: Tally): boolean {
  if (process.exitCode !== null) return false;
  process.kill();
  process.result.catch(() => {});
  tally.deaths++;
  return true;
}

function settle(put: Int32Array, ledger: tasks.Ledger, killedConsumers: number, tally: Tally): void {
  let missing = 0;
  for (let producer = 0; producer < PRODUCERS; producer++) {
    for (let number = 0; number < ITEMS; number++) {
      const got = ledger.got[producer * ITEMS + number]!;
      if (got > 1) tally.doubled++;
      // Its put had returned: it must have been got.
      if (got === 0 && number < put[producer]!) missing++;
      if (got === 1) tally.operations++;
    }
  }
  // A consumer that is killed between taking an item and noting it takes that one with it.
  tally.taken += Math.min(missing, killedConsumers);
  tally.lost += Math.max(0, missing - killedConsumers);
  const [damaged, disordered] = ledger.wrong;
  if (damaged !== 0 || disordered !== 0) {
    throw new Error(`${damaged} items were damaged, ${disordered} out of order`);
  }
}

async function pipeRound(random: Random, tally: Tally): Promise<void> {
  const [reader, writer] = Pipe<number | string>(random.chance(0.5));
  const ends: Connection<number | string>[] = [reader, writer];
  const listener = new Process({ target: tasks.listen, args: [reader, random.below(2 ** 31)] });
  const talker = new Process({ target: tasks.chatter, args: [writer, random.below(2 ** 31)] });
  listener.start();
  talker.start();
  for (const end of ends) end.close();
  await pause(random.below(150));
  if (random.chance(0.7)) {
    kill(talker as never, tally);
    const heard = await within(HANG, listener.result);
    if (heard < 0) throw new Error("A listener heard something else than what was said");
    tally.operations += heard;
  } else {
    kill(listener as never, tally);
    await within(HANG, talker.result);
  }
  await within(HANG, Promise.all([talker.join(), listener.join()]));
}

if (import.meta.main) {
  await stress("queue", async (random, { scale }) => {
    const plateau = new Plateau();
    const tally: Tally = { operations: 0, deaths: 0, lost: 0, taken: 0, doubled: 0 };
    for (let round = 0; round < Math.ceil(ROUNDS * scale); round++) {
      await queueRound(random, tally);
      for (let i = 0; i < 3; i++) await pipeRound(random, tally);
      await plateau.sample();
    }
    const { operations, deaths, lost, taken, doubled } = tally;
    if (lost > 0 || doubled > 0) throw new Error(`${lost} items lost, ${doubled} doubled`);
    return `${operations} items, ${deaths} deaths, ${lost} lost, ${taken} died with their consumer, ${doubled} doubled, ${plateau.check()}`;
  });
}
