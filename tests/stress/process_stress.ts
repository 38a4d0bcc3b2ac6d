/** 500 processes that return, throw, exit and are killed at random moments, some with a lock: each has its exit code. */
import { activeChildren, Lock, Process } from "@lanes/lanes";
import { pause, until, within } from "../fixtures/harness.ts";
import { Plateau, Random, stress } from "./seeded.ts";
import * as tasks from "./tasks.ts";

const PROCESSES = 500;
const ROUND = 50;
const HANG = 30_000;

/** Starts a process of a random kind; gives it with the exit codes that it may have. */
function start(random: Random): [Process, (number | null)[]] {
  const dice = random.next();
  const make = (target: (...args: never[]) => unknown, args: unknown[] = []) =>
    new Process({ target: target as () => unknown, args: args as [] }) as Process;
  if (dice < 0.4) return [make(tasks.twice, [random.below(100)]), [0]];
  if (dice < 0.5) return [make(tasks.twiceLater, [1, random.below(30)]), [0]];
  if (dice < 0.6) return [make(tasks.leave, [42]), [42]];
  return [make(random.pick([tasks.spin, tasks.never, tasks.block])), random.chance(0.5) ? [-15] : [-9]];
}

async function one(random: Random): Promise<void> {
  const [process, codes] = start(random);
  process.start();
  process.result.catch(() => {});
  if (codes[0]! < 0) {
    if (random.chance(0.8)) await pause(random.below(120));
    if (codes[0] === -15) process.terminate();
    else process.kill();
  }
  await within(HANG, process.join());
  if (!codes.includes(process.exitCode)) throw new Error(`Exit code ${process.exitCode}, expected ${codes}`);
  process.close();
}

/** A process that is killed with a lock in its hands: the next one gets it, with the mark of its fate. */
async function hoarder(): Promise<void> {
  const lock = new Lock();
  const cells = new Int32Array(new SharedArrayBuffer(4));
  const process = new Process({ target: tasks.hoard, args: [lock, cells] });
  process.start();
  process.result.catch(() => {});
  await until(() => Atomics.load(cells, 0) === 1);
  const waiting = lock.acquire({ timeout: 10_000 });
  process.kill();
  const guard = await within(HANG, waiting);
  if (guard?.abandoned !== true) throw new Error("The lock of a dead process was not handed on as abandoned");
  guard[Symbol.dispose]();
  await within(HANG, process.join());
}

if (import.meta.main) {
  await stress("process", async (random, { scale }) => {
    const plateau = new Plateau();
    const count = Math.ceil(PROCESSES * scale);
    for (let done = 0; done < count; done += ROUND) {
      const size = Math.min(ROUND, count - done);
      const width = 1 + random.below(6);
      // One plan each: which comes first does not change them.
      const plans = Array.from({ length: size }, () => new Random(random.below(2 ** 32)));
      const lines = Array.from({ length: width }, async () => {
        for (let plan = plans.pop(); plan; plan = plans.pop()) await one(plan);
      });
      await Promise.all(lines);
      await hoarder();
      if (activeChildren().length > 0) throw new Error(`${activeChildren().length} processes are left`);
      await plateau.sample();
    }
    return `${count} processes, ${plateau.check()}`;
  });
}
