import { perRealm } from "../base/realm.ts";
import { TransportError } from "../base/errors.ts";
import { decode, encodeError, type EncodeOptions, Encoder } from "../channel/codec.ts";
import { bytesOf, type RingRecord, valueOf } from "../channel/ring.ts";
import { isDead } from "../memory/process_table.ts";
import { runJob } from "../kernels/job.ts";
import { type Carrier, isUnresolved, prepareThrown, revive } from "../task/task.ts";
import { nextTurn } from "./bell.ts";
import type { DeskLike } from "./desk.ts";
import { asThrown, eachItem, isThenable, mapItems, Thrown } from "./_items.ts";
import type { HeapWatch } from "./life.ts";
import type { RecordBody } from "./lane.ts";
import { Answer, definitionKey, Order, WITH_SIDE } from "./protocol.ts";
import { sendSide, takeSide } from "./side.ts";

/**
 * What a worker does all its life: takes an order, does it, answers. One task
 * at a time, in the order in which they came; a task that returns a promise is
 * awaited. Between tasks, timers and messages get a turn every few
 * milliseconds.
 */

/** The longest time that an answer tells, in microseconds. */
const LONGEST_US = 2 ** 30;

/** How long, in milliseconds, tasks may follow each other without a turn of the event loop. */
const TURN_MS = 5;

// deno-lint-ignore ban-types -- any callable is meant
type Callable = Function;
/** A function that orders name by a number, or why it cannot be had. */
type Known = { fn: Callable } | { error: unknown; unresolved: boolean };

/** Who a runner works for. */
export interface Route {
  /** The pid of the worker. */
  readonly pid: number;
  /** The pid of its owner. */
  readonly owner: number;
  /** Whether the owner shares this thread's memory. */
  readonly shared: boolean;
  /** Whether the worker is for one call only, and ends after it. */
  readonly once: boolean;
  /** Called with every error that a task throws. */
  readonly failed: (error: unknown) => void;
}

/** Runs what comes in at a desk. */
export class Runner {
  /** 1 once a task threw, else 0: the exit code of a process. */
  exitCode = 0;
  readonly #desk: DeskLike;
  readonly #watch: HeapWatch;
  readonly #route: Route;
  readonly #functions = new Map<number, Known>();
  readonly #rest = (): void => this.#watch.off();
  /** The results' bytes, one after the other. */
  readonly #encoder = new Encoder();
  readonly #encoding: EncodeOptions;
  readonly #resultEncoding: EncodeOptions;
  /** When this thread last looked at the clock. */
  #clock = performance.now();
  #stopped = false;

  /** A runner for the worker `route.pid` that answers to `route.owner`. */
  constructor(desk: DeskLike, watch: HeapWatch, route: Route) {
    this.#desk = desk;
    this.#watch = watch;
    this.#route = route;
    this.#encoding = { where: "the result", shared: route.shared };
    this.#resultEncoding = { ...this.#encoding, blocks: route.shared };
  }

  /** Serves until told to stop. */
  async serve(): Promise<void> {
    const desk = this.#desk;
    desk.open();
    let turn = this.#clock;
    while (!this.#stopped) {
      // After an exit the runtime may still run what is pending for a moment: the dead take no orders.
      if (isDead()) await new Promise<never>(() => {});
      const record = desk.take();
      if (record === null) {
        await desk.idle(this.#rest);
        // Parked or not: what the last task left behind has had its turn, or gets it now.
        turn = this.#clock = performance.now();
        continue;
      }
      const pending = this.#perform(record);
      if (pending !== undefined) await pending;
      if (this.#clock - turn > TURN_MS) {
        await nextTurn();
        turn = this.#clock = performance.now();
      }
    }
  }

  /** Does what one record orders; a promise where that takes more than one turn. */
  #perform(record: RingRecord): void | Promise<void> {
    const { kind, id, aux, aux2 } = record;
    switch (kind as Order) {
      case Order.Stop:
        this.#stopped = true;
        this.#desk.done();
        return;
      case Order.Define:
        return this.#define(aux, id, { aux2, bytes: this.#copy(record) });
      case Order.Job:
        return this.#job(id, aux2, this.#copy(record));
      default: {
        if ((aux2 & WITH_SIDE) !== 0) return this.#withSide(kind as Order, id, aux, this.#copy(record));
        let args: unknown;
        try {
          args = this.#payload(record);
        } catch (error) {
          return this.#fail(id, new Thrown(error, 0));
        }
        return this.#run(kind as Order, { id, aux, args: args as unknown[] });
      }
    }
  }

  /** The value in a record, which is free for its writer afterwards. */
  #payload(record: RingRecord): unknown {
    try {
      return valueOf(record);
    } finally {
      this.#desk.done();
    }
  }

  /** The bytes in a record, which is free for its writer afterwards. */
  #copy(record: RingRecord): Uint8Array {
    const bytes = bytesOf(record);
    this.#desk.done();
    return bytes;
  }

  async #withSide(kind: Order, id: number, aux: number, bytes: Uint8Array): Promise<void> {
    const side = await takeSide(`${this.#route.pid}/${id}`);
    await this.#run(kind, { id, aux, args: decode({ bytes, side }) as unknown[] });
  }

  async #define(number: number, id: number, { aux2, bytes }: { aux2: number; bytes: Uint8Array }): Promise<void> {
    // Should importing the function's module end this worker, its owner sees by this which function did.
    this.#desk.setCurrent(-number);
    // After that: whoever kills this thread declares it dead first and then looks whether it is importing.
    if (isDead()) return this.#desk.setCurrent(0);
    try {
      const side = (aux2 & WITH_SIDE) === 0 ? [] : await takeSide(definitionKey(this.#route.pid, id));
      const fn = await revive(decode({ bytes, side }) as Carrier);
      this.#functions.set(number, { fn });
    } catch (error) {
      this.#functions.set(number, { error, unresolved: isUnresolved(error) });
    }
    // Also by one that was killed meanwhile: the main thread waits for this before it stops the thread.
    this.#desk.setCurrent(0);
  }

  #run(kind: Order, task: { id: number; aux: number; args: unknown[] }): void | Promise<void> {
    const { id } = task;
    const known = this.#functions.get(task.aux);
    if (known === undefined || "error" in known) return this.#unknown(id, known);
    this.#desk.setCurrent(id);
    this.#watch.on();
    // Tasks follow each other without a pause: where one ended the next one starts.
    const started = this.#clock;
    let value: unknown;
    let pending: boolean;
    try {
      value = this.#call(kind, known.fn, task.args);
      pending = isThenable(value);
    } catch (error) {
      return this.#fail(id, asThrown(error));
    }
    if (pending) return this.#settle(id, started, value as PromiseLike<unknown>);
    return this.#succeed(id, started, value);
  }

  async #settle(id: number, started: number, pending: PromiseLike<unknown>): Promise<void> {
    try {
      await this.#succeed(id, started, await pending);
    } catch (error) {
      await this.#fail(id, asThrown(error));
    }
  }

  #unknown(id: number, known: Extract<Known, { error: unknown }> | undefined): void | Promise<void> {
    if (known?.unresolved) return this.#desk.answer(Answer.Unresolved, id);
    const error = known?.error ?? new TransportError("The function of this task did not arrive");
    return this.#fail(id, new Thrown(error, 0));
  }

  #call(kind: Order, fn: Callable, args: unknown[]): unknown {
    switch (kind) {
      case Order.Map:
        return mapItems(args, (item) => fn(item));
      case Order.Star:
        return mapItems(args, (item) => fn(...(item as unknown[])));
      case Order.Each:
        return eachItem(args, (item) => fn(item), this.#encoding);
      case Order.EachStar:
        return eachItem(args, (item) => fn(...(item as unknown[])), this.#encoding);
      default:
        return fn(...args);
    }
  }

  #succeed(id: number, started: number, value: unknown): void | Promise<void> {
    const encoder = this.#encoder;
    try {
      encoder.encodeInto(value, this.#resultEncoding);
    } catch (error) {
      return this.#fail(id, new Thrown(error, 0));
    }
    const { side } = encoder;
    if (side.length > 0) {
      sendSide(this.#route.owner, `${this.#route.pid}/${id}`, { objects: side, transfer: [] });
    }
    const now = this.#clock = performance.now();
    const aux = Math.min((now - started) * 1000, LONGEST_US) | 0;
    const aux2 = side.length > 0 ? WITH_SIDE : 0;
    const { bytes, length, block } = encoder;
    const pending = this.#answer(Answer.Value, id, { aux, aux2, bytes, length, block });
    encoder.release();
    return pending;
  }

  #fail(id: number, thrown: Thrown): void | Promise<void> {
    if (isDead()) return;
    this.exitCode = 1;
    this.#clock = performance.now();
    trimStack(thrown.error);
    const prepared = prepareThrown(thrown.error);
    if (prepared !== undefined) return prepared.then(() => this.#tellFailure(id, thrown));
    return this.#tellFailure(id, thrown);
  }

  #tellFailure(id: number, thrown: Thrown): void | Promise<void> {
    this.#route.failed(thrown.error);
    const { bytes } = encodeError(thrown.error, this.#encoding);
    return this.#answer(Answer.Failure, id, { aux: thrown.index, aux2: 0, bytes, length: bytes.length });
  }

  #answer(kind: Answer, id: number, body: RecordBody): void | Promise<void> {
    const pending = this.#desk.answer(kind, id, body);
    if (pending !== undefined) return pending.then(() => this.#finish());
    this.#finish();
  }

  #finish(): void {
    // Not told to by its owner, which may be blocked until what this process holds is passed on.
    if (this.#route.once) this.#stopped = true;
    this.#desk.setCurrent(0);
  }

  /** The job's own state is in shared memory; a user's compiled kernel comes by message. */
  async #job(id: number, aux2: number, bytes: Uint8Array): Promise<void> {
    this.#desk.setCurrent(id);
    try {
      const side = (aux2 & WITH_SIDE) === 0 ? [] : await takeSide(`${this.#route.pid}/${id}`);
      await kernelsReady();
      runJob(decode({ bytes, side }) as Parameters<typeof runJob>[0]);
      await this.#answer(Answer.Value, id, { aux: 0, aux2: 0, ...EMPTY_VALUE });
    } catch (error) {
      await this.#fail(id, new Thrown(error, 0));
    }
  }
}

/** Frames of this bundle on a stack: nothing that a user could use. */
const OWN_FRAMES = /\n\s+at [^\n]*lanes:worker[^\n]*/g;

/** Takes the library's own frames off an error's stack. */
function trimStack(error: unknown): void {
  try {
    if (error instanceof Error && typeof error.stack === "string") error.stack = error.stack.replace(OWN_FRAMES, "");
  } catch {
    // A frozen error keeps its stack as it is.
  }
}

const EMPTY_VALUE: { bytes: Uint8Array; length: number } = { bytes: new Uint8Array(), length: 0 };

interface Kernels {
  ready: Promise<void>;
  arrived: () => void;
}

function kernels(): Kernels {
  return perRealm("kernels arrival", () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    return { ready: promise, arrived: resolve };
  });
}

/** Says that the compiled kernels are here. */
export function kernelsArrived(): void {
  kernels().arrived();
}

function kernelsReady(): Promise<void> {
  return kernels().ready;
}
