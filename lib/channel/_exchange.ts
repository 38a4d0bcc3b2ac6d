import { TransportError } from "../base/errors.ts";
import { decode, decodeAt, discard, Encoder, refused } from "./codec.ts";
import type { Channel } from "./_channel.ts";
import type { Visit } from "./_head.ts";
import { sideBroker } from "./side.ts";
import type { Awaited } from "./_signal.ts";
import { Put } from "./_tail.ts";
import { Turns } from "./_turns.ts";
import type { Deadline } from "../sync/park.ts";

/** Values in and out of a channel, waiting where that is needed: what queues and connections have in common. */

/** What an item holds. */
export const ItemKind = {
  /** A packet of the codec. */
  Value: 0,
  /** Bytes as they were given. */
  Raw: 1,
  /** A packet, and after it the ticket (f64) of what is beside it. */
  Ticket: 2,
} as const;

/** Why a call ends without what it was for. */
export const Stop = {
  /** The channel was shut: a queue that was shut down, a pipe without its other end. */
  Shut: Symbol("shut"),
  /** The object was closed by its own process. */
  Closed: Symbol("closed"),
} as const;
/** One of the values of {@linkcode Stop}. */
export type Stop = typeof Stop[keyof typeof Stop];

/** Stands for the value `undefined`, which itself means that nothing was there. */
const NOTHING = Symbol("undefined");
const DONE = Symbol("done");

/** A value that waits for what was beside it. */
class Incomplete {
  constructor(readonly bytes: Uint8Array, readonly ticket: number) {}

  async complete(): Promise<unknown> {
    let side: readonly unknown[];
    try {
      side = await sideBroker().take(this.ticket);
    } catch (error) {
      discard(this);
      throw error;
    }
    return decode({ bytes: this.bytes, side });
  }

  completeSync(): unknown {
    let side: readonly unknown[];
    try {
      side = sideBroker().takeSync(this.ticket);
    } catch (error) {
      discard(this);
      throw error;
    }
    return decode({ bytes: this.bytes, side });
  }
}

const spare = new Encoder();

/** A value as an item: its bytes are valid until the next is made. */
export interface Item {
  /** The first `length` of them. */
  readonly bytes: Uint8Array;
  /** How many bytes it has. */
  readonly length: number;
  /** One of {@linkcode ItemKind}. */
  readonly kind: number;
}

/** `value` as an item; throws a `TransportError` when it cannot travel. */
export function itemOf(value: unknown, where: string): Item {
  const encoder = (spare.busy ? new Encoder() : spare).encodeInto(value, { where });
  const { side, length } = encoder;
  if (side.length === 0) return { bytes: encoder.bytes, length, kind: ItemKind.Value };
  const bytes = new Uint8Array(length + 8);
  bytes.set(encoder.bytes.subarray(0, length));
  let ticket: number;
  try {
    ticket = sideBroker().keep(side);
  } catch (cause) {
    discard({ bytes: bytes.subarray(0, length) });
    const reason = "the runtime cannot copy it; send the data that it was made from";
    throw refused(value, side.find((object) => !isCloneable(object)), { where, reason, cause });
  }
  new DataView(bytes.buffer).setFloat64(length, ticket, true);
  return { bytes, length: length + 8, kind: ItemKind.Ticket };
}

function isCloneable(object: unknown): boolean {
  try {
    structuredClone(object);
    return true;
  } catch {
    return false;
  }
}

/** An item of its own memory. */
function kept({ bytes, length, kind }: Item): Item {
  return { bytes: bytes.slice(0, length), length, kind };
}

/** Gives back what an item holds that will not be sent. */
export function dropItem(item: Item): void {
  visitDrop(item.bytes, 0, item.length, item.kind);
}

function ticketOf(bytes: Uint8Array, end: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(end - 8, true);
}

function visitDrop(bytes: Uint8Array, start: number, end: number, kind: number): true {
  if (kind === ItemKind.Value) discard({ bytes: bytes.subarray(start, end) });
  if (kind === ItemKind.Ticket) {
    sideBroker().drop(ticketOf(bytes, end));
    discard({ bytes: bytes.subarray(start, end - 8) });
  }
  return true;
}

/** Decodes an item; an own symbol stands for `undefined`. */
export function visitValue(bytes: Uint8Array, start: number, end: number, kind: number): unknown {
  if (kind === ItemKind.Ticket) return new Incomplete(bytes.slice(start, end - 8), ticketOf(bytes, end));
  if (kind === ItemKind.Raw) {
    throw new TransportError("This message was sent with sendBytes: receive it with recvBytes");
  }
  const value = decodeAt(bytes, start, end);
  return value === undefined ? NOTHING : value;
}

/** The putting side of a channel, for one handle. */
export class Sender {
  readonly #channel: Channel;
  readonly #refused: () => Stop | undefined;
  readonly #turns = new Turns();

  /** Puts into `channel` unless `refused` says why not. */
  constructor(channel: Channel, refused: () => Stop | undefined) {
    this.#channel = channel;
    this.#refused = refused;
  }

  /** Whether no call waits. */
  get idle(): boolean {
    return this.#turns.empty;
  }

  /** Puts what `make` makes; `undefined` when there was no room in time, `true` when it is in. */
  async put(make: () => Item, deadline: Deadline, signal: AbortSignal | undefined): Promise<Stop | true | undefined> {
    const stop = this.#refused();
    if (stop !== undefined) return stop;
    let item = make();
    let outcome: symbol | undefined;
    try {
      if (this.#turns.empty) outcome = this.#attempt(item);
      if (outcome === undefined && deadline !== 0) {
        const own = item = kept(item);
        const awaited = this.#awaited(own);
        outcome = await this.#turns.run(deadline, signal, () => this.#channel.room.wait(awaited, deadline, signal));
      }
    } finally {
      if (outcome !== DONE) dropItem(item);
    }
    return outcome === DONE ? true : outcome as Stop | undefined;
  }

  /** As {@linkcode Sender.put}, blocking: it does not let calls of this thread go first that wait without blocking. */
  putSync(make: () => Item, deadline: Deadline): Stop | true | undefined {
    const stop = this.#refused();
    if (stop !== undefined) return stop;
    let item = make();
    let outcome: symbol | undefined;
    try {
      outcome = this.#attempt(item);
      if (outcome === undefined && deadline !== 0) {
        item = kept(item);
        outcome = this.#channel.room.waitSync(this.#awaited(item), deadline);
      }
    } finally {
      if (outcome !== DONE) dropItem(item);
    }
    return outcome === DONE ? true : outcome as Stop | undefined;
  }

  /** Puts a value at once, unless calls of this thread wait already. */
  putNow(value: unknown, where: string): Stop | true | undefined {
    const stop = this.#refused();
    if (stop !== undefined) return stop;
    const item = itemOf(value, where);
    let outcome: symbol | undefined;
    try {
      if (this.#turns.empty) outcome = this.#attempt(item);
    } finally {
      if (outcome !== DONE) dropItem(item);
    }
    return outcome === DONE ? true : outcome as Stop | undefined;
  }

  #attempt({ bytes, length, kind }: Item): symbol | undefined {
    const stop = this.#refused();
    if (stop !== undefined) return stop;
    switch (this.#channel.put(bytes, length, kind)) {
      case Put.Done:
        return DONE;
      case Put.Full:
        return undefined;
      case Put.Shut:
        return Stop.Shut;
    }
  }

  #awaited(item: Item): Awaited<symbol> {
    return {
      attempt: () => this.#attempt(item),
      ready: () => this.#refused() !== undefined || this.#channel.admits(item.length),
    };
  }
}

/** The taking side of a channel, for one handle. */
export class Receiver {
  readonly #channel: Channel;
  readonly #ended: () => Stop | undefined;
  readonly #turns = new Turns();
  readonly #values: Awaited<unknown>;

  /** Takes from `channel`; `ended` says why nothing is or will be there, or `undefined`. */
  constructor(channel: Channel, ended: () => Stop | undefined) {
    this.#channel = channel;
    this.#ended = ended;
    this.#values = this.#awaited(visitValue);
  }

  /** Whether no call waits. */
  get idle(): boolean {
    return this.#turns.empty;
  }

  /** Whether a call would not wait. */
  get ready(): boolean {
    return this.#channel.size > 0 || this.#ended() !== undefined;
  }

  /** The next value, or a {@linkcode Stop}, or {@linkcode Receiver.none} when none came in time. */
  async take(deadline: Deadline, signal: AbortSignal | undefined): Promise<unknown> {
    const result = await this.takeAs(this.#values, deadline, signal);
    return result instanceof Incomplete ? await result.complete() : unwrap(result);
  }

  /** As {@linkcode Receiver.take}, blocking. */
  takeSync(deadline: Deadline): unknown {
    const result = this.takeSyncAs(this.#values, deadline);
    return result instanceof Incomplete ? result.completeSync() : unwrap(result);
  }

  /** What `visit` makes of the next item; `undefined` when none came in time. */
  async takeAs<T>(awaited: Awaited<T>, deadline: Deadline, signal: AbortSignal | undefined): Promise<T | undefined> {
    if (this.#turns.empty) {
      const result = awaited.attempt();
      if (result !== undefined) return result;
    }
    if (deadline === 0) return undefined;
    return await this.#turns.run(deadline, signal, () => this.#channel.items.wait(awaited, deadline, signal));
  }

  /** As {@linkcode Receiver.takeAs}, blocking. */
  takeSyncAs<T>(awaited: Awaited<T>, deadline: Deadline): T | undefined {
    const result = awaited.attempt();
    return result !== undefined || deadline === 0 ? result : this.#channel.items.waitSync(awaited, deadline);
  }

  /** What to wait for so that `visit` sees an item. */
  awaiting<T>(visit: Visit<T>): Awaited<T | Stop> {
    return this.#awaited(visit);
  }

  #awaited<T>(visit: Visit<T>): Awaited<T | Stop> {
    return {
      attempt: () => this.#attempt(visit),
      ready: () => this.ready,
    };
  }

  #attempt<T>(visit: Visit<T>): T | Stop | undefined {
    const closed = this.#ended();
    if (closed === Stop.Closed) return closed;
    const value = this.#channel.take(visit);
    return value !== undefined ? value : this.#ended();
  }

  /** Drops all items; returns how many. */
  drain(): number {
    let count = 0;
    while (this.#channel.drain(visitDrop) !== undefined) count++;
    return count;
  }
}

/** Stands for "no value came in time" where a value may be anything. */
export const NONE: unique symbol = Symbol("none");

function unwrap(result: unknown): unknown {
  if (result === undefined) return NONE;
  return result === NOTHING ? undefined : result;
}
