import { ClosedError, EOFError, InvalidStateError, TimeoutError } from "../base/errors.ts";
import { WAITABLE, type Waitable, type WaitState } from "../base/waitable.ts";
import type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
import { registerSweeper } from "../memory/arena.ts";
import { Handle, type HandleData } from "../memory/handle.ts";
import { BlockKind, PIPE_BYTES } from "../memory/layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { isDead } from "../memory/process_table.ts";
import { registerShareable, SHARE, type Shareable, type Shared } from "../memory/shareable.ts";
import { type Deadline, deadlineOf, signalOf } from "../sync/park.ts";
import { type Bytes, into, partOf, raw, toBytes } from "./_bytes.ts";
import { Channel } from "./_channel.ts";
import { addressers } from "./_address.ts";
import { type End, Ends } from "./_ends.ts";
import { type Item, ItemKind, itemOf, NONE, Receiver, Sender, Stop } from "./_exchange.ts";
import type { Awaited } from "./_signal.ts";

/** One end of a pipe, as it is made. */
export interface ConnectionParts {
  /** The pipe's first channel, which end 1 writes, and the tables of holders. */
  readonly main: Handle;
  /** The channel that end 0 writes; `null` in a pipe of one direction. */
  readonly back: Handle | null;
  /** Which end. */
  readonly end: End;
}

/** What is left to do when a connection is collected. */
interface Rest {
  readonly main: HandleData;
  readonly back: HandleData | null;
  readonly end: End;
}

const collected = new FinalizationRegistry<Rest>(({ main, back, end }) => {
  if (isDead()) return;
  // Holds of its own: those of the connection are being given up as well.
  const first = Handle.join(main);
  const second = back === null ? null : Handle.join(back);
  if (first !== null) leaveEnd(first, second, end);
  first?.close();
  second?.close();
});

function leaveEnd(main: Handle, back: Handle | null, end: End): void {
  new Ends(wordsAt(main.offset, PIPE_BYTES / 4)).remove(end);
  new Channel(main.offset).wakeAll();
  if (back !== null) new Channel(back.offset).wakeAll();
}

/**
 * One end of a pipe, made by {@linkcode Pipe}.
 *
 * Messages arrive whole and in the order in which they were sent; several
 * processes may use the same end. Once every copy of the other end is closed,
 * or its process has ended, what was sent is still received, and then comes the
 * end of file.
 *
 * @example
 * ```ts
 * import { Pipe } from "@lanes/lanes/queues";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = Pipe<string>();
 * await a.send("ping");
 * assertEquals(await b.recv(), "ping");
 * await b.sendBytes(new Uint8Array([1, 2, 3]), 1);
 * assertEquals(await a.recvBytes(), new Uint8Array([2, 3]));
 * ```
 */
export class Connection<T = unknown> implements Shareable, Waitable, Disposable {
  readonly #main: Handle;
  readonly #back: Handle | null;
  readonly #end: End;
  readonly #ends: Ends;
  readonly #in: Channel | null;
  readonly #out: Channel | null;
  readonly #receiver: Receiver | null = null;
  readonly #sender: Sender | null = null;
  #closed = false;
  #polls = 0;

  /** For the library's own use: connections are made by {@linkcode Pipe}. */
  constructor(parts: ConnectionParts) {
    if (!(parts?.main instanceof Handle)) throw new TypeError("Cannot make a connection: call Pipe()");
    const { main, back, end } = parts;
    this.#main = main;
    this.#back = back;
    this.#end = end;
    this.#ends = new Ends(wordsAt(main.offset, PIPE_BYTES / 4));
    const first = new Channel(main.offset);
    const second = back === null ? null : new Channel(back.offset);
    [this.#in, this.#out] = end === 0 ? [first, second] : [second, first];
    if (this.#in !== null) this.#receiver = new Receiver(this.#in, () => this.#ended());
    if (this.#out !== null) this.#sender = new Sender(this.#out, () => this.#refused());
    const rest = { main: dataOf(main), back: back === null ? null : dataOf(back), end };
    collected.register(this, rest, this);
  }

  #other(): End {
    return this.#end === 0 ? 1 : 0;
  }

  #refused(): Stop | undefined {
    if (this.#closed) return Stop.Closed;
    return this.#ends.gone(this.#other()) ? Stop.Shut : undefined;
  }

  #ended(): Stop | undefined {
    if (this.#closed) return Stop.Closed;
    // Gone first: what it sent before it went is seen then.
    return this.#ends.gone(this.#other()) && this.#in!.size === 0 ? Stop.Shut : undefined;
  }

  #toSend(): Sender {
    if (this.#closed) throw closedError();
    if (this.#sender === null) throw new InvalidStateError("Cannot send: this end of the pipe only receives");
    return this.#sender;
  }

  #toReceive(): Receiver {
    if (this.#closed) throw closedError();
    if (this.#receiver === null) throw new InvalidStateError("Cannot receive: this end of the pipe only sends");
    return this.#receiver;
  }

  /** Whether this connection was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether this end can receive. */
  get readable(): boolean {
    return this.#receiver !== null;
  }

  /** Whether this end can send. */
  get writable(): boolean {
    return this.#sender !== null;
  }

  /**
   * Sends a copy of `value`; waits while the pipe is full.
   *
   * @throws {TransportError} When `value` cannot travel; nothing is sent.
   * @throws {TimeoutError} When the timeout passed first.
   * @throws {ClosedError} When this end, or the other with all its copies, is closed.
   * @throws {InvalidStateError} When this end only receives.
   * @throws The signal's reason, when it is aborted.
   */
  async send(value: T, options?: WaitOptions): Promise<void> {
    await this.#send(() => itemOf(value, "message"), options);
  }

  /** As {@linkcode Connection.send}, blocking the thread. */
  sendSync(value: T, options?: WaitSyncOptions): void {
    this.#sendSync(() => itemOf(value, "message"), options);
  }

  /**
   * Sends `size` bytes from `offset` of `bytes`, both in bytes; by default all
   * that follow. Received by {@linkcode Connection.recvBytes}.
   *
   * @throws {RangeError} When they are not all in `bytes`; nothing is sent.
   * @throws Also what {@linkcode Connection.send} throws.
   */
  async sendBytes(bytes: Bytes, offset?: number, size?: number, options?: WaitOptions): Promise<void> {
    const part = partOf(bytes, offset, size);
    await this.#send(() => ({ bytes: part, length: part.length, kind: ItemKind.Raw }), options);
  }

  /** As {@linkcode Connection.sendBytes}, blocking the thread. */
  sendBytesSync(bytes: Bytes, offset?: number, size?: number, options?: WaitSyncOptions): void {
    const part = partOf(bytes, offset, size);
    this.#sendSync(() => ({ bytes: part, length: part.length, kind: ItemKind.Raw }), options);
  }

  async #send(make: () => Item, options: WaitOptions | undefined): Promise<void> {
    const sender = this.#toSend();
    const deadline = deadlineOf(options);
    const signal = signalOf(options);
    sent(await sender.put(make, deadline, signal));
  }

  #sendSync(make: () => Item, options: WaitSyncOptions | undefined): void {
    sent(this.#toSend().putSync(make, deadlineOf(options)));
  }

  /**
   * Receives the next value; waits for it.
   *
   * @throws {EOFError} When nothing is left and the other end is closed everywhere.
   * @throws {TimeoutError} When the timeout passed first.
   * @throws {ClosedError} When this end is closed.
   * @throws {InvalidStateError} When this end only sends.
   * @throws {TransportError} When the message was sent by `sendBytes`; it is consumed.
   * @throws The signal's reason, when it is aborted.
   */
  async recv(options?: WaitOptions): Promise<T> {
    const receiver = this.#toReceive();
    const deadline = deadlineOf(options);
    const signal = signalOf(options);
    return received(await receiver.take(deadline, signal)) as T;
  }

  /** As {@linkcode Connection.recv}, blocking the thread. */
  recvSync(options?: WaitSyncOptions): T {
    return received(this.#toReceive().takeSync(deadlineOf(options))) as T;
  }

  /**
   * Receives the next message that was sent by `sendBytes`.
   *
   * @throws {RangeError} When `maxLength` is negative or no integer.
   * @throws {BufferTooShort} When the message has more than `maxLength` bytes; it is consumed, and the error's `bytes`.
   * @throws Also what {@linkcode Connection.recv} throws.
   */
  async recvBytes(maxLength?: number, options?: WaitOptions): Promise<Uint8Array> {
    return await this.#recv(toBytes(maxLength), options);
  }

  /** As {@linkcode Connection.recvBytes}, blocking the thread. */
  recvBytesSync(maxLength?: number, options?: WaitSyncOptions): Uint8Array {
    return this.#recvSync(toBytes(maxLength), options);
  }

  /**
   * Receives the next message that was sent by `sendBytes` into `buffer`, from
   * the byte `offset` on; resolves to its length in bytes.
   *
   * @throws {RangeError} When `offset` is not in `buffer`.
   * @throws {BufferTooShort} When the message does not fit: it is consumed, and the error's `bytes`; `buffer` is unchanged.
   * @throws Also what {@linkcode Connection.recv} throws.
   */
  async recvBytesInto(buffer: Bytes, offset?: number, options?: WaitOptions): Promise<number> {
    return await this.#recv(into(buffer, offset), options);
  }

  /** As {@linkcode Connection.recvBytesInto}, blocking the thread. */
  recvBytesIntoSync(buffer: Bytes, offset?: number, options?: WaitSyncOptions): number {
    return this.#recvSync(into(buffer, offset), options);
  }

  async #recv<V>(visit: (bytes: Uint8Array) => V, options: WaitOptions | undefined): Promise<V> {
    const receiver = this.#toReceive();
    const deadline = deadlineOf(options);
    const signal = signalOf(options);
    return received(await receiver.takeAs(receiver.awaiting(raw(visit)), deadline, signal) ?? NONE) as V;
  }

  #recvSync<V>(visit: (bytes: Uint8Array) => V, options: WaitSyncOptions | undefined): V {
    const receiver = this.#toReceive();
    return received(receiver.takeSyncAs(receiver.awaiting(raw(visit)), deadlineOf(options)) ?? NONE) as V;
  }

  /**
   * Whether a message, or the end of file, can be received. Without options it
   * does not wait.
   *
   * @throws {ClosedError} When this end is closed.
   * @throws {InvalidStateError} When this end only sends.
   * @throws The signal's reason, when it is aborted.
   */
  async poll(options?: WaitOptions): Promise<boolean> {
    const receiver = this.#toReceive();
    const deadline = options === undefined ? 0 : deadlineOf(options);
    const signal = signalOf(options);
    this.#polls++;
    let result: true | undefined;
    try {
      result = await this.#in!.items.wait(this.#polled(receiver), deadline, signal);
    } finally {
      this.#polls--;
    }
    if (this.#closed) throw closedError();
    return result === true;
  }

  /** As {@linkcode Connection.poll}, blocking the thread. */
  pollSync(options?: WaitSyncOptions): boolean {
    const receiver = this.#toReceive();
    const deadline: Deadline = options === undefined ? 0 : deadlineOf(options);
    if (deadline === 0) return receiver.ready;
    return this.#in!.items.waitSync(this.#polled(receiver), deadline) === true;
  }

  #polled(receiver: Receiver): Awaited<true> {
    return { attempt: () => receiver.ready ? true : undefined, ready: () => receiver.ready };
  }

  /** Closes this copy of the end; later use is a {@linkcode ClosedError}. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    collected.unregister(this);
    leaveEnd(this.#main, this.#back, this.#end);
    // Calls that wait still look at the words: then collection gives them up.
    if (this.#polls > 0 || this.#sender?.idle === false || this.#receiver?.idle === false) return;
    this.#main.close();
    this.#back?.close();
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** How {@linkcode wait} waits for it; for the library's own use. */
  [WAITABLE](): WaitState {
    const receiver = this.#toReceive();
    const channel = this.#in!;
    return {
      words: channel.words,
      index: channel.items.turn,
      arm: () => {
        if (this.#closed) throw closedError();
        channel.items.arm();
      },
      ready: () => receiver.ready,
    };
  }

  /** How the connection travels; for the library's own use. */
  [SHARE](): Shared {
    if (this.#closed) throw closedError();
    const main = this.#main.share("connection");
    const back = this.#back === null ? null : this.#back.share("connection");
    this.#ends.send(this.#end);
    return { kind: "Connection", data: [main, back, this.#end] };
  }
}

function dataOf({ offset, generation }: Handle): HandleData {
  return [offset, generation];
}

function closedError(): ClosedError {
  return new ClosedError("Cannot use this connection: it was closed");
}

function sent(outcome: Stop | true | undefined): void {
  if (outcome === true) return;
  if (outcome === undefined) throw new TimeoutError("The pipe stayed full: nobody received from its other end in time");
  if (outcome === Stop.Closed) throw closedError();
  throw new ClosedError("Cannot send: the other end of the pipe is closed");
}

function received(value: unknown): unknown {
  if (typeof value !== "symbol") return value;
  if (value === NONE) throw new TimeoutError("No message came in time");
  if (value === Stop.Closed) throw closedError();
  throw new EOFError("The other end of the pipe is closed, and nothing is left to receive");
}

type Travelling = readonly [main: HandleData, back: HandleData | null, end: End];

function endsOf([offset]: HandleData): Ends {
  return new Ends(wordsAt(offset, PIPE_BYTES / 4));
}

registerSweeper(BlockKind.Pipe, (offset) => new Channel(offset).wakeAll());
addressers().set("Connection", ([main, back, end]: Travelling, redirection) => {
  endsOf(main).address(end, redirection);
  // It may have ended already, and its sweep been over.
  for (const handle of [main, back]) if (handle !== null) new Channel(handle[0]).wakeAll();
});
registerShareable<Travelling>("Connection", ([main, back, end]) => {
  const parts = { main: Handle.adopt(main), back: back === null ? null : Handle.adopt(back), end };
  endsOf(main).receive(end);
  return new Connection(parts);
});
