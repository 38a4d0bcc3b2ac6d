/** 100,000 tasks on pools whose workers die, hang and are aborted at random: each task has exactly its own outcome. */
import { Pool } from "@lanes/lanes";
import { pause, within } from "../fixtures/harness.ts";
import { outcomeOf } from "../fixtures/outcome.ts";
import { Plateau, type Random, stress } from "./seeded.ts";
import * as tasks from "./tasks.ts";

const TASKS = 100_000;
const ROUND = 5_000;
/** Milliseconds in which a round has to be over. */
const HANG = 120_000;

/** Sends one task; resolves to what is wrong with its outcome, or nothing. */
async function one(pool: Pool, random: Random, x: number): Promise<string | undefined> {
  const [promise, expected] = send(pool, random, x);
  const outcome = await outcomeOf(promise);
  return expected.test(outcome) ? undefined : `task ${x}: ${outcome}, expected ${expected}`;
}

function send(pool: Pool, random: Random, x: number): [Promise<unknown>, RegExp] {
  const dice = random.next();
  if (dice < 0.93) return [pool.apply(tasks.twice, [x]), new RegExp(`^value ${2 * x}$`)];
  if (dice < 0.95) return [pool.apply(tasks.twiceLater, [x, random.below(4)]), new RegExp(`^value ${2 * x}$`)];
  if (dice < 0.97) return [pool.apply(tasks.refuse, [x]), new RegExp(`^RangeError: refused ${x}$`)];
  if (dice < 0.98) {
    const xs = new Float64Array(random.below(20_000)).fill(2);
    return [pool.apply(tasks.total, [xs]), new RegExp(`^value ${2 * xs.length}$`)];
  }
  if (dice < 0.99) return [pool.apply((y: number) => y + x, [1]), new RegExp(`^value ${x + 1}$`)];
  if (dice < 0.998) return [pool.map(tasks.twice, [x, x + 1, x + 2]), new RegExp(`^value \\[${2 * x},${2 * x + 2},`)];
  if (dice < 0.9984) return [pool.apply(tasks.leave, [7]), /^WorkerDiedError 7:/];
  if (dice < 0.9988) return [pool.apply(tasks.spin, [], { timeout: 1 + random.below(30) }), /^TimeoutError:/];
  if (dice < 0.9992) return [pool.apply(tasks.block, [], { timeout: 1 + random.below(30) }), /^TimeoutError:/];
  const signal = AbortSignal.timeout(random.below(60));
  return [pool.apply(random.chance(0.5) ? tasks.spin : tasks.never, [], { signal }), /^TimeoutError:/];
}

async function round(random: Random, count: number, first: number): Promise<void> {
  const pool = new Pool(1 + random.below(3));
  const wrong: string[] = [];
  let under: Promise<unknown>[] = [];
  for (let i = 0; i < count; i++) {
    under.push(
      one(pool, random, first + i).then((text) => {
        if (text) wrong.push(text);
      }),
    );
    if (under.length < 1000) continue;
    await within(HANG, Promise.all(under));
    under = [];
    if (random.chance(0.2)) await pause(random.below(20));
  }
  await within(HANG, Promise.all(under));
  if (wrong.length) throw new Error(`${wrong.length} tasks went wrong:\n${wrong.slice(0, 10).join("\n")}`);
  if (random.chance(0.5)) {
    pool.close();
    await within(HANG, pool.join());
  } else await within(HANG, pool.terminate());
}

if (import.meta.main) {
  await stress("pool", async (random, { scale }) => {
    const plateau = new Plateau();
    const count = Math.ceil(TASKS * scale);
    for (let done = 0; done < count; done += ROUND) {
      await round(random, Math.min(ROUND, count - done), done);
      await plateau.sample();
    }
    return `${count} tasks, ${plateau.check()}`;
  });
}
