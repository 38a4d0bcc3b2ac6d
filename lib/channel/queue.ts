import { checkInteger, quoted } from "../base/check.ts";
import { ClosedError, QueueEmpty, QueueFull, QueueShutDown } from "../base/errors.ts";
import type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
import { registerSweeper } from "../memory/arena.ts";
import { Handle, type HandleData } from "../memory/handle.ts";
import { BlockKind, CHANNEL_BYTES, CHANNEL_MAX_ITEMS } from "../memory/layout.ts";
import { registerShareable, SHARE, type Shareable, type Shared } from "../memory/shareable.ts";
import { deadlineOf, signalOf } from "../sync/park.ts";
import { Channel, initializeChannel } from "./_channel.ts";
import { itemOf, NONE, Receiver, Sender, Stop } from "./_exchange.ts";

/** How a queue is made. */
export interface QueueOptions {
  /** Bytes of the ring that it starts with, at most 4 MiB; it grows when more is put. Default: 16384. */
  readonly capacity?: number | undefined;
}

/** How a queue is shut down. */
export interface ShutdownOptions {
  /** Drops what is in the queue, and releases those who join it. Default: `false`. */
  readonly immediate?: boolean | undefined;
}

const DEFAULT_CAPACITY = 1 << 14;
/** The most items of a bounded queue. */
const MOST_ITEMS = 0x7fff_ffff;

const channels = new WeakMap<object, Channel>();

/** The words behind a queue. */
export function channelOf<T>(queue: Queue<T>): Channel {
  return channels.get(queue)!;
}

/** The handle of a queue that arrives, for its constructor. */
let adopted: Handle | null = null;

/**
 * A queue of values that any number of processes put into and get from.
 *
 * What `put` is given is copied at the call. Items of one process arrive in
 * its order. A process may end at any moment, even inside of `put` or `get`:
 * an item is then put whole or not at all, and nobody else is kept waiting.
 *
 * @example
 * ```ts
 * import { Queue } from "@lanes/lanes/queues";
 * import { assertEquals } from "@std/assert";
 *
 * const queue = new Queue<{ id: number }>();
 * await queue.put({ id: 1 });
 * queue.putNowait({ id: 2 });
 * assertEquals(queue.qsize(), 2);
 * assertEquals(await queue.get(), { id: 1 });
 * assertEquals(await queue.get({ timeout: 1000 }), { id: 2 });
 * assertEquals(queue.empty(), true);
 * ```
 */
export class Queue<T = unknown> implements Shareable, Disposable {
  readonly #handle: Handle;
  readonly #channel: Channel;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  #closed = false;

  /**
   * A queue for at most `maxsize` items; 0 or less: for any number of items.
   *
   * @throws {TypeError} When an argument is not a number.
   * @throws {RangeError} When an argument is no integer, or `capacity` is below 1.
   */
  constructor(maxsize: number = 0, options: QueueOptions = {}) {
    this.#handle = adopted ?? create(maxsize, options);
    adopted = null;
    const channel = this.#channel = new Channel(this.#handle.offset);
    channels.set(this, channel);
    this.#sender = new Sender(channel, () => this.#closed ? Stop.Closed : undefined);
    this.#receiver = new Receiver(channel, () => this.#ended());
  }

  #ended(): Stop | undefined {
    if (this.#closed) return Stop.Closed;
    const { shut } = this.#channel;
    return shut && this.#channel.size === 0 ? Stop.Shut : undefined;
  }

  /**
   * Copies `item` into the queue; waits while it holds `maxsize` items.
   *
   * @throws {TransportError} When `item` cannot travel; the queue is unchanged.
   * @throws {QueueFull} When the timeout passed first.
   * @throws {QueueShutDown} When the queue was shut down.
   * @throws {ClosedError} When this process has closed the queue.
   * @throws The signal's reason, when it is aborted.
   */
  async put(item: T, options?: WaitOptions): Promise<void> {
    const deadline = deadlineOf(options);
    const signal = signalOf(options);
    this.#done(await this.#sender.put(() => itemOf(item, "item"), deadline, signal));
  }

  /** As {@linkcode Queue.put}, blocking the thread. */
  putSync(item: T, options?: WaitSyncOptions): void {
    const deadline = deadlineOf(options);
    this.#done(this.#sender.putSync(() => itemOf(item, "item"), deadline));
  }

  /** As {@linkcode Queue.put} without waiting: throws {@linkcode QueueFull} at once. */
  putNowait(item: T): void {
    this.#done(this.#sender.putNow(item, "item"));
  }

  #done(outcome: Stop | true | undefined): void {
    if (outcome === true) return;
    if (outcome === undefined) {
      throw new QueueFull(`The queue is full: it holds ${this.#channel.words[CHANNEL_MAX_ITEMS]} items`);
    }
    throw stopped(outcome, "put into");
  }

  /**
   * Takes the oldest item; waits for one while there is none.
   *
   * @throws {QueueEmpty} When the timeout passed first.
   * @throws {QueueShutDown} When the queue was shut down and is empty.
   * @throws {ClosedError} When this process has closed the queue.
   * @throws The signal's reason, when it is aborted.
   */
  async get(options?: WaitOptions): Promise<T> {
    const deadline = deadlineOf(options);
    const signal = signalOf(options);
    return this.#value(await this.#receiver.take(deadline, signal));
  }

  /** As {@linkcode Queue.get}, blocking the thread. */
  getSync(options?: WaitSyncOptions): T {
    return this.#value(this.#receiver.takeSync(deadlineOf(options)));
  }

  /** As {@linkcode Queue.get} without waiting: throws {@linkcode QueueEmpty} at once. */
  getNowait(): T {
    return this.#value(this.#receiver.takeSync(0));
  }

  #value(value: unknown): T {
    if (typeof value !== "symbol") return value as T;
    if (value === NONE) throw new QueueEmpty("The queue is empty");
    throw stopped(value as Stop, "get from");
  }

  /** How many items are in the queue: those put and not yet taken, exactly. */
  qsize(): number {
    return this.#channel.size;
  }

  /** Whether no item is in the queue. */
  empty(): boolean {
    return this.#channel.size === 0;
  }

  /** Whether the queue holds `maxsize` items; never, when it has none. */
  full(): boolean {
    const most = this.#channel.words[CHANNEL_MAX_ITEMS]!;
    return most > 0 && this.#channel.size >= most;
  }

  /**
   * Ends this process's use of the queue: later calls, and those that wait, end
   * with a {@linkcode ClosedError}; `qsize`, `empty` and `full` still answer.
   * What was put stays, and other processes go on. Idempotent.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#channel.wakeAll();
  }

  /**
   * Ends putting, for every process: `put` throws {@linkcode QueueShutDown},
   * and so does `get` as soon as the queue is empty. Those who wait are told.
   */
  shutdown(options: ShutdownOptions = {}): void {
    this.#channel.shutDown(options.immediate === true);
    if (options.immediate === true) this.dropped(this.#receiver.drain());
  }

  /** `count` items were dropped; for subclasses. */
  protected dropped(_count: number): void {}

  /** The items as they come, until the queue is shut down and empty. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    while (true) {
      const value = await this.#receiver.take(Infinity, undefined);
      if (value === Stop.Shut) return;
      yield this.#value(value);
    }
  }

  /** Closes the queue, and gives up this process's hold on its memory. */
  [Symbol.dispose](): void {
    this.close();
    // Calls that wait still look at the words: then collection gives them up.
    if (this.#sender.idle && this.#receiver.idle) this.#handle.close();
  }

  /** How the queue travels; for the library's own use. */
  [SHARE](): Shared {
    return { kind: "Queue", data: this.#handle.share("queue") };
  }
}

function create(maxsize: number, options: QueueOptions): Handle {
  checkInteger("maxsize", maxsize, -Infinity);
  if (maxsize > MOST_ITEMS) throw new RangeError(`Expected "maxsize" to be at most ${MOST_ITEMS}, got ${maxsize}`);
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`Expected the options to be an object, got ${quoted(options)}`);
  }
  const { capacity = DEFAULT_CAPACITY } = options;
  checkInteger("capacity", capacity, 1);
  const limits = { maxItems: Math.max(0, maxsize), maxBytes: 0, ringBytes: capacity };
  return Handle.create(CHANNEL_BYTES, BlockKind.Queue, (offset) => initializeChannel(offset, limits));
}

function stopped(stop: Stop, what: string): Error {
  if (stop === Stop.Closed) return new ClosedError(`Cannot ${what} this queue: this process has closed it`);
  return new QueueShutDown(`Cannot ${what} this queue: it was shut down`);
}

/** Makes the queue that `data` describes, of the class `Class`. */
export function reviveQueue<Q>(data: HandleData, Class: new () => Q): Q {
  adopted = Handle.adopt(data);
  try {
    return new Class();
  } finally {
    adopted = null;
  }
}

registerSweeper(BlockKind.Queue, (offset) => new Channel(offset).wakeAll());
registerShareable<HandleData>("Queue", (data) => reviveQueue(data, Queue));
