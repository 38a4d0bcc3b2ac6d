/** 1,000 pools, opened and ended in every way at every moment: none hangs, none leaves anything behind. */
import { Pool } from "@lanes/lanes";
import { pause, within } from "../fixtures/harness.ts";
import { outcomeOf } from "../fixtures/outcome.ts";
import { Plateau, type Random, stress } from "./seeded.ts";
import * as tasks from "./tasks.ts";

const POOLS = 1_000;
const HANG = 30_000;

async function one(random: Random): Promise<void> {
  const pool = new Pool(1 + random.below(2));
  const sent = Array.from({ length: random.below(5) }, (_, i) => {
    const busy = random.chance(0.1) ? [tasks.twiceLater, [i, random.below(20)]] as const : [tasks.twice, [i]] as const;
    return outcomeOf(pool.apply(busy[0] as (...args: number[]) => unknown, [...busy[1]]));
  });
  if (random.chance(0.1)) sent.push(outcomeOf(pool.apply(tasks.spin, [])));
  const endless = sent.length > 0 && random.chance(0.1);
  if (random.chance(0.5)) await pause(random.below(60));
  if (endless || random.chance(0.5)) await within(HANG, pool.terminate());
  else {
    pool.close();
    const joined = pool.join();
    if (random.chance(0.3)) await pause(random.below(30));
    if (random.chance(0.5)) await within(HANG, pool.terminate());
    else await within(HANG, Promise.race([joined, pause(100)]));
    await within(HANG, pool.terminate());
    await within(HANG, joined);
  }
  for (const outcome of await within(HANG, Promise.all(sent))) {
    if (!/^(value |PoolTerminatedError)/.test(outcome)) throw new Error(`A task of an ended pool: ${outcome}`);
  }
}

if (import.meta.main) {
  await stress("pools", async (random, { scale }) => {
    const plateau = new Plateau();
    const count = Math.ceil(POOLS * scale);
    for (let i = 0; i < count; i++) {
      await one(random);
      if (i % Math.ceil(count / 10) === 0) await plateau.sample();
    }
    await plateau.sample();
    return `${count} pools, ${plateau.check()}`;
  });
}
