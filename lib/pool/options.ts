import type { Progress } from "../base/bar.ts";
import { checkFunction, checkInteger, checkString, checkTimeout, quoted } from "../base/check.ts";
import { cpuCount } from "../base/cpu.ts";

export type { Progress };

/** How a pool is made. */
export interface PoolOptions {
  /** How many workers. Default: `cpuCount()`. */
  readonly processes?: number | undefined;
  /** Called once in each worker before its first task. */
  // deno-lint-ignore no-explicit-any -- its arguments are whatever `initargs` holds
  readonly initializer?: ((...args: any[]) => unknown) | undefined;
  /** What `initializer` is called with. */
  readonly initargs?: readonly unknown[] | undefined;
  /** After how many tasks (chunks, of a map) a worker is replaced by a fresh one. Default: never. */
  readonly maxTasksPerChild?: number | undefined;
  /** What the names of its workers begin with. Default: "PoolWorker". */
  readonly name?: string | undefined;
  /** What its workers may do; only with isolation "process". */
  readonly permissions?: Deno.PermissionOptions | undefined;
  /** "worker", the default: threads that share memory. "process": operating-system processes. */
  readonly isolation?: "worker" | "process" | undefined;
  /** The most bytes that a worker's heap may take. */
  readonly maxHeapSize?: number | undefined;
  /** How many tasks may be waiting before `apply` waits for room and `imap` stops pulling its input. Default: no limit. */
  readonly maxQueueSize?: number | undefined;
  /** The `timeout` of tasks that have none of their own, in milliseconds. Default: none. */
  readonly taskTimeout?: number | undefined;
  /** How often a task whose worker died is run again. Default: 0. */
  readonly retries?: number | undefined;
}

/** What any submission takes. */
export interface TaskOptions {
  /** Aborted: the work rejects with `signal.reason`; what is running of it is really stopped. */
  readonly signal?: AbortSignal | undefined;
  /** In milliseconds, from the start of each task (chunk, of a map); past it the task is really stopped. */
  readonly timeout?: number | undefined;
  /** Objects among the arguments that are transferred rather than copied. */
  readonly transfer?: readonly Transferable[] | undefined;
}

/** What a submission of many items takes. */
export interface MapOptions extends TaskOptions {
  /** How many items one task holds. */
  readonly chunksize?: number | undefined;
  /** `true`: draw a bar on stderr where it is a terminal. A function: called as items get done. */
  readonly progress?: boolean | ((progress: Progress) => void) | undefined;
}

/** What the methods that return an `AsyncResult` take besides. */
export interface Callbacks<R> {
  /** Called with the result, before the `AsyncResult` is ready. */
  readonly callback?: ((result: R) => void) | undefined;
  /** Called with the error, before the `AsyncResult` is ready. */
  readonly errorCallback?: ((error: unknown) => void) | undefined;
}

/** What a pool has done, and is doing. */
export interface PoolStats {
  /** Tasks that wait for a worker. */
  readonly queued: number;
  /** Tasks that are with a worker. */
  readonly running: number;
  /** Tasks that succeeded. */
  readonly done: number;
  /** Tasks that failed. */
  readonly failed: number;
  /** The workers that live. */
  readonly workers: readonly WorkerStats[];
  /** Workers that were started to replace one that died, was killed or had done its share. */
  readonly restarts: number;
  /** Workers that were ended and whose thread has not stopped yet. */
  readonly zombies: number;
  /** Milliseconds from submission to result, over the last tasks. */
  readonly latency: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };
}

/** What one worker of a pool has done. */
export interface WorkerStats {
  /** Its pid. */
  readonly pid: number;
  /** Its name. */
  readonly name: string;
  /** Tasks that it has answered. */
  readonly tasks: number;
  /** Milliseconds that it spent in tasks. */
  readonly busy: number;
}

/** Checks what a submission takes, so that a wrong option is an error at the call. */
export function checkTask(options: TaskOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`Expected the options of a task, got ${quoted(options)}`);
  }
  checkTimeout(options.timeout);
  const { signal, transfer } = options;
  if (signal !== undefined && signal !== null && !(signal instanceof AbortSignal)) {
    throw new TypeError(`Expected "signal" to be an AbortSignal, got ${quoted(signal)}`);
  }
  if (transfer !== undefined && transfer !== null && !Array.isArray(transfer)) {
    throw new TypeError(`Expected "transfer" to be an array, got ${quoted(transfer)}`);
  }
}

/** A pool's options with every default filled in. */
export interface Settings extends PoolOptions {
  readonly processes: number;
  readonly initargs: readonly unknown[];
  readonly maxTasksPerChild: number;
  readonly name: string;
  readonly isolation: "worker" | "process";
  readonly maxQueueSize: number;
  readonly taskTimeout: number;
  readonly retries: number;
}

/** Checks what a pool is made with and fills in the defaults. */
export function settle(given: number | PoolOptions | undefined): Settings {
  const options: PoolOptions = typeof given === "number" || given === undefined || given === null
    ? { processes: given ?? undefined }
    : given;
  if (typeof options !== "object") {
    throw new TypeError(`Expected a number of processes or the options of a Pool, got ${quoted(given)}`);
  }
  const processes = options.processes ?? cpuCount();
  checkInteger("processes", processes, 1);
  const { initializer, initargs = [], maxTasksPerChild, name = "PoolWorker", isolation = "worker" } = options;
  if (initializer !== undefined && initializer !== null) checkFunction("initializer", initializer);
  if (typeof (initargs as Iterable<unknown>)?.[Symbol.iterator] !== "function") {
    throw new TypeError(`Expected "initargs" to be an array, got ${quoted(initargs)}`);
  }
  if (maxTasksPerChild !== undefined && maxTasksPerChild !== null) {
    checkInteger("maxTasksPerChild", maxTasksPerChild, 1);
  }
  checkString("name", name);
  if (isolation !== "worker" && isolation !== "process") {
    throw new TypeError(`Expected "isolation" to be "worker" or "process", got ${quoted(isolation)}`);
  }
  const { taskTimeout } = options;
  if (taskTimeout !== undefined && checkTimeout(taskTimeout) !== taskTimeout) {
    throw new RangeError(`Expected "taskTimeout" to be at least 0 ms, got ${taskTimeout}`);
  }
  if (options.maxQueueSize !== undefined) checkInteger("maxQueueSize", options.maxQueueSize, 1);
  if (options.retries !== undefined) checkInteger("retries", options.retries, 0);
  return {
    ...options,
    processes,
    initargs: [...initargs],
    maxTasksPerChild: maxTasksPerChild ?? Infinity,
    name,
    isolation,
    maxQueueSize: options.maxQueueSize ?? Infinity,
    taskTimeout: checkTimeout(taskTimeout),
    retries: options.retries ?? 0,
  };
}
