import { InvalidStateError, TimeoutError } from "../base/errors.ts";
import type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
import type { HandleData } from "../memory/handle.ts";
import { CHANNEL_DONE, CHANNEL_PUT_COUNT } from "../memory/layout.ts";
import { registerShareable, SHARE, type Shared } from "../memory/shareable.ts";
import { chaos } from "../sync/chaos.ts";
import { deadlineOf, signalOf } from "../sync/park.ts";
import type { Channel } from "./_channel.ts";
import type { Awaited } from "./_signal.ts";
import { channelOf, Queue, reviveQueue } from "./queue.ts";

/**
 * A queue that can be waited for until every item that was put was also
 * reported as done.
 *
 * @example
 * ```ts
 * import { JoinableQueue } from "@lanes/lanes/queues";
 * import { assertEquals } from "@std/assert";
 *
 * const queue = new JoinableQueue<string>();
 * await queue.put("work");
 * const done = queue.join();
 * assertEquals(await queue.get(), "work");
 * queue.taskDone();
 * await done;
 * ```
 */
export class JoinableQueue<T = unknown> extends Queue<T> {
  readonly #channel: Channel = channelOf(this);
  readonly #joined: Awaited<true> = {
    attempt: () => this.#unfinished() === 0 || this.#channel.dropped ? true : undefined,
    ready: () => this.#unfinished() === 0 || this.#channel.dropped,
  };

  /** Items put minus items done, at one instant. */
  #unfinished(): number {
    const { words } = this.#channel;
    while (true) {
      const done = Atomics.load(words, CHANNEL_DONE);
      const put = Atomics.load(words, CHANNEL_PUT_COUNT);
      if (Atomics.load(words, CHANNEL_DONE) === done) return (put - done) >>> 0;
    }
  }

  /**
   * Says that one item that was taken is done.
   *
   * @throws {InvalidStateError} When it is called more often than items were put.
   */
  taskDone(): void {
    const { words } = this.#channel;
    while (true) {
      const done = Atomics.load(words, CHANNEL_DONE);
      if (Atomics.load(words, CHANNEL_PUT_COUNT) === done) {
        throw new InvalidStateError("Cannot report a task as done: all that were put are done already");
      }
      if (chaos !== null) chaos();
      if (Atomics.compareExchange(words, CHANNEL_DONE, done, (done + 1) | 0) === done) break;
    }
    if (this.#unfinished() === 0) this.#channel.idle.raiseAll();
  }

  /**
   * Waits until every item that was put is done, or the queue was shut down
   * with `immediate`.
   *
   * @throws {TimeoutError} When the timeout passed first.
   * @throws The signal's reason, when it is aborted.
   */
  async join(options?: WaitOptions): Promise<void> {
    const deadline = deadlineOf(options);
    const signal = signalOf(options);
    if (await this.#channel.idle.wait(this.#joined, deadline, signal) === undefined) throw this.#late();
  }

  /** As {@linkcode JoinableQueue.join}, blocking the thread. */
  joinSync(options?: WaitSyncOptions): void {
    if (this.#channel.idle.waitSync(this.#joined, deadlineOf(options)) === undefined) throw this.#late();
  }

  #late(): TimeoutError {
    return new TimeoutError(`The queue's items are not done: ${this.#unfinished()} are left`);
  }

  /** Dropped items count as done; for the library's own use. */
  protected override dropped(count: number): void {
    Atomics.add(this.#channel.words, CHANNEL_DONE, count);
    this.#channel.idle.raiseAll();
  }

  /** How the queue travels; for the library's own use. */
  override [SHARE](): Shared {
    return { ...super[SHARE](), kind: "JoinableQueue" };
  }
}

registerShareable<HandleData>("JoinableQueue", (data) => reviveQueue(data, JoinableQueue));
