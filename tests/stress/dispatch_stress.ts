/**
 * The way of tasks to real workers and of their results back, with random pauses at the atomic steps of all threads, while
 * workers end, are killed and run over their time: each task has exactly one outcome, its own, whole; the pool's counts
 * agree in the end, and the shared memory is given back.
 */
import { type AsyncResult, Pool } from "@lanes/lanes";
import { forEachBlock, lengthOf } from "../../lib/memory/arena.ts";
import { BlockKind } from "../../lib/memory/layout.ts";
import { setChaos } from "../../lib/sync/chaos.ts";
import { pause, until, within } from "../fixtures/harness.ts";
import * as tasks from "./dispatch_tasks.ts";
import { Random, stress } from "./seeded.ts";

const HANG = 60_000;
const TASKS = 250;
const ROUNDS = 12;

/** What a round has done. */
interface Report {
  operations: number;
  deaths: number;
  lost: number;
  duplicated: number;
}

/** A task, what may come of it, and what came. */
interface Sent {
  readonly number: number;
  readonly kind: string;
  readonly result: AsyncResult<unknown>;
  readonly size: number;
  /** What its outcome looks like, as `outcomeOf` says it. */
  readonly expected: RegExp;
  /** How often it may be started; `null` where it does not count. */
  readonly starts: readonly [least: number, most: number] | null;
  outcomes: number;
}

const VALUE = /^value$/;

/** Bytes of a payload: mostly few, a few above what the rings take themselves. */
function sizeOf(random: Random): number {
  const dice = random.next();
  if (dice < 0.3) return 0;
  if (dice < 0.7) return random.below(300);
  if (dice < 0.9) return random.below(20_000);
  if (dice < 0.97) return 60_000 + random.below(12_000);
  return random.below(2 ** 21);
}

/** One pool and what was sent to it. */
class Round {
  readonly starts = new Int32Array(new SharedArrayBuffer(4 * TASKS));
  readonly sent: Sent[] = [];
  deaths = 0;
  readonly #random: Random;
  readonly #pool: Pool;
  readonly #retries: number;
  /** Whether workers end at moments at which anyone's task may be running. */
  readonly #wild: boolean;

  constructor(random: Random) {
    this.#random = random;
    this.#retries = random.below(3);
    this.#wild = random.chance(0.3);
    const calm = random.chance(0.2);
    tasks.shake(random.below(2 ** 32));
    if (calm) setChaos(null);
    this.#pool = new Pool({
      processes: 1 + random.below(3),
      retries: this.#retries,
      ...(calm ? {} : { initializer: tasks.shake, initargs: [random.below(2 ** 32)] }),
    });
  }

  async run(): Promise<Report> {
    const random = this.#random;
    for (let number = 0; number < TASKS; number++) {
      this.#send(number);
      if (random.chance(0.05)) await pause(random.below(4));
      if (random.chance(0.01)) this.#block();
      if (random.chance(0.02)) await within(HANG, this.sent[random.below(this.sent.length)]!.result.wait());
    }
    for (const { result, number, kind } of this.sent) {
      await within(HANG, result.wait()).catch(() => {
        throw new Error(`Task ${number} (${kind}) is lost: ${JSON.stringify(this.#pool.stats())}`);
      });
    }
    // What comes twice may come late.
    await pause(5);
    await this.#check();
    await this.#end();
    setChaos(null);
    return { operations: TASKS, deaths: this.deaths, lost: 0, duplicated: 0 };
  }

  /** Waits for a result with this thread blocked. */
  #block(): void {
    const { result, kind } = this.#random.pick(this.sent);
    if (kind !== "closure") result.waitSync({ timeout: 20 });
  }

  #send(number: number): void {
    const random = this.#random;
    const retries = this.#retries;
    const size = sizeOf(random);
    const work: tasks.Work = { number, starts: this.starts, size, ms: random.below(3) };
    const body = tasks.bodyOf(number, sizeOf(random));
    const dice = random.next();
    const died = (code: number): RegExp => new RegExp(`^WorkerDiedError ${code}$`);
    if (dice < 0.45) return this.#apply("answer", work, { fn: tasks.answer, args: [work, body] });
    if (dice < 0.6) return this.#apply("answerLater", work, { fn: tasks.answerLater, args: [work, body] });
    if (dice < 0.75) {
      const text = "x".repeat(random.below(50));
      return this.#apply("plain", work, { fn: tasks.plain, args: [number, text], starts: null });
    }
    if (dice < 0.8) {
      return this.#apply("refuse", work, { fn: tasks.refuse, args: [work, body], expected: /^RangeError$/ });
    }
    if (dice < 0.83) {
      const { buffer } = body;
      const args = [work, new Uint8Array(buffer)];
      return this.#apply("transfer", work, { fn: tasks.answer, args, transfer: [buffer] });
    }
    if (dice < 0.85) {
      return this.#apply("closure", work, { fn: (x: number) => x + number, args: [1], starts: null });
    }
    if (dice < 0.93) return this.#cancelled(work, body);
    if (dice < 0.95) {
      this.deaths += 1;
      // Another's end may take the first try away before it has begun; then the second one is the one that dies.
      const survived = this.#wild ? /^(value|WorkerDiedError 3)$/ : VALUE;
      const expected = retries > 0 ? survived : died(3);
      const starts = retries > 0 ? [2, 1 + retries] as const : [1, 1] as const;
      return this.#apply("dieOnce", work, { fn: tasks.dieOnce, args: [work, body], expected, starts });
    }
    if (dice < 0.96) {
      this.deaths += 1 + retries;
      const starts = [1 + retries, 1 + retries] as const;
      return this.#apply("die", work, { fn: tasks.die, args: [work], expected: died(4), starts });
    }
    if (dice < 0.985) {
      this.deaths += 1;
      const [fn, timeout] = [random.pick([tasks.spin, tasks.wait]), random.below(20)];
      const starts = [0, 1 + retries] as const;
      return this.#apply("timeout", work, { fn, args: [work], expected: /^TimeoutError$/, starts, timeout });
    }
    if (!this.#wild) return this.#apply("answer", work, { fn: tasks.answer, args: [work, body] });
    this.deaths += 1;
    this.#apply("dieAfterwards", work, { fn: tasks.dieAfterwards, args: [work, body] });
  }

  /** A task that is cancelled at a random moment, perhaps when it is done. */
  #cancelled(work: tasks.Work, body: Uint8Array): void {
    const random = this.#random;
    const fn = random.pick<(work: tasks.Work, body: Uint8Array) => unknown>([
      tasks.answer,
      tasks.answerLater,
      tasks.spin,
      tasks.wait,
    ]);
    const endless = fn === tasks.spin || fn === tasks.wait;
    const expected = endless ? /^CancelledError$/ : /^(CancelledError|value)$/;
    const starts = [0, 1 + this.#retries] as const;
    this.#apply("cancelled", work, { fn, args: [work, body], expected, starts });
    const sent = this.sent.at(-1)!;
    const cancel = (): void => {
      if (sent.result.cancel()) this.deaths += Atomics.load(this.starts, sent.number) > 0 ? 1 : 0;
    };
    const dice = random.next();
    if (dice < 0.3) cancel();
    else if (dice < 0.4) queueMicrotask(cancel);
    else setTimeout(cancel, random.below(15));
  }

  #apply(
    kind: string,
    { number, size }: tasks.Work,
    { fn, args, expected = VALUE, starts = [1, 1], timeout, transfer }: {
      fn: (...args: never[]) => unknown;
      args: readonly unknown[];
      expected?: RegExp;
      starts?: readonly [number, number] | null;
      timeout?: number;
      transfer?: readonly Transferable[];
    },
  ): void {
    const count = (): void => {
      sent.outcomes++;
    };
    const result = this.#pool.applyAsync(fn as (...args: readonly unknown[]) => unknown, args, {
      callback: count,
      errorCallback: count,
      timeout,
      ...(transfer === undefined ? {} : { transfer }),
    });
    const sent: Sent = { number, kind, result, size, expected, starts, outcomes: 0 };
    this.sent.push(sent);
  }

  /** Each outcome against what was to be expected, and the pool's counts against the outcomes. */
  async #check(): Promise<void> {
    const wrong: string[] = [];
    let done = 0, lost = 0;
    for (const sent of this.sent) {
      const { number, kind, starts } = sent;
      const outcome = await outcomeOf(sent);
      if (outcome === "value") done++;
      const died = outcome === "WorkerDiedError 5";
      if (died) lost++;
      if (!sent.expected.test(outcome) && !(this.#wild && died)) wrong.push(`${kind} ${number}: ${outcome}`);
      if (sent.outcomes !== 1) wrong.push(`${kind} ${number} has ${sent.outcomes} outcomes`);
      const [least, most] = starts ?? [0, 0];
      const started = Atomics.load(this.starts, number);
      // Where any task may die of another's end, one may die before it was started.
      if (!this.#wild && started < least) wrong.push(`${kind} ${number} was started ${started} times`);
      if (started > (this.#wild ? Math.max(most, 1 + this.#retries) : most)) {
        wrong.push(`${kind} ${number} was started ${started} times, retries ${this.#retries}`);
      }
    }
    if (lost > this.deaths) wrong.push(`${lost} tasks died of others' deaths`);
    const expected = JSON.stringify({ queued: 0, running: 0, done, failed: TASKS - done });
    // A new worker's initializer counts as running.
    await until(() => this.#counts() === expected, HANG).catch(() => {
      wrong.push(`stats() says ${this.#counts()}, not ${expected}`);
    });
    if (wrong.length > 0) throw new Error(`${wrong.length} are wrong:\n${wrong.slice(0, 10).join("\n")}`);
  }

  #counts(): string {
    const { queued, running, done, failed } = this.#pool.stats();
    return JSON.stringify({ queued, running, done, failed });
  }

  async #end(): Promise<void> {
    if (this.#random.chance(0.5)) {
      this.#pool.close();
      await within(HANG, this.#pool.join());
    } else await within(HANG, this.#pool.terminate());
  }
}

/** "value" where it is the task's own, whole; else what went wrong. */
async function outcomeOf({ number, kind, size, result }: Sent): Promise<string> {
  try {
    const value = await result.get();
    if (kind === "plain") return new RegExp(`^${number}:x*$`).test(String(value)) ? "value" : `value ${value}`;
    if (kind === "closure") return value === number + 1 ? "value" : `value ${value}`;
    const [whose, body] = value as [number, Uint8Array];
    if (whose !== number) return `the value of ${whose}`;
    return tasks.isBody(body, number, size) ? "value" : "a damaged value";
  } catch (error) {
    if (!(error instanceof Error)) return `threw ${error}`;
    const { exitCode } = error as { exitCode?: number };
    if (error.name === "RangeError") return error.message === `refused ${number}` ? error.name : error.message;
    if (error.name === "BrokenPoolError") return Deno.inspect(error);
    return exitCode === undefined ? error.name : `${error.name} ${exitCode}`;
  }
}

/** Blocks of shared memory that are not a process's ledger, which is used again by others: their sizes. */
function blocks(): string {
  const sizes: number[] = [];
  forEachBlock(({ offset, kind }) => {
    if (kind !== BlockKind.Ledger) sizes.push(lengthOf(offset));
  });
  return sizes.sort((a, b) => a - b).join(" ");
}

if (import.meta.main) {
  // What a program has once: its bell, and the like.
  await new Round(new Random(1)).run();
  await stress("dispatch", async (random, { scale }) => {
    // A lane is given back a moment after its worker has stopped.
    await pause(1000);
    const before = blocks();
    const total: Report = { operations: 0, deaths: 0, lost: 0, duplicated: 0 };
    for (let i = Math.ceil(ROUNDS * scale); i > 0; i--) {
      const report = await new Round(random).run();
      total.operations += report.operations;
      total.deaths += report.deaths;
      await until(() => blocks() === before, 10_000).catch(() => {
        throw new Error(`Blocks of shared memory are left: before ${before}; now ${blocks()}`);
      });
    }
    const { operations, deaths, lost, duplicated } = total;
    return `${operations} operations, ${deaths} deaths, ${lost} lost, ${duplicated} duplicated`;
  });
}
