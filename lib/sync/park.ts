import { checkTimeout } from "../base/check.ts";
import type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
import { perRealm } from "../base/realm.ts";
import { CONTROL_OFFSET, CONTROL_SERVICE } from "../memory/layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { blockedOn, isDead, MAIN_PID, setBlockedOn } from "../memory/process_table.ts";

/**
 * Waiting for a word of shared memory to change: the only place that blocks.
 *
 * What a caller may rely on, and what not:
 * - a wait ends when someone calls {@linkcode wake} on the word, but also for
 *   no reason at all (a death's sweep, a request to the main thread): callers
 *   look at their state again, in a loop;
 * - a change of the word and then a `wake` is never missed, as the runtime
 *   compares the word and falls asleep in one step;
 * - a thread that was declared dead never returns from a wait.
 *
 * All words must lie in the program's shared memory.
 */

/** Whether a wait is over: `performance.now()` of this thread, `Infinity` for never, 0 for "do not wait". */
export type Deadline = number;

/** The deadline of a call that starts now. */
export function deadlineOf(options: WaitSyncOptions | undefined): Deadline {
  return options === undefined ? Infinity : deadlineAfter(checkTimeout(options.timeout));
}

/** The deadline that is `timeout` milliseconds from now. */
export function deadlineAfter(timeout: number): Deadline {
  return timeout === Infinity ? Infinity : timeout === 0 ? 0 : performance.now() + timeout;
}

/** Whether `deadline` has passed. */
export function isPast(deadline: Deadline): boolean {
  return deadline === 0 || (deadline !== Infinity && performance.now() >= deadline);
}

/** The signal of `options`, checked: one that is aborted already is thrown as its reason. */
export function signalOf(options: WaitOptions | undefined): AbortSignal | undefined {
  const signal = options?.signal;
  if (signal === undefined || signal === null) return undefined;
  if (!(signal instanceof AbortSignal)) throw new TypeError(`Expected "signal" to be an AbortSignal, got ${signal}`);
  signal.throwIfAborted();
  return signal;
}

// Spinning. A look and a pause take about 50 ns, falling asleep and being woken 35 to 60 µs.

/** Most looks of one spin: as long as falling asleep would take. */
const MOST_SPINS = 1000;
/** Fewest looks of one spin. */
const LEAST_SPINS = 64;
/** Looks of a brief spin. */
const BRIEF_SPINS = 16;
/** A sleep shorter than this, in milliseconds, should have been a spin. */
const SHORT_SLEEP = 0.2;

let spins = MOST_SPINS;

/** Looks at the word for a while; `true` as soon as it is not `expected`. How long depends on whether that paid off lately. */
export function spin(words: Int32Array<SharedArrayBuffer>, index: number, expected: number): boolean {
  const most = spins;
  for (let i = 0; i < most; i++) {
    if (Atomics.load(words, index) !== expected) return true;
    Atomics.pause();
  }
  return false;
}

/** Looks at the word for about a microsecond; `true` as soon as it is not `expected`. For callers whose event loop has to go on. */
export function spinBriefly(words: Int32Array<SharedArrayBuffer>, index: number, expected: number): boolean {
  for (let i = 0; i < BRIEF_SPINS; i++) {
    if (Atomics.load(words, index) !== expected) return true;
    Atomics.pause();
  }
  return false;
}

// Blocking

/**
 * Blocks this thread while the word is `expected`, for callers that have spun.
 * Returns `false` when the deadline passed with the word unchanged.
 */
export function sleepSync(
  words: Int32Array<SharedArrayBuffer>,
  index: number,
  expected: number,
  deadline: Deadline,
): boolean {
  const now = performance.now();
  const left = deadline === Infinity ? Infinity : deadline - now;
  if (left <= 0) return Atomics.load(words, index) !== expected;
  const { hook } = service();
  let outcome: "ok" | "not-equal" | "timed-out";
  if (hook === null) {
    outcome = Atomics.wait(words, index, expected, left);
  } else {
    // Published before the flag is read: a requester raises the flag before it reads what is published.
    setBlockedOn((words.byteOffset >>> 2) + index);
    serve();
    outcome = Atomics.wait(words, index, expected, left);
    setBlockedOn(0);
    serve();
  }
  if (isDead()) haltForEver();
  if (outcome === "ok") {
    spins = performance.now() - now < SHORT_SLEEP ? MOST_SPINS : Math.max(LEAST_SPINS, spins >> 1);
  }
  return outcome !== "timed-out" || Atomics.load(words, index) !== expected;
}

/** Blocks this thread for about `milliseconds`. */
export function pauseSync(milliseconds: number): void {
  Atomics.wait(nothing(), 0, 0, milliseconds);
  if (isDead()) haltForEver();
}

/** A word that nobody ever changes. */
function nothing(): Int32Array<SharedArrayBuffer> {
  return perRealm("nothing", () => new Int32Array(new SharedArrayBuffer(4)));
}

/** Where a thread that was declared dead stays until its host has ended it. */
function haltForEver(): never {
  while (true) Atomics.wait(nothing(), 0, 0);
}

/** Wakes those who wait for the word, all or the first `count`: returns how many, this thread's own not exactly. */
export function wake(words: Int32Array<SharedArrayBuffer>, index: number, count = Infinity): number {
  return Atomics.notify(words, index, count);
}

// The main thread serves its workers' requests even while it is blocked

interface Service {
  hook: (() => void) | null;
  readonly control: Int32Array<SharedArrayBuffer>;
}

function service(): Service {
  return cachedService ??= perRealm("service", () => ({ hook: null, control: wordsAt(CONTROL_OFFSET, 16) }));
}
let cachedService: Service | null = null;

/** Makes `hook` run on this thread, which is the main one, when a worker calls {@linkcode requestService} and this thread is blocked or about to be. */
export function setServiceHook(hook: (() => void) | null): void {
  service().hook = hook;
}

function serve(): void {
  const { hook, control } = service();
  if (hook !== null && Atomics.exchange(control, CONTROL_SERVICE, 0) !== 0) hook();
}

/** How often a request knocks at a main thread that is about to fall asleep, and how long it waits between, in milliseconds. */
const KNOCKS = 100, BETWEEN_KNOCKS = 0.1;

/**
 * Asks the main thread to run its service hook. It does so at once if it is
 * blocked, else before it blocks the next time: what it is to do must also be
 * on its way as a message, for the case that it never blocks.
 */
export function requestService(): void {
  const { control } = service();
  Atomics.store(control, CONTROL_SERVICE, 1);
  for (let knock = 0; knock < KNOCKS; knock++) {
    const cell = blockedOn(MAIN_PID);
    if (cell === 0 || Atomics.load(control, CONTROL_SERVICE) === 0) return;
    // It may have published the word but not be asleep yet, so one knock is not enough.
    Atomics.notify(wordsAt(cell * 4, 1), 0);
    // No `pauseSync`: who asks to be declared dead must get back from here to end.
    Atomics.wait(nothing(), 0, 0, BETWEEN_KNOCKS);
  }
}

// Waiting without blocking

/** What ends a {@linkcode parkAsync} other than the word. */
export interface ParkOptions {
  /** When to give up; `Infinity` (the default) for never. */
  readonly deadline?: Deadline;
  /** Aborted: the wait rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}

/** Told once: `true` when the word was changed or woken, `false` when not and time is up. */
export type Waiter = (woken: boolean) => void;

/**
 * One `Atomics.waitAsync`, which cannot be taken back, shared by all waits of
 * this module for the same value of the same word: waits that end early leave
 * nothing behind but this, and the next one takes it over.
 */
interface Watch {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly index: number;
  readonly expected: number;
  readonly waiters: Set<Waiter>;
}

/** The watches of each word, by its place in the memory. */
const watches = new Map<number, Watch[]>();
/** How many watches have no waiter any more. */
let idleWatches = 0;
/** So many idle watches are let be; beyond, their words are woken to be rid of them. */
const MOST_IDLE_WATCHES = 256;
/** The longest delay that `setTimeout` takes. */
const LONGEST_TIMER = 0x7fff_ffff;

/**
 * Waits while the word is `expected`. Resolves to `false` when the deadline
 * passed with the word unchanged, rejects when the signal aborts, and keeps
 * the program alive meanwhile. A thread that was declared dead is never told.
 */
export function parkAsync(
  words: Int32Array<SharedArrayBuffer>,
  index: number,
  expected: number,
  { deadline = Infinity, signal }: ParkOptions = {},
): Promise<boolean> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  if (Atomics.load(words, index) !== expected) return Promise.resolve(true);
  if (isPast(deadline)) return Promise.resolve(false);
  const watch = watchOf(words, index, expected);
  if (watch === null) return Promise.resolve(true);
  if (watch.waiters.size === 0) idleWatches--;
  return untilTold({ deadline, signal }, {
    enter: (waiter) => watch.waiters.add(waiter),
    leave: (waiter) => quit(watch, waiter),
  }).then((woken) => woken || Atomics.load(words, index) !== expected);
}

/** Where a waiter stands while it waits, for {@linkcode untilTold}. */
export interface Queueing {
  /** The waiter is to be told from now on. */
  readonly enter: (waiter: Waiter) => void;
  /** The waiter was told, or has given up. */
  readonly leave: (waiter: Waiter) => void;
}

/** Waits until the waiter that is entered is told something, which is the result; `false` at the deadline. Keeps the program alive. */
export function untilTold({ deadline = Infinity, signal }: ParkOptions, queue: Queueing): Promise<boolean> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  function done(): void {
    if (timer !== undefined) clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    queue.leave(told);
    releaseLoop();
  }
  function told(woken: boolean): void {
    done();
    resolve(woken);
  }
  function abort(): void {
    done();
    reject(signal!.reason);
  }
  function look(): void {
    const left = deadline - performance.now();
    if (left > 0) timer = setTimeout(look, Math.min(Math.ceil(left), LONGEST_TIMER));
    else told(false);
  }
  queue.enter(told);
  holdLoop();
  signal?.addEventListener("abort", abort);
  if (deadline !== Infinity) look();
  return promise;
}

/** The watch for that value of that word, made if there is none; `null` when the word has another value. */
function watchOf(words: Int32Array<SharedArrayBuffer>, index: number, expected: number): Watch | null {
  const place = (words.byteOffset >>> 2) + index;
  const known = watches.get(place);
  const found = known?.find((watch) => watch.expected === expected);
  if (found !== undefined) return found;
  const wait = Atomics.waitAsync(words, index, expected);
  if (!wait.async) return null;
  const watch: Watch = { words, index, expected, waiters: new Set() };
  idleWatches++;
  if (known === undefined) watches.set(place, [watch]);
  else known.push(watch);
  wait.value.then(() => fire(place, watch));
  return watch;
}

/** The runtime has woken a watch. */
function fire(place: number, watch: Watch): void {
  const left = watches.get(place)!.filter((other) => other !== watch);
  if (left.length === 0) watches.delete(place);
  else watches.set(place, left);
  const { waiters } = watch;
  if (waiters.size === 0) {
    idleWatches--;
    // If the waker meant one waiter only, it must not be one that has left.
    Atomics.notify(watch.words, watch.index, 1);
    return;
  }
  if (isDead()) {
    // The dead are not told, and do not keep their thread alive either.
    for (let i = 0; i < waiters.size; i++) releaseLoop();
    waiters.clear();
    return;
  }
  watch.waiters.forEach(tellWoken);
  idleWatches--;
}

function tellWoken(waiter: Waiter): void {
  waiter(true);
}

/** A waiter leaves its watch. */
function quit(watch: Watch, waiter: Waiter): void {
  watch.waiters.delete(waiter);
  if (watch.waiters.size > 0 || ++idleWatches <= MOST_IDLE_WATCHES) return;
  for (const list of watches.values()) {
    for (const { waiters, words, index } of list) {
      if (waiters.size === 0) Atomics.notify(words, index);
    }
  }
}

// `Atomics.waitAsync` alone does not keep the program alive: one timer of the thread does while anything waits

let waits = 0;
let keeper: ReturnType<typeof setInterval> | undefined;

/** Keeps the program alive until the matching {@linkcode releaseLoop}. */
export function holdLoop(): void {
  if (++waits > 1) return;
  if (keeper === undefined) keeper = setInterval(keepAlive, LONGEST_TIMER);
  else Deno.refTimer(keeper as unknown as number);
}

/** Takes back one {@linkcode holdLoop}. */
export function releaseLoop(): void {
  if (--waits === 0) Deno.unrefTimer(keeper as unknown as number);
}

function keepAlive(): void {}

/** Waits while the word is `expected` without keeping the program alive and without an end of its own: for a thread's own loops. */
export async function parkIdle(words: Int32Array<SharedArrayBuffer>, index: number, expected: number): Promise<void> {
  const wait = Atomics.waitAsync(words, index, expected);
  if (wait.async) await wait.value;
}
