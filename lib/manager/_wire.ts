import { decode, discard, Encoder } from "../channel/codec.ts";
import { bytesOf, type RecordPlace, RingReader, type RingRecord, type RingWriter } from "../channel/ring.ts";
import type { Handle } from "../memory/handle.ts";
import { ring } from "../worker/bell.ts";
import { registerSweeper } from "../memory/arena.ts";
import { BELL_BYTES } from "../memory/lane_layout.ts";
import { BlockKind, UNIT_BYTES } from "../memory/layout.ts";
import {
  CLIENT_BELL,
  CLIENT_PID,
  CLIENT_SERVER,
  CLIENT_SERVER_BELL,
  MANAGED_CLIENT,
  MANAGED_TAG,
} from "../memory/manager_layout.ts";
import { wordsAt } from "../memory/memory.ts";

/**
 * What a manager's clients and its server say to each other: records of two
 * rings for each client thread. A record's id is the call's number, the same in
 * its reply, so calls are independent of each other.
 */

/** What a client asks for. */
export const Request = {
  /** Call method number `aux2` of the object at place `aux`; payload: the arguments. */
  Call: 1,
  /** Make an object; payload: its type's name and the arguments. */
  Create: 2,
  /** Make a class known; payload: {@linkcode Definition}. */
  Define: 3,
  /** Run a function once; payload: carrier and arguments. */
  Initialize: 4,
  /** Say how many objects there are. */
  Count: 5,
  /** The signal of call `id` was aborted; payload: its reason. No reply. */
  Abort: 6,
  /** End. */
  Stop: 7,
} as const;
/** One of the values of {@linkcode Request}. */
export type Request = typeof Request[keyof typeof Request];

/** What a server answers. */
export const Reply = {
  /** The call's result. */
  Value: 1,
  /** What the call threw; no request's number. */
  Thrown: 16,
} as const;

/** A class that the server is to know. */
export interface Definition {
  /** Its name for clients. */
  readonly name: string;
  /** How the class or function travels; `null`: objects are given by the client. */
  readonly carrier: unknown;
  /** The members that clients may call; `null`: all public ones. */
  readonly exposed: readonly string[] | null;
}

/** What a client has to know of an object's class. */
export interface TypeInfo {
  /** Its name. */
  readonly name: string;
  /** Its methods; a call names one by its index. */
  readonly methods: readonly string[];
}

/** A record that waits for room in its ring. */
export interface Waiting {
  readonly kind: number;
  readonly id: number;
  readonly aux: number;
  readonly aux2: number;
  readonly bytes: Uint8Array;
  readonly length: number;
  /** Holds on the shared objects in it, until they are read. */
  readonly lent: readonly Handle[];
}

/** One end's outgoing records: into the ring, or in a queue until there is room. */
export class Outgoing {
  readonly #ring: RingWriter;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #full: number;
  readonly #bell: Int32Array<SharedArrayBuffer>;
  readonly #backlog: Waiting[] = [];
  /** Holds that are lent to records which may not be read yet. */
  readonly #lent: { readonly place: RecordPlace; readonly holds: readonly Handle[] }[] = [];

  /** Writes to `ring`; `words[full]` tells the other side, whose bell is at `bell`, to say when there is room. */
  constructor(ring: RingWriter, at: { words: Int32Array<SharedArrayBuffer>; full: number; bell: number }) {
    this.#ring = ring;
    this.#words = at.words;
    this.#full = at.full;
    this.#bell = bellWords(at.bell);
  }

  /** Sends a record whose `bytes` may be used again after the call. */
  send(record: Waiting): void {
    // First: what is asked for may depend on what is still held.
    this.#settle();
    if (this.#backlog.length === 0 && this.#write(record)) {
      ring(this.#bell);
      return;
    }
    this.#backlog.push({ ...record, bytes: record.bytes.slice(0, record.length) });
    this.flush();
  }

  /** Sends what waits for room, as far as there is some; `true` when anything was sent. */
  flush(): boolean {
    let any = false;
    this.#settle();
    while (this.#backlog.length > 0) {
      if (!this.#write(this.#backlog[0]!)) {
        if (Atomics.exchange(this.#words, this.#full, 1) === 1) break;
        // Said first and tried again then: room that was made in between is seen here.
        continue;
      }
      this.#backlog.shift();
      any = true;
    }
    if (any) ring(this.#bell);
    return any;
  }

  #write(record: Waiting): boolean {
    const place = this.#ring.write(record.kind, record.id, record);
    if (place === null) return false;
    if (record.lent.length > 0) this.#lent.push({ place, holds: record.lent });
    return true;
  }

  /** Gives up what was lent to records that have been read. */
  #settle(): void {
    while (this.#lent.length > 0 && this.#ring.passed(this.#lent[0]!.place)) giveUp(this.#lent.shift()!.holds);
  }

  /** Gives up what is lent, also to records that wait for room: nobody will read them. */
  drop(): void {
    for (const record of this.#backlog.splice(0)) {
      drop(record.kind, record.bytes);
      giveUp(record.lent);
    }
    for (const { holds } of this.#lent.splice(0)) giveUp(holds);
  }
}

/** Encodes a value, by `spare` if that is free, lending what it refers to; what cannot travel lends nothing. */
export function encodeLent(spare: Encoder, value: unknown, where: string): { encoded: Encoder; lent: Handle[] } {
  const lent: Handle[] = [];
  try {
    const encoded = (spare.busy ? new Encoder() : spare).encodeInto(value, { where, lend: lent });
    return { encoded, lent };
  } catch (error) {
    giveUp(lent);
    throw error;
  }
}

/** Gives up holds that were lent. */
export function giveUp(holds: readonly Handle[]): void {
  for (const hold of holds) hold.close();
}

/**
 * Whether the shared objects of a record are lent. Sender and receiver are
 * both there until it is read, so nothing is lost should either die between
 * taking references for the copies and making them its own. Only thrown values
 * travel as everywhere.
 */
function isLent(kind: number): boolean {
  return kind !== Reply.Thrown;
}

/** The value of a record, as {@linkcode isLent} says. */
export function lentValueOf({ view, start, length }: RingRecord): unknown {
  return decode({ bytes: view.subarray(start, start + length), lent: true });
}

function drop(kind: number, bytes: Uint8Array): void {
  discard({ bytes, lent: isLent(kind) });
}

/** How long, in milliseconds, a thread that was killed may still be reading: as long as memory waits for it. */
export const WIND_DOWN_MS = 100;

/** Gives back what the records hold that the reader of the ring at `offset` did not get to before it died. One that it had begun is its own. */
export function dropRecords(offset: number): void {
  const reader = new RingReader(offset);
  for (let record = reader.take(); record !== null; record = reader.take()) {
    drop(record.kind, bytesOf(record));
    reader.done();
  }
}

/** What is read of a record's payload. */
export type RecordVisitor = (record: RingRecord) => void;

/** The words of the bell at a place. */
export function bellWords(place: number): Int32Array<SharedArrayBuffer> {
  return wordsAt(place * UNIT_BYTES, BELL_BYTES / 4);
}

/** Wakes the other side of each client block whose one side has died. */
function sweepManaged(offset: number, deadPid: number): void {
  const words = wordsAt(offset, 16);
  if (words[MANAGED_TAG] !== MANAGED_CLIENT) return;
  if (words[CLIENT_PID] === deadPid) ring(bellWords(words[CLIENT_SERVER_BELL]!));
  else if (words[CLIENT_SERVER] === deadPid) ring(bellWords(words[CLIENT_BELL]!));
}

registerSweeper(BlockKind.Managed, sweepManaged);
