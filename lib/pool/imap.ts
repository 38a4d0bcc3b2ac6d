import { CancelledError, TimeoutError } from "../base/errors.ts";
import { checkInteger, checkTimeout } from "../base/check.ts";
import type { WaitOptions } from "../base/options.ts";
import { decodeError, encode, type Packet } from "../channel/codec.ts";
import { missingClasses } from "../task/task.ts";
import { Order, type Outcome } from "../worker/protocol.ts";
import { setLongTimeout } from "../worker/waiter.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { MapOptions } from "./options.ts";
import { Reporter } from "./_reporter.ts";
import type { KnownFunction, Task } from "./task.ts";

/** What is to be called with each item of an input that may never end. */
export interface ImapWork {
  /** The function. */
  readonly fn: KnownFunction;
  /** The items. */
  readonly items: Iterable<unknown> | AsyncIterable<unknown>;
  /** How many workers the pool has. */
  readonly workers: number;
  /** Whether results come in the order of the items. */
  readonly ordered: boolean;
  /** Whether an item is an array of arguments. */
  readonly spread?: boolean;
  /** How many items may be pulled that have not been read. Default: a small multiple of what the workers have at once. */
  readonly window?: number;
  /** Whether shared objects can travel to the workers. */
  readonly shared: boolean;
}

/** How many chunks a worker's share of the window is: one being run, one waiting. */
const CHUNKS_AHEAD = 2;

/** What became of one item. */
type Item<R> = { ok: true; value: R } | { ok: false; error: unknown };
/** The results of one chunk, once they are there. */
interface Slot<R> {
  items: Item<R>[] | null;
}
interface Waiter<R> {
  resolve(result: IteratorResult<R> | null): void;
  reject(error: unknown): void;
}

/** The results of `imap` and `imapUnordered`, item by item; pulls its input a bounded distance ahead. */
export class Imap<R> implements AsyncIterableIterator<R> {
  readonly #dispatcher: Dispatcher;
  readonly #work: ImapWork;
  readonly #options: MapOptions;
  readonly #size: number;
  readonly #window: number;
  readonly #input: Iterator<unknown> | AsyncIterator<unknown>;
  readonly #reporter: Reporter;
  readonly #slots: Slot<R>[] = [];
  readonly #ready: Item<R>[] = [];
  readonly #waiters: Waiter<R>[] = [];
  readonly #tasks = new Set<Task>();
  readonly #leave: () => void;
  readonly #onAbort = (): void => this.#abort();
  #inputEnded = false;
  #inputError: { error: unknown } | null = null;
  #filling = false;
  /** How many items were pulled whose result has not been read. */
  #ahead = 0;
  #index = 0;
  #over = false;

  /** Checks the arguments, then begins to pull in the next turn of the microtask queue. */
  constructor(dispatcher: Dispatcher, work: ImapWork, options: MapOptions) {
    this.#size = options.chunksize ?? 1;
    checkInteger("chunksize", this.#size, 1);
    this.#window = Math.max(this.#size, work.window ?? CHUNKS_AHEAD * work.workers * this.#size);
    this.#dispatcher = dispatcher;
    this.#work = work;
    this.#options = options;
    this.#input = iterate(work.items);
    this.#reporter = new Reporter(options.progress, Array.isArray(work.items) ? work.items.length : null);
    // A closed pool ends once this was read to its end, or ended.
    this.#leave = dispatcher.stay();
    options.signal?.addEventListener("abort", this.#onAbort);
    if (options.signal?.aborted) this.#abort();
    else queueMicrotask(() => void this.#fill());
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<R> {
    return this;
  }

  /** The next result. Past its timeout it rejects with a `TimeoutError`, and the result is the next call's. */
  async next(options: WaitOptions = {}): Promise<IteratorResult<R>> {
    const timeout = checkTimeout(options.timeout);
    const result = await this.nextWithin(timeout, options.signal);
    if (result === null) throw new TimeoutError(`No result within ${timeout} ms`);
    return result;
  }

  /** The next result, or `null` after `timeout` milliseconds without one. */
  async nextWithin(timeout: number, signal?: AbortSignal): Promise<IteratorResult<R> | null> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<R> | null>();
    const waiter: Waiter<R> = { resolve, reject };
    this.#waiters.push(waiter);
    this.#deliver();
    void this.#fill();
    if (timeout === Infinity && signal === undefined) return await promise;
    const leave = (settle: () => void): void => {
      const at = this.#waiters.indexOf(waiter);
      if (at < 0) return;
      this.#waiters.splice(at, 1);
      settle();
    };
    const onAbort = (): void => leave(() => reject(signal!.reason));
    signal?.addEventListener("abort", onAbort);
    const timer = timeout === Infinity ? undefined : setLongTimeout(() => leave(() => resolve(null)), timeout);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Ends the iteration: the input is closed, what has not started is dropped, what runs goes on unheard. */
  async return(value?: unknown): Promise<IteratorResult<R>> {
    const error = new CancelledError("The iteration was ended before this item was done");
    await this.#stop((task) => this.#dispatcher.withdraw(task, error));
    return { done: true, value };
  }

  /** Pulls and submits chunks while the window has room. */
  async #fill(): Promise<void> {
    if (this.#filling) return;
    this.#filling = true;
    while (!this.#inputEnded && this.#mayRunAhead()) {
      await this.#dispatcher.door.pass();
      const pulled = this.#pull();
      const chunk = pulled instanceof Promise ? await pulled : pulled;
      if (this.#over) break;
      this.#ahead += chunk.length;
      if (chunk.length > 0) this.#submit(chunk);
    }
    this.#filling = false;
    if (this.#inputEnded) this.#leave();
    this.#deliver();
  }

  /** Whether the window has room. */
  #mayRunAhead(): boolean {
    return this.#ahead + this.#size <= this.#window;
  }

  /** The next chunk; a promise only where the input is asynchronous. */
  #pull(): unknown[] | Promise<unknown[]> {
    const chunk: unknown[] = [];
    try {
      while (chunk.length < this.#size) {
        const step = this.#input.next();
        if (step instanceof Promise) return this.#pullRest(chunk, step);
        if ((step as IteratorResult<unknown>).done) {
          this.#inputEnded = true;
          break;
        }
        chunk.push((step as IteratorResult<unknown>).value);
      }
    } catch (error) {
      this.#failInput(error);
    }
    return chunk;
  }

  async #pullRest(chunk: unknown[], first: Promise<IteratorResult<unknown>>): Promise<unknown[]> {
    try {
      for (let step = await first;; step = await this.#input.next()) {
        if (step.done) {
          this.#inputEnded = true;
          break;
        }
        chunk.push(step.value);
        if (chunk.length === this.#size) break;
      }
    } catch (error) {
      this.#failInput(error);
    }
    return chunk;
  }

  #failInput(error: unknown): void {
    this.#inputEnded = true;
    this.#inputError = { error };
  }

  #submit(chunk: unknown[]): void {
    const slot: Slot<R> = { items: null };
    this.#slots.push(slot);
    let packet: Packet;
    try {
      const { transfer = [] } = this.#options;
      packet = encode(chunk, {
        where: "items",
        shared: this.#work.shared,
        transfer,
        blocks: this.#dispatcher.blocks,
      });
    } catch (error) {
      return this.#refuse(slot, chunk, error);
    }
    const { length } = chunk;
    let task: Task | null = null;
    task = this.#dispatcher.submit({
      order: this.#work.spread ? Order.EachStar : Order.Each,
      fn: this.#work.fn,
      payload: packet,
      index: this.#index++,
      timeout: this.#options.timeout,
      transfer: this.#options.transfer,
      events: {
        value: (value) => {
          if (task !== null) this.#tasks.delete(task);
          this.#receive(slot, value as Outcome[]);
        },
        error: (error) => {
          if (task !== null) this.#tasks.delete(task);
          this.#fillSlot(slot, new Array(length).fill({ ok: false, error }));
        },
      },
    });
    if (!task.settled) this.#tasks.add(task);
  }

  /** Decodes a chunk's outcomes; twice, where an error's class had to be imported first. */
  #receive(slot: Slot<R>, outcomes: Outcome[]): void {
    const items = outcomes.map(itemOf<R>);
    const missing = missingClasses();
    if (missing === undefined) this.#fillSlot(slot, items);
    else void missing.then(() => this.#fillSlot(slot, outcomes.map(itemOf<R>)));
  }

  /** A chunk with an item that cannot travel: only that item fails. */
  #refuse(slot: Slot<R>, chunk: unknown[], error: unknown): void {
    if (chunk.length === 1) return this.#fillSlot(slot, [{ ok: false, error }]);
    this.#slots.splice(this.#slots.indexOf(slot), 1);
    for (const item of chunk) this.#submit([item]);
  }

  #fillSlot(slot: Slot<R>, items: Item<R>[]): void {
    if (this.#over) return;
    const failed = items.filter((item) => !item.ok).length;
    try {
      this.#reporter.advance(items.length, failed);
    } catch (error) {
      this.#failInput(error);
    }
    slot.items = items;
    this.#deliver();
    void this.#fill();
  }

  /** Hands what is there to those who wait for it. */
  #deliver(): void {
    while (this.#waiters.length > 0) {
      const item = this.#take();
      if (item !== null) {
        const { resolve, reject } = this.#waiters.shift()!;
        this.#ahead--;
        if (item.ok) resolve({ done: false, value: item.value });
        else reject(item.error);
      } else if (this.#over || (this.#inputEnded && this.#slots.length === 0 && !this.#filling)) {
        this.#finish(this.#waiters.shift()!);
      } else return;
    }
  }

  #take(): Item<R> | null {
    if (this.#ready.length === 0) {
      const at = this.#work.ordered ? 0 : this.#slots.findIndex((slot) => slot.items !== null);
      const items = at < 0 ? undefined : this.#slots[at]?.items;
      if (!items) return null;
      this.#slots.splice(at, 1);
      this.#ready.push(...items);
    }
    return this.#ready.shift() ?? null;
  }

  #finish(waiter: Waiter<R>): void {
    const failure = this.#inputError;
    this.#inputError = null;
    if (!this.#over) this.#close();
    if (failure === null) waiter.resolve({ done: true, value: undefined });
    else waiter.reject(failure.error);
  }

  #abort(): void {
    const { reason } = this.#options.signal!;
    this.#inputError = { error: reason };
    void this.#stop((task) => this.#dispatcher.cancel(task, reason));
  }

  async #stop(drop: (task: Task) => void): Promise<void> {
    if (this.#over) return;
    this.#close();
    this.#slots.length = 0;
    this.#ready.length = 0;
    for (const task of [...this.#tasks]) drop(task);
    this.#deliver();
    if (!this.#inputEnded) await this.#input.return?.();
    this.#inputEnded = true;
  }

  #close(): void {
    this.#over = true;
    this.#leave();
    this.#reporter.close();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
  }
}

function itemOf<R>(outcome: Outcome): Item<R> {
  if (outcome[0]) return { ok: true, value: outcome[1] as R };
  return { ok: false, error: decodeError({ bytes: outcome[1] }) };
}

function iterate(items: Iterable<unknown> | AsyncIterable<unknown>): Iterator<unknown> | AsyncIterator<unknown> {
  const asynchronous = (items as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator];
  return asynchronous === undefined
    ? (items as Iterable<unknown>)[Symbol.iterator]()
    : asynchronous.call(items as AsyncIterable<unknown>);
}
