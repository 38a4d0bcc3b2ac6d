/**
 * The rows of the table fault × outcome: what is done to a pool of two workers, and what has to come of it. Each runs in
 * a program of its own (`one.ts`), which has to end by itself.
 */
import { type AsyncResult, Lock, Pool, type PoolOptions } from "@lanes/lanes";
import { pause, until, words } from "../fixtures/harness.ts";
import * as faults from "../fixtures/faults.ts";
import { outcomeOf } from "../fixtures/outcome.ts";
import * as own from "./tasks.ts";
import { square } from "../fixtures/tasks.ts";

/** What came of the bad task and of the pool: texts, so that they can cross from program to program. */
export interface Outcome {
  /** The name of the error of the bad task, or `value` and the value. */
  task: string;
  /** How many of the other tasks, sent before and after it, gave their results. */
  others: string;
  /** Whether the pool works afterwards. */
  after: string;
  /** Milliseconds from the fault to its outcome. */
  ms: number;
}

/** One fault. */
export interface Row {
  name: string;
  /** What `task`, `others` and `after` have to be. */
  expect: { task: RegExp; others?: string; after?: RegExp };
  /** The code with which the program ends; 0 unless told. */
  code?: number;
  /** Where it makes sense, if not with both isolations. */
  only?: "worker" | "process";
  /** Sent to the program once it says that it is ready. */
  signal?: Deno.Signal;
  run(options: PoolOptions): Promise<Outcome>;
}

const OTHERS = 10;

async function countGood(others: readonly Promise<unknown>[]): Promise<string> {
  const settled = await Promise.allSettled(others);
  return `${settled.filter(({ status }) => status === "fulfilled").length} of ${others.length}`;
}

/** Words that the workers share; with isolation "process", where nothing is shared, each gets a copy. */
function cellsFor(isolation: PoolOptions["isolation"]): Int32Array {
  return isolation === "process" ? new Int32Array(4) : words();
}

/** Resolves once a task has written word 0; where that cannot be seen, after some time. */
async function begun(cells: Int32Array, tasks = 1): Promise<void> {
  if (cells.buffer instanceof SharedArrayBuffer) await until(() => Atomics.load(cells, 0) >= tasks);
  else await pause(500);
}

async function works(pool: Pool): Promise<string> {
  return await outcomeOf(pool.map(square, [1, 2, 3])) === "value [1,4,9]" ? "works" : "broken";
}

/** What sends the bad task. */
type Bad = (pool: Pool, cells: Int32Array) => PromiseLike<unknown>;

/** The bad task among ten good ones, on a pool that is then used once more, closed and joined. */
async function among(options: PoolOptions, bad: Bad): Promise<Outcome> {
  const pool = new Pool({ processes: 2, ...options });
  await pool.map(square, [1, 2], { chunksize: 1 });
  const others = Array.from({ length: OTHERS / 2 }, (_, i) => pool.apply(square, [i]));
  const start = performance.now();
  const fault = bad(pool, cellsFor(options.isolation));
  others.push(...Array.from({ length: OTHERS / 2 }, (_, i) => pool.apply(square, [i])));
  const task = await outcomeOf(fault);
  const ms = performance.now() - start;
  const outcome = { task, others: await countGood(others), after: await works(pool), ms };
  pool.close();
  await pool.join();
  return outcome;
}

function row(name: string, task: RegExp, bad: Bad, more: Partial<Row> = {}): Row {
  return { name, expect: { task }, run: (options) => among(options, bad), ...more };
}

function callback(pool: Pool, which: "callback" | "errorCallback"): AsyncResult<unknown> {
  function failing(): never {
    throw new RangeError("callback");
  }
  return which === "callback"
    ? pool.applyAsync(square, [3], { callback: failing })
    : pool.applyAsync(faults.fail, ["task"], { errorCallback: failing });
}

async function initializer(options: PoolOptions): Promise<Outcome> {
  const start = performance.now();
  const pool = new Pool({ processes: 2, ...options, initializer: faults.fail, initargs: ["no"] });
  const all = Array.from({ length: OTHERS + 1 }, (_, i) => outcomeOf(pool.apply(square, [i])));
  const [task, ...others] = await Promise.all(all);
  const ms = performance.now() - start;
  const same = others.filter((text) => text.startsWith("BrokenPoolError")).length;
  const later = await outcomeOf(Promise.resolve().then(() => pool.apply(square, [1])));
  pool.close();
  await pool.join();
  return { task: task!, others: `${same} of ${OTHERS} likewise`, after: later.split(":")[0]!, ms };
}

/** A task that is aborted once it runs. */
async function stopped(cells: Int32Array, send: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> {
  const abort = new AbortController();
  const sent = send(abort.signal);
  sent.catch(() => {});
  await begun(cells);
  abort.abort(new DOMException("Asked for", "AbortError"));
  return await sent;
}

async function blockedInLock(pool: Pool): Promise<unknown> {
  const lock = new Lock();
  using _held = await lock.acquire();
  return await pool.apply(own.acquire, [lock], { timeout: 100 });
}

async function killedIdle(pool: Pool): Promise<unknown> {
  await pool.apply(own.dieLater, [20]);
  await pause(150);
  return await pool.apply(square, [4]);
}

async function terminated(options: PoolOptions): Promise<Outcome> {
  const pool = new Pool({ processes: 2, ...options });
  const cells = cellsFor(options.isolation);
  const all = Array.from({ length: 10_000 }, () => pool.apply(faults.awaitForever, [cells]));
  const outcomes = Promise.all(all.map(outcomeOf));
  await begun(cells);
  const start = performance.now();
  await pool.terminate();
  await pool.join();
  const ms = performance.now() - start;
  const seen = new Set((await outcomes).map((text) => text.split(":")[0]));
  const after = await outcomeOf(Promise.resolve().then(() => pool.apply(square, [1])));
  return { task: [...seen].join(" + "), others: "–", after: after.split(":")[0]!, ms };
}

/** Work that never ends by itself, until the program is interrupted. */
async function interrupted(options: PoolOptions): Promise<Outcome> {
  const pool = new Pool({ processes: 2, ...options });
  const cells = cellsFor(options.isolation);
  const all = Array.from({ length: 10 }, () => pool.apply(faults.spin, [cells]));
  await begun(cells);
  console.log("ready");
  await Promise.allSettled(all);
  return { task: "went on", others: "–", after: "–", ms: 0 };
}

export const ROWS: readonly Row[] = [
  row("uncaught error in the task", /^RangeError: boom/, (pool) => pool.apply(own.boom)),
  row("rejected promise of the task", /^Error: later/, (pool) => pool.apply(faults.failLater, ["later"])),
  row("uncaught error in a timer", /^WorkerDiedError 1:/, (pool) => pool.apply(faults.errorInTimer)),
  row("rejection that nobody handles", /^WorkerDiedError 1:/, (pool) => pool.apply(faults.unhandledRejection)),
  row("Deno.exit(3)", /^WorkerDiedError 3:/, (pool) => pool.apply(faults.exit, [3])),
  row("Deno.exit(0) in a timer", /^WorkerDiedError 0:/, (pool) => pool.apply(faults.exitLater, [0])),
  row("close()", /^WorkerDiedError|^value "no close here"/, (pool) => pool.apply(own.closeSelf)),
  row("stack overflow", /^RangeError: Maximum call stack/, (pool) => pool.apply(faults.overflow)),
  row("wasm trap", /^RuntimeError: unreachable/, (pool) => pool.apply(faults.trap)),
  row("result that cannot be cloned", /^TransportError:/, (pool) => pool.apply(faults.giveFunction)),
  row("result whose getter throws", /^(TransportError|RangeError):/, (pool) => pool.apply(faults.giveThrowingGetter)),
  row("result whose toJSON throws", /^TransportError:/, (pool) => pool.apply(faults.giveThrowingToJson)),
  row("argument that cannot be cloned", /^TransportError:/, (pool) => pool.apply(square, [Symbol("s") as never])),
  row("error that cannot be rebuilt", /^PickyError: picky about tea/, (pool) => pool.apply(faults.failPicky)),
  row("error with what cannot be cloned", /^TypeError: holds a function/, (pool) => pool.apply(faults.failUncloneable)),
  row("callback that throws", /^RangeError: callback/, (pool) => callback(pool, "callback")),
  row("error callback that throws", /^(RangeError: callback|Error: task)/, (pool) => callback(pool, "errorCallback")),
  {
    name: "initializer that throws",
    expect: { task: /^BrokenPoolError/, others: "10 of 10 likewise", after: /^BrokenPoolError$/ },
    run: initializer,
  },
  row("endless loop, timeout", /^TimeoutError/, (pool, cells) => pool.apply(faults.spin, [cells], { timeout: 100 })),
  row(
    "endless loop that catches all, abort",
    /^AbortError: Asked for/,
    (pool, cells) => stopped(cells, (signal) => pool.apply(faults.spinStubbornly, [cells], { signal })),
  ),
  row(
    "endless loop in wasm, abort",
    /^AbortError: Asked for/,
    (pool, cells) => stopped(cells, (signal) => pool.apply(faults.spinInWasm, [cells], { signal })),
  ),
  row(
    "backtracking regular expression, timeout",
    /^TimeoutError/,
    (pool, cells) => pool.apply(faults.spinInRegExp, [cells], { timeout: 100 }),
  ),
  row(
    "endless await, timeout",
    /^TimeoutError/,
    (pool, cells) => pool.apply(faults.awaitForever, [cells], { timeout: 100 }),
  ),
  row("blocked in a lock, timeout", /^TimeoutError/, blockedInLock, { only: "worker" }),
  row(
    "blocked in a wait, timeout",
    /^TimeoutError/,
    (pool, cells) => pool.apply(faults.blockForever, [cells], { timeout: 100 }),
  ),
  row("worker killed while idle", /^value 16$/, killedIdle),
  row("worker killed while running", /^WorkerDiedError 9:/, (pool) => pool.apply(faults.exitLater, [9])),
  row("worker killed while returning", /^WorkerDiedError 9:/, (pool) => pool.apply(own.dieReturning)),
  row("heap exhausted at once", /^WorkerDiedError/, (pool) => pool.apply(faults.exhaustHeap)),
  row("heap exhausted slowly", /^WorkerDiedError/, (pool) => pool.apply(faults.exhaustHeapSlowly)),
  {
    name: "terminate with 10,000 queued tasks",
    expect: { task: /^PoolTerminatedError$/, others: "–", after: /^Pool(Terminated|Closed)Error$/ },
    run: terminated,
  },
  { name: "Ctrl-C", expect: { task: /^interrupted$/ }, signal: "SIGINT", code: 130, run: interrupted },
];
