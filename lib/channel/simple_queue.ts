import { ClosedError, QueueEmpty } from "../base/errors.ts";
import type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
import { Handle, type HandleData } from "../memory/handle.ts";
import { BlockKind, CHANNEL_BYTES } from "../memory/layout.ts";
import { registerShareable, SHARE, type Shareable, type Shared } from "../memory/shareable.ts";
import { deadlineOf, signalOf } from "../sync/park.ts";
import { Channel, initializeChannel } from "./_channel.ts";
import { itemOf, NONE, Receiver, Sender, Stop } from "./_exchange.ts";

const RING_BYTES = 1 << 14;

/** The handle of a queue that arrives, for its constructor. */
let adopted: Handle | null = null;

/**
 * A queue with nothing but `put`, `get`, `empty` and `close`. It has no limit:
 * `put` never waits for a reader.
 *
 * @example
 * ```ts
 * import { SimpleQueue } from "@lanes/lanes/queues";
 * import { assertEquals } from "@std/assert";
 *
 * const queue = new SimpleQueue<number>();
 * await queue.put(1);
 * assertEquals(await queue.get(), 1);
 * assertEquals(queue.empty(), true);
 * ```
 */
export class SimpleQueue<T = unknown> implements Shareable, Disposable {
  readonly #handle: Handle;
  readonly #channel: Channel;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  #closed = false;

  /** An empty queue. */
  constructor() {
    this.#handle = adopted ?? create();
    adopted = null;
    this.#channel = new Channel(this.#handle.offset);
    const closed = () => this.#closed ? Stop.Closed : undefined;
    this.#sender = new Sender(this.#channel, closed);
    this.#receiver = new Receiver(this.#channel, closed);
  }

  /**
   * Copies `item` into the queue.
   *
   * @throws {TransportError} When `item` cannot travel; the queue is unchanged.
   * @throws {ClosedError} When this process has closed the queue.
   * @throws The signal's reason, when it is aborted.
   */
  async put(item: T, options?: WaitOptions): Promise<void> {
    const signal = signalOf(options);
    if (await this.#sender.put(() => itemOf(item, "item"), deadlineOf(options), signal) !== true) throw closedError();
  }

  /** As {@linkcode SimpleQueue.put}; the twin for code that may not await. */
  putSync(item: T, options?: WaitSyncOptions): void {
    if (this.#sender.putSync(() => itemOf(item, "item"), deadlineOf(options)) !== true) throw closedError();
  }

  /**
   * Takes the oldest item; waits for one while there is none.
   *
   * @throws {QueueEmpty} When the timeout passed first.
   * @throws {ClosedError} When this process has closed the queue.
   * @throws The signal's reason, when it is aborted.
   */
  async get(options?: WaitOptions): Promise<T> {
    const deadline = deadlineOf(options);
    const signal = signalOf(options);
    return valueOf(await this.#receiver.take(deadline, signal)) as T;
  }

  /** As {@linkcode SimpleQueue.get}, blocking the thread. */
  getSync(options?: WaitSyncOptions): T {
    return valueOf(this.#receiver.takeSync(deadlineOf(options))) as T;
  }

  /**
   * Whether no item is in the queue.
   *
   * @throws {ClosedError} When this process has closed the queue.
   */
  empty(): boolean {
    if (this.#closed) throw closedError();
    return this.#channel.size === 0;
  }

  /** Ends this process's use of the queue; what was put stays, and other processes go on. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const idle = this.#sender.idle && this.#receiver.idle;
    this.#channel.wakeAll();
    // Calls that wait still look at the words: then collection gives them up.
    if (idle) this.#handle.close();
  }

  /** Closes the queue. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** How the queue travels; for the library's own use. */
  [SHARE](): Shared {
    return { kind: "SimpleQueue", data: this.#handle.share("queue") };
  }
}

function create(): Handle {
  const limits = { maxItems: 0, maxBytes: 0, ringBytes: RING_BYTES };
  return Handle.create(CHANNEL_BYTES, BlockKind.Queue, (offset) => initializeChannel(offset, limits));
}

function valueOf(value: unknown): unknown {
  if (typeof value !== "symbol") return value;
  if (value === NONE) throw new QueueEmpty("The queue is empty");
  throw closedError();
}

function closedError(): ClosedError {
  return new ClosedError("Cannot use this queue: this process has closed it");
}

registerShareable<HandleData>("SimpleQueue", (data) => {
  adopted = Handle.adopt(data);
  try {
    return new SimpleQueue();
  } finally {
    adopted = null;
  }
});
