import { generationOf, release, retain } from "../memory/arena.ts";
import { wordsAt } from "../memory/memory.ts";
import { isPast, sleepSync, spin, wake } from "../sync/park.ts";
import { foreignExports, type KernelExport, kernelInstance } from "./instance.ts";

/**
 * A job: calls of kernels over slices, that any number of threads work off together. It is plain data, sent to each
 * worker; the state is in shared memory. Each thread runs {@linkcode runJob}, which claims one slice after another with
 * one atomic exchange until none is left, so a thread that is slow or late takes fewer.
 *
 * A job has one or more phases. The slices of a phase may run in any order and at once; a phase starts when all slices
 * of the one before are done. Until then none of its slices is claimed: a thread that waits there holds nothing, and may
 * leave. What it waits for is always running.
 *
 * The job's control words, its copies of operands and its partial results are one block of the arena, which each
 * thread that is in the job keeps from being freed: a worker that hears of a job after its end finds the block of
 * another generation, and does nothing.
 */
export interface SliceJob {
  /** Byte offset of the control words. */
  readonly control: number;
  /** Generation of their block. */
  readonly generation: number;
  /** In the order in which they run. */
  readonly phases: readonly Phase[];
  /** The module whose functions are called; default: the library's own. */
  readonly module?: WebAssembly.Module;
}

/** One function called for each of a number of slices. */
export interface Phase {
  /** The name of the module's export. */
  readonly name: string;
  /** How many slices there are. */
  readonly slices: number;
  /** What it is called with. */
  readonly args: readonly SliceArg[];
}

/**
 * An argument as a function of the slice's number `i`: a number is the same for each; `[base, step]` is
 * `base + i * step`; `[each, total, 1]` is how many of `total` elements slice `i` has at `each` a slice.
 */
export type SliceArg = number | readonly [number, number] | readonly [number, number, 1];

/** Bytes of a job's control words. */
export const JOB_BYTES = 64;
/** Control word: the next slice to claim. */
const CLAIM = 0;
/** Control word: how many slices are done. */
const DONE = 1;
/** Control word: not 0 once no further slice is to be claimed. */
const STOP = 2;
/** Control word: how many threads are in the job. */
const INSIDE = 3;
/** Control word: 1 once all slices are done, or the job was stopped and nobody is in it; what the caller waits on. */
export const JOB_END = 4;
/** Control word: how many threads sleep until a phase starts; they wait on `DONE`. */
const SLEEPERS = 5;

function slicesOf(job: SliceJob): number {
  let slices = 0;
  for (const phase of job.phases) slices += phase.slices;
  return slices;
}

/**
 * Works on `job` until no slice is left to claim, it was stopped, or `until`, by `performance.now()`, has passed.
 * Returns how many slices this thread ran; other threads may still be in theirs ({@linkcode jobThreads}).
 *
 * @throws {WebAssembly.RuntimeError} When a kernel fails; the job is stopped then.
 */
export function runJob(job: SliceJob, until = Infinity): number {
  if (!retain(job.control, job.generation)) return 0;
  const words = wordsAt(job.control, JOB_BYTES / 4);
  Atomics.add(words, INSIDE, 1);
  try {
    return work(job, words, until);
  } catch (error) {
    stop(words);
    throw error;
  } finally {
    leave(job, words);
    release(job.control, job.generation);
  }
}

function leave(job: SliceJob, words: Int32Array<SharedArrayBuffer>): void {
  const left = Atomics.sub(words, INSIDE, 1) - 1;
  const over = Atomics.load(words, DONE) === slicesOf(job) || (left === 0 && Atomics.load(words, STOP) !== 0);
  if (over && Atomics.exchange(words, JOB_END, 1) === 0) Atomics.notify(words, JOB_END);
}

function work(job: SliceJob, words: Int32Array<SharedArrayBuffer>, until: number): number {
  const exports = job.module === undefined ? kernelInstance().exports : foreignExports(job.module);
  let ran = 0, first = 0;
  for (const phase of job.phases) {
    const call = exports[phase.name]!;
    const end = first + phase.slices;
    if (Atomics.load(words, CLAIM) < end && !reached(words, first, until)) return ran;
    for (let slice = claim(words, end); slice >= 0; slice = claim(words, end)) {
      callSlice(call, phase.args, slice - first);
      Atomics.add(words, DONE, 1);
      wakeSleepers(words);
      ran++;
      if (until !== Infinity && performance.now() >= until) return ran;
    }
    if (Atomics.load(words, STOP) !== 0) return ran;
    first = end;
  }
  return ran;
}

/** Claims the next slice, of those below `end`; -1 when there is none, or the job was stopped. */
function claim(words: Int32Array<SharedArrayBuffer>, end: number): number {
  let next = Atomics.load(words, CLAIM);
  while (next < end && Atomics.load(words, STOP) === 0) {
    const found = Atomics.compareExchange(words, CLAIM, next, next + 1);
    if (found === next) return next;
    next = found;
  }
  return -1;
}

/**
 * Waits until `slices` slices are done: those missing are being run by other threads and take well under a millisecond
 * each, unless there are fewer processors than threads. `false` when the job was stopped, or `until` has passed.
 */
function reached(words: Int32Array<SharedArrayBuffer>, slices: number, until: number): boolean {
  for (let done = 0; (done = Atomics.load(words, DONE)) < slices;) {
    if (Atomics.load(words, STOP) !== 0 || isPast(until)) return false;
    if (spin(words, DONE, done)) continue;
    // Whoever ends a slice, or the job, looks for sleepers afterwards: either it sees this one, or this one its word.
    Atomics.add(words, SLEEPERS, 1);
    if (Atomics.load(words, STOP) === 0) sleepSync(words, DONE, done, until);
    Atomics.sub(words, SLEEPERS, 1);
  }
  return true;
}

function wakeSleepers(words: Int32Array<SharedArrayBuffer>): void {
  if (Atomics.load(words, SLEEPERS) !== 0) wake(words, DONE);
}

function stop(words: Int32Array<SharedArrayBuffer>): void {
  Atomics.store(words, STOP, 1);
  wakeSleepers(words);
}

function callSlice(call: KernelExport, args: readonly SliceArg[], i: number): void {
  const values = args.map((arg) => {
    if (typeof arg === "number") return arg;
    if (arg.length === 2) return arg[0] + i * arg[1];
    return Math.min(arg[0], arg[1] - i * arg[0]);
  });
  call(...values);
}

/** Whether a slice of `job` is left to claim. */
export function jobLeft(job: SliceJob): boolean {
  const words = wordsAt(job.control, JOB_BYTES / 4);
  return Atomics.load(words, STOP) === 0 && Atomics.load(words, CLAIM) < slicesOf(job);
}

/** How many threads are in `job`. */
export function jobThreads(job: SliceJob): number {
  return Atomics.load(wordsAt(job.control, JOB_BYTES / 4), INSIDE);
}

/** Whether all slices of `job` are done. */
export function jobDone(job: SliceJob): boolean {
  return Atomics.load(wordsAt(job.control, JOB_BYTES / 4), DONE) === slicesOf(job);
}

/** Stops `job`: threads end the slice they are in and claim no other. */
export function stopJob(job: SliceJob): void {
  if (generationOf(job.control) !== job.generation) return;
  const words = wordsAt(job.control, JOB_BYTES / 4);
  stop(words);
  if (Atomics.load(words, INSIDE) === 0 && Atomics.exchange(words, JOB_END, 1) === 0) Atomics.notify(words, JOB_END);
}

/** The words to wait on for the end of `job`: the one at {@linkcode JOB_END} becomes 1. */
export function jobWords(job: SliceJob): Int32Array<SharedArrayBuffer> {
  return wordsAt(job.control, JOB_BYTES / 4);
}
