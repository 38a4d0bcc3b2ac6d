import { checkIterable, quoted } from "../base/check.ts";
import { WAITABLE, type Waitable, type WaitState } from "../base/waitable.ts";
import type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
import { CONTROL_CHANGES, CONTROL_WATCHERS } from "../memory/layout.ts";
import { changesWords } from "../memory/process_table.ts";
import { type Deadline, deadlineOf, isPast, parkAsync, signalOf, untilTold } from "../sync/park.ts";
import { Spinner } from "../sync/spinner.ts";

/** Of this thread's waits for one object, and for several. */
const one = new Spinner(), several = new Spinner();

/**
 * Waits until at least one of the objects is ready: a connection that has
 * something to receive or is at its end of file, a process or its sentinel
 * that has ended. Resolves to all that are ready, in the order of the input; to
 * an empty array when the timeout passes first, and at once when there is
 * nothing to wait for. An object that is given twice counts once.
 *
 * @throws {TypeError} When one of the objects cannot be waited for.
 * @throws {ClosedError} When one of them is closed.
 * @throws The signal's reason, when it is aborted.
 *
 * @example
 * ```ts
 * import { Pipe, wait } from "@lanes/lanes/queues";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = Pipe<string>();
 * assertEquals(await wait([a, b], { timeout: 10 }), []);
 * await b.send("hello");
 * assertEquals(await wait([a, b]), [a]);
 * ```
 */
export async function wait<T extends Waitable>(objects: Iterable<T>, options?: WaitOptions): Promise<T[]> {
  const deadline = deadlineOf(options);
  const signal = signalOf(options);
  const waited = collect(objects);
  while (true) {
    const { words, ready } = look(waited);
    if (ready.length > 0 || isPast(deadline)) return ready;
    if (words.length === 0) return deadline === Infinity ? [] : await idle(deadline, signal);
    await parkOnAny(words, deadline, signal);
  }
}

/**
 * As {@linkcode wait}, blocking the thread.
 *
 * @throws {TypeError} When one of the objects cannot be waited for.
 * @throws {ClosedError} When one of them is closed.
 *
 * @example
 * ```ts
 * import { Pipe, waitSync } from "@lanes/lanes/queues";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = Pipe<string>();
 * b.sendSync("hello");
 * assertEquals(waitSync([a, b]), [a]);
 * ```
 */
export function waitSync<T extends Waitable>(objects: Iterable<T>, options?: WaitSyncOptions): T[] {
  const deadline = deadlineOf(options);
  const waited = collect(objects);
  if (waited.size === 0 && deadline === Infinity) return [];
  return waited.size === 1 ? waitForOne(waited, deadline) : waitForAny(waited, deadline);
}

function waitForOne<T>(waited: ReadonlyMap<T, WaitState>, deadline: Deadline): T[] {
  while (true) {
    const { words: [word], ready } = look(waited);
    if (ready.length > 0 || isPast(deadline)) return ready;
    one.park(word!.words, word!.index, word!.value, deadline);
  }
}

/** A thread can sleep on one word only: on one that is raised after each change of what anybody watches. */
function waitForAny<T>(waited: ReadonlyMap<T, WaitState>, deadline: Deadline): T[] {
  const control = changesWords();
  // Said before the objects are looked at: who changes one changes it first and then reads this.
  Atomics.add(control, CONTROL_WATCHERS, 1);
  try {
    while (true) {
      const changes = Atomics.load(control, CONTROL_CHANGES);
      const { ready } = look(waited);
      if (ready.length > 0 || isPast(deadline)) return ready;
      several.park(control, CONTROL_CHANGES, changes, deadline);
    }
  } finally {
    Atomics.sub(control, CONTROL_WATCHERS, 1);
  }
}

/** A word of shared memory, and the value that it had before the objects were looked at. */
interface WaitWord {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly index: number;
  readonly value: number;
}

function collect<T extends Waitable>(objects: Iterable<T>): Map<T, WaitState> {
  checkIterable("objects", objects);
  const waited = new Map<T, WaitState>();
  for (const object of objects) {
    if (!isWaitable(object)) {
      throw new TypeError(`Cannot wait for ${quoted(object)}: pass connections, processes and their sentinels`);
    }
    if (!waited.has(object)) waited.set(object, object[WAITABLE]());
  }
  return waited;
}

function look<T>(waited: ReadonlyMap<T, WaitState>): { words: WaitWord[]; ready: T[] } {
  const words: WaitWord[] = [];
  const ready: T[] = [];
  for (const [object, waiting] of waited) {
    const { index } = waiting;
    words.push({ words: waiting.words, index, value: Atomics.load(waiting.words, index) });
    waiting.arm?.();
    if (waiting.ready()) ready.push(object);
  }
  return { words, ready };
}

async function idle(deadline: Deadline, signal: AbortSignal | undefined): Promise<never[]> {
  await untilTold({ deadline, signal }, { enter: nothing, leave: nothing });
  return [];
}

function nothing(): void {}

async function parkOnAny(
  words: readonly WaitWord[],
  deadline: Deadline,
  signal: AbortSignal | undefined,
): Promise<void> {
  const others = new AbortController();
  const any = signal === undefined ? others.signal : AbortSignal.any([signal, others.signal]);
  const parked = words.map(({ words, index, value }) => parkAsync(words, index, value, { deadline, signal: any }));
  try {
    await Promise.race(parked);
  } finally {
    others.abort();
    // The others reject with that abort, which is nobody's concern.
    await Promise.allSettled(parked);
  }
}

function isWaitable(value: unknown): value is Waitable {
  return typeof value === "object" && value !== null && WAITABLE in value;
}
