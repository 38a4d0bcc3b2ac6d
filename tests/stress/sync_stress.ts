/**
 * Locks, semaphores, events, conditions and barriers under random load, with random pauses at the atomic steps, while
 * random processes are killed: nobody is ever let in twice, nothing waits for the dead, no wake-up and no item is lost.
 */
import { Barrier, Condition, Event, Lock, Process, RLock, Semaphore } from "@lanes/lanes";
import { pause, until, within } from "../fixtures/harness.ts";
import { type Random, stress } from "./seeded.ts";
import * as tasks from "./sync_tasks.ts";

const HANG = 60_000;

/** What a scenario has done. */
interface Report {
  operations: number;
  deaths: number;
  lost: number;
  duplicated: number;
}

function cellsOf(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer((tasks.ITEMS + tasks.MOST_ITEMS) * 4));
}

function start<A extends readonly unknown[], R>(target: (...args: A) => R, ...args: A): Process<A, R> {
  const process = new Process<A, R>({ target, args });
  process.start();
  process.result.catch(() => {});
  return process;
}

/** The processes of a scenario: one that is killed has a successor. */
class Crew {
  deaths = 0;
  readonly #members: { kill(): void; join(): Promise<void>; exitCode: number | null }[] = [];
  readonly #make: () => Process<readonly never[], unknown>;
  readonly #random: Random;

  constructor(random: Random, size: number, make: () => unknown) {
    this.#random = random;
    this.#make = make as never;
    for (let i = 0; i < size; i++) this.#members.push(this.#make());
  }

  /** Kills a random one, which another takes the place of. */
  async replaceOne(): Promise<void> {
    const place = this.#random.below(this.#members.length);
    const victim = this.#members[place]!;
    victim.kill();
    this.deaths++;
    this.#members[place] = this.#make();
    await within(HANG, victim.join());
  }

  async join(): Promise<void> {
    for (const member of this.#members) {
      await within(HANG, member.join());
      if (member.exitCode !== 0) throw new Error(`A process ended with ${member.exitCode}`);
    }
  }
}

function role(random: Random): tasks.Role {
  return { seed: random.below(2 ** 32), chaos: random.chance(0.8) };
}

/** Three processes take turns at what only one may change, while some are killed in it. */
async function exclusion(lock: Lock | RLock | Semaphore, random: Random, kills: number): Promise<Report> {
  const cells = cellsOf();
  const crew = new Crew(random, 3, () => start(tasks.exclude, lock, cells, role(random)));
  for (let i = 0; i < kills; i++) {
    const before = cells[tasks.DONE]!;
    await until(() => cells[tasks.DONE]! > before + 20, HANG);
    await pause(random.below(15));
    await crew.replaceOne();
  }
  const before = cells[tasks.DONE]!;
  await until(() => cells[tasks.DONE]! > before + 200, HANG);
  Atomics.store(cells, tasks.STOP, 1);
  await crew.join();
  if (cells[tasks.ERRORS] !== 0) throw new Error(`${cells[tasks.ERRORS]} times two were inside`);
  // Each death may come between the counter and the count of what was done.
  const off = Math.abs(cells[tasks.DONE]! - cells[tasks.COUNTER]!);
  if (off > kills) throw new Error(`Did ${cells[tasks.DONE]} and counted ${cells[tasks.COUNTER]}`);
  if (cells[tasks.ABANDONED]! > kills) throw new Error(`${cells[tasks.ABANDONED]} abandoned, ${kills} killed`);
  const last = await within(HANG, lock.acquire());
  if (last === null) throw new Error("Not free in the end");
  lock.release();
  return { operations: cells[tasks.DONE]!, deaths: kills, lost: 0, duplicated: 0 };
}

/** Units go from one process to others; those that are killed take at most the one that they are just getting. */
async function signals(random: Random, kills: number): Promise<Report> {
  const semaphore = new Semaphore(0);
  const cells = cellsOf();
  const count = 3000;
  const crew = new Crew(random, 2, () => start(tasks.consumeUnits, semaphore, cells, role(random)));
  const producers = [0, 1].map(() => start(tasks.produceUnits, semaphore, cells, { ...role(random), count }));
  for (let i = 0; i < kills; i++) {
    await pause(random.below(40));
    await crew.replaceOne();
  }
  for (const producer of producers) await within(HANG, producer.join());
  await until(() => semaphore.getValue() === 0, HANG);
  await pause(20);
  Atomics.store(cells, tasks.STOP, 1);
  await crew.join();
  const lost = 2 * count - cells[tasks.COUNTER]!;
  if (lost < 0 || lost > kills) throw new Error(`${lost} units of ${2 * count} lost, ${kills} killed`);
  return { operations: 2 * count, deaths: kills, lost: 0, duplicated: 0 };
}

/** A baton goes back and forth; whoever has it may be killed only where it is not lost. */
async function baton(random: Random): Promise<Report> {
  const ping = new Event(), pong = new Event();
  const cells = cellsOf();
  const other = start(tasks.answer, [ping, pong], cells, role(random));
  const rounds = 3000;
  for (let i = 0; i < rounds; i++) {
    ping.set();
    const woken = random.chance(0.1) ? await pong.wait({ timeout: HANG }) : pong.waitSync({ timeout: HANG });
    if (!woken) throw new Error(`The baton was lost in round ${i}`);
    pong.clear();
  }
  Atomics.store(cells, tasks.STOP, 1);
  await within(HANG, other.join());
  const done = await other.result;
  if (done !== rounds) throw new Error(`${done} answers to ${rounds} calls`);
  return { operations: rounds, deaths: 0, lost: 0, duplicated: 0 };
}

/** An event that is cleared as soon as it was set wakes all who wait, while one of them is killed. */
async function flashes(random: Random, kills: number): Promise<Report> {
  const event = new Event();
  const cells = cellsOf();
  const crew = new Crew(random, 3, () => start(tasks.waitRounds, event, cells, role(random)));
  const rounds = 20 + 10 * kills;
  for (let round = 1; round <= rounds; round++) {
    const dies = round % 10 === 0 && crew.deaths < kills;
    Atomics.store(cells, tasks.HEAD, 0);
    Atomics.store(cells, tasks.DONE, 0);
    Atomics.store(cells, tasks.TAIL, round);
    Atomics.notify(cells, tasks.TAIL);
    await until(() => Atomics.load(cells, tasks.HEAD) === 3, HANG);
    // A thread has counted itself just before it waits.
    await pause(30);
    if (dies) await crew.replaceOne();
    event.set();
    event.clear();
    await until(() => Atomics.load(cells, tasks.DONE) >= (dies ? 2 : 3), HANG);
    // The successor comes to the same round, after that flash.
    await until(() => {
      if (!dies) return true;
      event.set();
      event.clear();
      return Atomics.load(cells, tasks.HEAD) === 4 && Atomics.load(cells, tasks.DONE) === 3;
    }, HANG);
  }
  Atomics.store(cells, tasks.STOP, 1);
  await crew.join();
  if (cells[tasks.ERRORS] !== 0) throw new Error(`${cells[tasks.ERRORS]} waiters were not woken`);
  return { operations: 3 * rounds, deaths: crew.deaths, lost: 0, duplicated: 0 };
}

/** Items go through a buffer that a condition guards, to consumers that are killed. */
async function buffer(lock: Lock | RLock, random: Random, kills: number): Promise<Report> {
  const condition = new Condition(lock);
  const cells = cellsOf();
  const count = 1500;
  const crew = new Crew(random, 3, () => start(tasks.takeItems, condition, cells, role(random)));
  const producers = [0, 1].map(() => start(tasks.putItems, condition, cells, { ...role(random), count }));
  for (let i = 0; i < kills; i++) {
    await pause(random.below(60));
    await crew.replaceOne();
  }
  for (const producer of producers) await within(HANG, producer.join());
  await until(() => Atomics.load(cells, tasks.HEAD) === 2 * count, HANG);
  Atomics.store(cells, tasks.STOP, 1);
  await crew.join();
  let lost = 0, twice = 0;
  for (let item = 0; item < 2 * count; item++) {
    const taken = cells[tasks.ITEMS + item]!;
    if (taken === 0) lost++;
    if (taken > 1) twice++;
  }
  if (lost > 0 || twice > kills) throw new Error(`${lost} items lost, ${twice} taken twice, ${kills} killed`);
  return { operations: 2 * count, deaths: kills, lost, duplicated: 0 };
}

/** Parties pass in lockstep until one is killed: then all others fail, and none waits for ever. */
async function lockstep(random: Random): Promise<Report> {
  const parties = 2 + random.below(3);
  const barrier = new Barrier(parties);
  const cells = cellsOf();
  const members = Array.from(
    { length: parties },
    (_, me) => start(tasks.pass, barrier, cells, { ...role(random), me }),
  );
  await until(() => Atomics.load(cells, tasks.DONE) > 300 * parties, HANG);
  await pause(random.below(10));
  const victim = members.splice(random.below(parties), 1)[0]!;
  victim.kill();
  // Where it was not waiting when it died, the others now wait for one that does not come.
  await pause(30);
  const sawIt = barrier.broken;
  if (!sawIt) barrier.abort();
  for (const member of members) {
    const name = await within(HANG, member.result);
    if (name !== "BrokenBarrierError") throw new Error(`A party ended with ${name}`);
  }
  await within(HANG, victim.join());
  if (cells[tasks.ERRORS] !== 0) throw new Error(`${cells[tasks.ERRORS]} times a party was out of step`);
  return { operations: cells[tasks.DONE]!, deaths: 1, lost: 0, duplicated: 0 };
}

if (import.meta.main) {
  await stress("sync", async (random, { scale }) => {
    const kills = Math.ceil(8 * scale);
    const reports = [
      await exclusion(new Lock(), random, kills),
      await exclusion(new RLock(), random, kills),
      await exclusion(new Semaphore(1), random, kills),
      await signals(random, kills),
      await baton(random),
      await flashes(random, Math.ceil(2 * scale)),
      await buffer(new Lock(), random, kills),
      await buffer(new RLock(), random, kills),
    ];
    for (let i = 0; i < kills; i++) reports.push(await lockstep(random));
    const total = reports.reduce((sum, each) => ({
      operations: sum.operations + each.operations,
      deaths: sum.deaths + each.deaths,
      lost: sum.lost + each.lost,
      duplicated: sum.duplicated + each.duplicated,
    }));
    return `${total.operations} operations, ${total.deaths} deaths, ${total.lost} lost, ${total.duplicated} duplicated`;
  });
}
