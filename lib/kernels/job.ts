import { generationOf, release, retain } from "../memory/arena.ts";
import { wordsAt } from "../memory/memory.ts";
import { foreignExports, type KernelExport, kernelInstance } from "./instance.ts";

/**
 * A job: calls of kernels over slices, that any number of threads work off together. It is plain data, sent to each
 * worker; the state is in shared memory. Each thread runs {@linkcode runJob}, which claims one slice after another with
 * one atomic addition until none is left, so a thread that is slow or late takes fewer.
 *
 * A job has one or more phases. The slices of a phase may run in any order and at once; a phase starts when all slices
 * of the one before are done. Slices are claimed in order, so what a thread waits for there is always running.
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

/** How often a phase's start is polled before the processor is given up between polls. */
const POLLS = 2000;

function slicesOf(job: SliceJob): number {
  let slices = 0;
  for (const phase of job.phases) slices += phase.slices;
  return slices;
}

/**
 * Works on `job` until no slice is left to claim, it was stopped, or `until`, by `performance.now()`, has passed.
 * Returns how many slices this thread ran; other threads may still be in theirs ({@linkcode jobEnded}).
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
    Atomics.store(words, STOP, 1);
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
  let claimed = Atomics.add(words, CLAIM, 1);
  for (const phase of job.phases) {
    const call = exports[phase.name]!;
    const end = first + phase.slices;
    if (claimed < end && !reached(words, first)) return ran;
    while (claimed < end) {
      if (Atomics.load(words, STOP) !== 0) return ran;
      callSlice(call, phase.args, claimed - first);
      Atomics.add(words, DONE, 1);
      ran++;
      if (until !== Infinity && performance.now() >= until) return ran;
      claimed = Atomics.add(words, CLAIM, 1);
    }
    first = end;
  }
  return ran;
}

/** Waits until `slices` slices are done; `false` when the job was stopped instead. */
function reached(words: Int32Array<SharedArrayBuffer>, slices: number): boolean {
  for (let polls = 0; Atomics.load(words, DONE) < slices; polls++) {
    if (Atomics.load(words, STOP) !== 0) return false;
    // The slices missing are being run by other threads and take well under a millisecond each.
    if (polls < POLLS) Atomics.pause();
    else yieldProcessor(words);
  }
  return true;
}

/** Lets other threads run on this processor for a moment, where there are fewer processors than threads. */
function yieldProcessor(words: Int32Array<SharedArrayBuffer>): void {
  for (let i = 0; i < 200; i++) {
    if (Atomics.load(words, STOP) !== 0) return;
    Atomics.pause();
  }
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

/** Whether `job` is over: all slices are done, or it was stopped and nobody is in a slice any more. */
export function jobEnded(job: SliceJob): boolean {
  const words = wordsAt(job.control, JOB_BYTES / 4);
  return Atomics.load(words, DONE) === slicesOf(job) ||
    (Atomics.load(words, STOP) !== 0 && Atomics.load(words, INSIDE) === 0);
}

/** Stops `job`: threads end the slice they are in and claim no other. */
export function stopJob(job: SliceJob): void {
  if (generationOf(job.control) !== job.generation) return;
  const words = wordsAt(job.control, JOB_BYTES / 4);
  Atomics.store(words, STOP, 1);
  if (Atomics.load(words, INSIDE) === 0 && Atomics.exchange(words, JOB_END, 1) === 0) Atomics.notify(words, JOB_END);
}

/** The words to wait on for the end of `job`: the one at {@linkcode JOB_END} becomes 1. */
export function jobWords(job: SliceJob): Int32Array<SharedArrayBuffer> {
  return wordsAt(job.control, JOB_BYTES / 4);
}
