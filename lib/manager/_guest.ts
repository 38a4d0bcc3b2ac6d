import { TransportError } from "../base/errors.ts";
import { encodeError, Encoder } from "../channel/codec.ts";
import { RingReader, RingWriter } from "../channel/ring.ts";
import type { Handle } from "../memory/handle.ts";
import {
  CLIENT_BELL,
  CLIENT_PID,
  CLIENT_REPLIES,
  CLIENT_REPLIES_FULL,
  CLIENT_REQUESTS,
  CLIENT_REQUESTS_FULL,
} from "../memory/manager_layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { alive } from "../memory/process_table.ts";
import { ring } from "../worker/bell.ts";
import {
  bellWords,
  dropRecords,
  encodeLent,
  giveUp,
  lentValueOf,
  Outgoing,
  Reply,
  type Request,
  WIND_DOWN_MS,
} from "./_wire.ts";

/** The server's side of the connection to one client thread. */

/** How many requests of one client are done before the next client has its turn. */
const MOST_IN_A_ROW = 64;

const encoder = new Encoder();

/** One request, as the server works on it. */
export interface Task {
  /** What is asked for. */
  readonly kind: Request;
  /** Number of the call, for its reply. */
  readonly id: number;
  /** First number of the record. */
  readonly aux: number;
  /** Second number of the record. */
  readonly aux2: number;
  /** The decoded payload. */
  readonly payload: unknown;
  /** Who asks. */
  readonly guest: Guest;
}

/** A client thread, as the server sees it. */
export class Guest {
  /** Controllers of the calls with a signal. */
  readonly controllers: Map<number, AbortController> = new Map();
  readonly #handle: Handle;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #pid: number;
  readonly #requests: RingReader;
  readonly #outgoing: Outgoing;
  readonly #bell: Int32Array<SharedArrayBuffer>;
  #polling = false;
  #goneAt = Infinity;
  #freed = false;

  /** The client whose block is `handle`. */
  constructor(handle: Handle) {
    const { offset } = handle;
    this.#handle = handle;
    const words = this.#words = wordsAt(offset, CLIENT_REQUESTS / 4);
    this.#pid = words[CLIENT_PID]!;
    this.#requests = new RingReader(offset + CLIENT_REQUESTS);
    this.#outgoing = new Outgoing(new RingWriter(offset + CLIENT_REPLIES), {
      words,
      full: CLIENT_REPLIES_FULL,
      bell: words[CLIENT_BELL]!,
    });
    this.#bell = bellWords(words[CLIENT_BELL]!);
  }

  /** Whether its process has ended and nothing of what it had asked for is being done at the moment. */
  get ended(): boolean {
    return !this.#polling && !alive(this.#pid);
  }

  /** Does what has been asked for: of one whose process has ended all of it, and nothing that comes later. */
  poll(perform: (task: Task) => void): "busy" | "quiet" | "gone" {
    let any = this.#outgoing.flush();
    let count = 0;
    let dead: boolean;
    this.#polling = true;
    try {
      do {
        // Looked at before the ring: what was asked for before the end is there then.
        dead = !alive(this.#pid);
        count += this.#perform(perform, dead ? Infinity : MOST_IN_A_ROW - count);
      } while (!dead && !alive(this.#pid));
    } finally {
      this.#polling = false;
    }
    any ||= count > 0;
    if (count > 0 && Atomics.exchange(this.#words, CLIENT_REQUESTS_FULL, 0) === 1) ring(this.#bell);
    if (!dead) return any ? "busy" : "quiet";
    for (const controller of this.controllers.values()) controller.abort();
    this.#goneAt = performance.now();
    return "gone";
  }

  /** Does at most that many of the requests that have come; returns how many. */
  #perform(perform: (task: Task) => void, most: number): number {
    let count = 0;
    for (; count < most; count++) {
      const record = this.#requests.take();
      if (record === null) break;
      const { kind, id, aux, aux2 } = record;
      let payload: unknown;
      try {
        payload = lentValueOf(record);
      } catch (error) {
        this.#requests.done();
        this.replyThrown(id, error);
        continue;
      }
      this.#requests.done();
      perform({ kind: kind as Request, id, aux, aux2, payload, guest: this });
    }
    return count;
  }

  /** For how many milliseconds a client that is gone may still be reading. */
  get windsDown(): number {
    return Math.max(0, this.#goneAt + WIND_DOWN_MS - performance.now());
  }

  /** Gives back what replies hold that did not reach the client, and what it wrote after its end was seen. */
  free(): void {
    this.#freed = true;
    dropRecords(this.#handle.offset + CLIENT_REQUESTS);
    dropRecords(this.#handle.offset + CLIENT_REPLIES);
    this.#outgoing.drop();
    this.#handle.close();
  }

  /** Answers call `id` with a value. Throws when that cannot travel; the call is not answered then. */
  reply(id: number, value: unknown): void {
    const { encoded, lent } = encodeLent(encoder, value, "the result");
    // A promise that was settled too late: its block may be another's by now. Encoded all the same, as the first proxy
    // of a new object is given up by that.
    if (this.#freed) return giveUp(lent);
    const { bytes, length, side } = encoded;
    if (side.length > 0) {
      giveUp(lent);
      throw new TransportError(
        "Cannot send a SharedArrayBuffer, Blob, CryptoKey or WebAssembly object as the result of a manager's method",
      );
    }
    this.#outgoing.send({ kind: Reply.Value, id, aux: 0, aux2: 0, bytes, length, lent });
  }

  /** Answers call `id` with what it threw. */
  replyThrown(id: number, error: unknown): void {
    if (this.#freed) return;
    const { bytes } = encodeError(error);
    this.#outgoing.send({ kind: Reply.Thrown, id, aux: 0, aux2: 0, bytes, length: bytes.length, lent: [] });
  }
}
