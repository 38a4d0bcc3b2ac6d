import { checkTimeout, quoted } from "../base/check.ts";
import { TimeoutError } from "../base/errors.ts";
import { encode, type Packet } from "../channel/codec.ts";
import { JOB_END, jobDone, jobLeft, jobThreads, jobWords, runJob, type SliceJob, stopJob } from "../kernels/job.ts";
import { type ComputeOptions, isKernel, KERNEL, type Kernel, type Operand } from "../kernels/kernel.ts";
import type { Plan } from "../kernels/plan.ts";
import { parkAsync } from "../sync/park.ts";
import { bell, nextTurn } from "../worker/bell.ts";
import { Order } from "../worker/protocol.ts";

/*
 * One kernel over slices of its operands, by all workers of a pool and the calling thread:
 *
 *   kernel.plan ──> job in shared memory ──> an order to each worker ──> runJob there ──┐
 *                          └──────────────> runJob here, in bursts ─────────────────────┤
 *   plan.finish <── the last to finish a slice wakes the caller <───────────────────────┘
 *
 * Slices are claimed, not assigned. So a worker that is busy with something else costs nothing: the others do its
 * share, and its order, when it comes to it, finds the job gone.
 */

/** What submits orders to workers: the pool's dispatcher. */
export interface ComputeWorkers<T = unknown> {
  /** Gives an order to whichever worker is free first. */
  submit(submission: ComputeSubmission): T;
  /** Takes a task back, or stops the worker that runs it. */
  cancel(task: T, error: unknown): void;
  /** Takes a task back that no worker has begun; `false` when one has. */
  withdraw(task: T, error: unknown, options: { silent: boolean }): boolean;
}

/** One order. */
export interface ComputeSubmission {
  readonly order: Order;
  readonly fn: null;
  readonly payload: Packet;
  readonly index: number;
  readonly events: { value(value: unknown): void; error(error: unknown, index: number): void };
}

/** What is to be computed. */
export interface ComputeRequest {
  readonly kernel: Kernel;
  readonly operands: Operand | readonly Operand[];
  /** How many workers there are. */
  readonly workers: number;
}

/**
 * Work of fewer microseconds stays on the calling thread. Waking a worker takes the caller 60 to 120 µs, a system call to
 * another processor, and the worker 35 to 60 µs to come; half the work saved pays for that from about 200 µs on. A
 * worker that still polls is ordered in 8 µs. `bench/crossover_bench.ts` shows both, `README.md` its figures.
 */
const ALONE_US = { asleep: 200, polling: 50 } as const;
/** So long, in milliseconds, workers poll for more after an order: a job that comes later finds them asleep. */
const POLLING_MS = 0.05;
/** Alone is as long as this at most, in milliseconds, whatever was estimated: a user's kernel may be a slow one. */
const MOST_ALONE_MS = 0.4;
/** So long, in milliseconds, the calling thread works before its event loop gets a turn: timers and aborts are heard. */
const BURST_MS = 8;
/** So often the end is polled before the thread sleeps: the other threads are in their last slice, of about 20 µs. */
const POLLS = 400;
/** So long, in milliseconds, the workers of a stopped job have to end their slices. */
const GRACE_MS = 50;

/** Runs a kernel over its operands with the calling thread and the workers. */
export async function runCompute<T>(
  pool: ComputeWorkers<T>,
  request: ComputeRequest,
  options: ComputeOptions,
): Promise<unknown> {
  const { kernel, operands, workers } = request;
  if (!isKernel(kernel)) throw new TypeError(`Expected "kernel" to be a kernel, got ${quoted(kernel)}`);
  const { signal, timeout, ...rest } = options;
  const limit = checkTimeout(timeout);
  signal?.throwIfAborted();
  const plan = kernel[KERNEL].plan(Array.isArray(operands) ? operands : [operands], rest);
  try {
    if (workers < 2) runJob(plan.job, performance.now() + BURST_MS);
    else if (isForOne(plan, pool)) runJob(plan.job, performance.now() + MOST_ALONE_MS);
    if (!jobDone(plan.job)) {
      await new Computation(pool, plan, { signal, limit }).run(workers);
      lastEnds.set(pool, performance.now());
    }
    await letLoopTurn();
    return plan.finish();
  } finally {
    plan.dispose();
  }
}

/** Since when kernels have followed each other without a turn of the event loop; 0 when it has had one. */
let turnDueSince = 0;

/** Kernels that follow each other, each done when it is awaited, would keep timers, messages and signals waiting for ever. */
async function letLoopTurn(): Promise<void> {
  if (turnDueSince === 0) {
    turnDueSince = performance.now();
    setImmediate(() => turnDueSince = 0);
  } else if (performance.now() - turnDueSince > BURST_MS) await nextTurn();
}

/** When the last computation of each pool ended in which its workers took part. */
const lastEnds = new WeakMap<object, number>();

/** Whether a plan has nothing for other threads to do, or is so short that they would come too late. */
function isForOne({ cost, job }: Plan, pool: object): boolean {
  if (job.phases.every(({ slices }) => slices < 2)) return true;
  const polling = performance.now() - (lastEnds.get(pool) ?? -Infinity) < POLLING_MS;
  return cost < (polling ? ALONE_US.polling : ALONE_US.asleep);
}

/** One job that several threads work on. */
class Computation<T> {
  readonly #pool: ComputeWorkers<T>;
  readonly #job: SliceJob;
  readonly #signal: AbortSignal | undefined;
  readonly #limit: number;
  readonly #deadline: number;
  readonly #running = new Set<T>();
  #error: unknown;
  #failed = false;
  #over = false;

  constructor(pool: ComputeWorkers<T>, plan: Plan, stop: { signal: AbortSignal | undefined; limit: number }) {
    this.#pool = pool;
    this.#job = plan.job;
    this.#signal = stop.signal;
    this.#limit = stop.limit;
    this.#deadline = performance.now() + stop.limit;
  }

  /** Works until all slices are done; throws why they are not. */
  async run(workers: number): Promise<void> {
    const abort = (): void => this.#fail(this.#signal!.reason);
    this.#signal?.addEventListener("abort", abort);
    try {
      this.#order(workers);
      await this.#work();
      await this.#end();
    } finally {
      this.#signal?.removeEventListener("abort", abort);
    }
    if (!this.#failed && !jobDone(this.#job)) this.#fail(new TimeoutError("A kernel stopped before its end"));
    this.#over = true;
    // Whoever has not come by now finds nothing left to do.
    for (const task of this.#running) {
      if (this.#pool.withdraw(task, null, { silent: true })) this.#running.delete(task);
    }
    if (this.#failed) await this.#giveUp();
  }

  /** One order for each worker, but one: the calling thread takes the place of a worker. */
  #order(workers: number): void {
    // Workers that are done with what came before are known to be so once their answers are read.
    bell().poll();
    const payload = encode(this.#job, { where: "the job" });
    for (let index = 1; index < workers; index++) {
      const task = this.#pool.submit({
        order: Order.Job,
        fn: null,
        payload,
        index,
        events: {
          value: () => void this.#running.delete(task),
          error: (error) => {
            this.#running.delete(task);
            this.#fail(error);
          },
        },
      });
      this.#running.add(task);
    }
  }

  async #work(): Promise<void> {
    while (jobLeft(this.#job)) {
      const now = performance.now();
      if (now >= this.#deadline) return this.#fail(this.#late());
      runJob(this.#job, Math.min(now + BURST_MS, this.#deadline));
      if (jobLeft(this.#job)) await nextTurn();
    }
  }

  /** Waits until the other threads have ended their slices. */
  async #end(): Promise<void> {
    const words = jobWords(this.#job);
    for (let i = 0; i < POLLS && !this.#failed; i++) {
      if (Atomics.load(words, JOB_END) !== 0) return;
      Atomics.pause();
    }
    while (!this.#failed && Atomics.load(words, JOB_END) === 0) {
      const ended = await parkAsync(words, JOB_END, 0, { deadline: this.#deadline });
      if (!ended) return this.#fail(this.#late());
    }
  }

  #late(): TimeoutError {
    return new TimeoutError(`The kernel did not end within its timeout of ${this.#limit} ms`);
  }

  /** No further slice begins, and the computation rejects with `error`; the first counts. */
  #fail(error: unknown): void {
    // What comes after the end, such as the death of a worker, finds the memory freed.
    if (this.#failed || this.#over) return;
    this.#failed = true;
    this.#error = error;
    stopJob(this.#job);
    // Whoever waits for the end looks at the failure.
    Atomics.store(jobWords(this.#job), JOB_END, 1);
    Atomics.notify(jobWords(this.#job), JOB_END);
  }

  /** Lets workers out of their slices, which write into memory that is the caller's again afterwards. */
  async #giveUp(): Promise<never> {
    const patience = performance.now() + GRACE_MS;
    while (this.#running.size > 0 && jobThreads(this.#job) > 0 && performance.now() < patience) await nextTurn();
    if (jobThreads(this.#job) > 0) { for (const task of this.#running) this.#pool.cancel(task, this.#error); }
    throw this.#error;
  }
}
