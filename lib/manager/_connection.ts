import { ClosedError, TransportError, WorkerDiedError } from "../base/errors.ts";
import { perRealm } from "../base/realm.ts";
import { decodeError, Encoder } from "../channel/codec.ts";
import { bytesOf, RingReader, type RingRecord, RingWriter } from "../channel/ring.ts";
import { Handle } from "../memory/handle.ts";
import { BlockKind, UNIT_BYTES } from "../memory/layout.ts";
import {
  CLIENT_BELL,
  CLIENT_BYTES,
  CLIENT_GENERATION,
  CLIENT_NEXT,
  CLIENT_PID,
  CLIENT_REPLIES,
  CLIENT_REPLIES_FULL,
  CLIENT_REQUESTS,
  CLIENT_REQUESTS_FULL,
  CLIENT_SERVER,
  CLIENT_SERVER_BELL,
  MANAGED_CLIENT,
  MANAGED_TAG,
  MANAGER_ARRIVALS,
  MANAGER_BELL,
  MANAGER_BYTES,
  MANAGER_PHASE,
  MANAGER_SERVER,
} from "../memory/manager_layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { alive, exitCodeOf, self } from "../memory/process_table.ts";
import { bell, nextTurn, ring } from "../worker/bell.ts";
import {
  bellWords,
  dropRecords,
  encodeLent,
  giveUp,
  lentValueOf,
  Outgoing,
  Reply,
  Request,
  WIND_DOWN_MS,
} from "./_wire.ts";

/** A thread's connection to a manager's server: made at its first call, kept for all of its proxies. */

/** The phases of a manager. */
export const Phase = { New: 0, Running: 1, Down: 2 } as const;

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** What a request is about. */
export interface Subject {
  /** First number of the record. */
  readonly aux?: number;
  /** Second number of the record. */
  readonly aux2?: number;
  /** Aborted: the call rejects with its reason, and the server is told. */
  readonly signal?: AbortSignal | undefined;
}

/** How long, in milliseconds, a lone call blocks for its reply before it waits without blocking. */
const PATIENCE = 0.25;
/** How long, in milliseconds, lone calls may follow each other without a turn of the event loop. */
const TURN_MS = 4;

const encoder = new Encoder();

/** The words of a manager's state. */
export function managerWords(handle: Handle): Int32Array<SharedArrayBuffer> {
  return wordsAt(handle.offset, MANAGER_BYTES / 4);
}

/** The error for the use of a manager, or of anything of it, that was shut down. */
export function managerDown(): ClosedError {
  return new ClosedError("This manager has shut down: what it served is gone");
}

/** A client thread's side. */
export class Connection {
  readonly #manager: Int32Array<SharedArrayBuffer>;
  readonly #server: number;
  readonly #handle: Handle;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #outgoing: Outgoing;
  readonly #replies: RingReader;
  readonly #serverBell: Int32Array<SharedArrayBuffer>;
  readonly #pending = new Map<number, Pending>();
  #last = 0;
  #turn = 0;
  #patience = PATIENCE;
  #ended = false;

  /** A connection to the running manager whose state is in `manager`. */
  constructor(manager: Int32Array<SharedArrayBuffer>) {
    this.#manager = manager;
    this.#server = manager[MANAGER_SERVER]!;
    const serverBell = manager[MANAGER_BELL]!;
    this.#handle = Handle.create(CLIENT_BYTES, BlockKind.Managed);
    const { offset } = this.#handle;
    const words = this.#words = wordsAt(offset, CLIENT_REQUESTS / 4);
    words[CLIENT_PID] = self();
    words[CLIENT_SERVER] = this.#server;
    words[CLIENT_BELL] = bell().offset / UNIT_BYTES;
    words[CLIENT_SERVER_BELL] = serverBell;
    words[CLIENT_GENERATION] = this.#handle.generation;
    words[MANAGED_TAG] = MANAGED_CLIENT;
    this.#outgoing = new Outgoing(new RingWriter(offset + CLIENT_REQUESTS), {
      words,
      full: CLIENT_REQUESTS_FULL,
      bell: serverBell,
    });
    this.#replies = new RingReader(offset + CLIENT_REPLIES);
    this.#serverBell = bellWords(serverBell);
    this.#announce(offset / UNIT_BYTES);
    bell().watch(this);
  }

  /** Whether the server is gone. */
  get ended(): boolean {
    return this.#ended;
  }

  #announce(place: number): void {
    // The server adopts this reference.
    this.#handle.share("connection");
    while (true) {
      const first = Atomics.load(this.#manager, MANAGER_ARRIVALS);
      this.#words[CLIENT_NEXT] = first;
      if (Atomics.compareExchange(this.#manager, MANAGER_ARRIVALS, first, place) === first) break;
    }
    ring(this.#serverBell);
  }

  /**
   * Asks the server for something; resolves to its answer.
   *
   * @throws {ClosedError} When the manager was shut down.
   * @throws {TransportError} When the payload cannot travel.
   */
  request(kind: Request, payload: unknown, subject: Subject = {}): Promise<unknown> {
    const { signal } = subject;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#ended) return Promise.reject(this.#endError());
    if (kind !== Request.Stop && Atomics.load(this.#manager, MANAGER_PHASE) === Phase.Down) {
      return Promise.reject(managerDown());
    }
    let id: number;
    try {
      id = this.#send(kind, payload, subject);
    } catch (error) {
      return Promise.reject(error);
    }
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    if (this.#pending.size === 0) bell().hold();
    this.#pending.set(id, { resolve, reject });
    if (this.#pending.size === 1) void this.#linger(id);
    else bell().expect();
    if (signal !== undefined) this.#abortable(id, signal, promise);
    return promise;
  }

  /**
   * Blocks for a moment if this call is the only one, as code that awaits each
   * call has nothing else to do: being woken from there is several times
   * faster. Where replies take longer, hardly at all.
   */
  async #linger(id: number): Promise<void> {
    // What makes several calls at once has made them by then.
    await null;
    if (this.#pending.size > 1) return bell().expect();
    if (performance.now() - this.#turn > TURN_MS) {
      await nextTurn();
      this.#turn = performance.now();
    }
    if (!this.#pending.has(id)) return;
    const done = bell().blockUntil(() => !this.#pending.has(id), performance.now() + this.#patience);
    this.#patience = done ? PATIENCE : Math.max(PATIENCE / 64, this.#patience / 2);
  }

  #send(kind: Request, payload: unknown, { aux = 0, aux2 = 0 }: Subject, known?: number): number {
    const { encoded, lent } = encodeLent(encoder, payload, "the arguments");
    const { bytes, length, side } = encoded;
    if (side.length > 0) {
      giveUp(lent);
      throw new TransportError("Cannot send a SharedArrayBuffer, Blob, CryptoKey or WebAssembly object to a manager");
    }
    const id = known ?? (this.#last = this.#last + 1 & 0x7fffffff);
    this.#outgoing.send({ kind, id, aux, aux2, bytes, length, lent });
    return id;
  }

  #abortable(id: number, signal: AbortSignal, promise: Promise<unknown>): void {
    const abort = (): void => {
      const pending = this.#settle(id);
      if (pending === undefined) return;
      pending.reject(signal.reason);
      try {
        this.#send(Request.Abort, [signal.reason], {}, id);
      } catch {
        // A reason that cannot travel.
        this.#send(Request.Abort, [], {}, id);
      }
    };
    signal.addEventListener("abort", abort);
    const done = (): void => signal.removeEventListener("abort", abort);
    promise.then(done, done);
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    if (this.#pending.size === 0) bell().release();
    return pending;
  }

  /** Handles what has come; called by the thread's bell. */
  poll(): boolean {
    if (this.#ended) return false;
    // Looked at before the ring: a server's last replies come before its end.
    const dead = !alive(this.#server);
    let any = this.#outgoing.flush();
    for (let record = this.#replies.take(); record !== null; record = this.#replies.take()) {
      any = true;
      this.#receive(record);
      this.#replies.done();
    }
    if (any && Atomics.exchange(this.#words, CLIENT_REPLIES_FULL, 0) === 1) ring(this.#serverBell);
    if (dead) this.#end();
    return any || dead;
  }

  #receive(record: RingRecord): void {
    const pending = this.#settle(record.id);
    try {
      // Decoded also when nobody waits any more: what it holds must be given up.
      const value = record.kind === Reply.Value ? lentValueOf(record) : decodeError({ bytes: bytesOf(record) });
      if (record.kind === Reply.Value) pending?.resolve(value);
      else pending?.reject(value);
    } catch (error) {
      pending?.reject(error);
    }
  }

  #endError(): Error {
    if (Atomics.load(this.#manager, MANAGER_PHASE) === Phase.Down) return managerDown();
    return new WorkerDiedError("The process of this manager has ended: what it served is gone", {
      exitCode: exitCodeOf(this.#server),
      pid: this.#server,
    });
  }

  #end(): void {
    this.#ended = true;
    bell().unwatch(this);
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(this.#endError());
    const timer = setTimeout(() => {
      dropRecords(this.#handle.offset + CLIENT_REQUESTS);
      this.#outgoing.drop();
      this.#handle.close();
    }, WIND_DOWN_MS);
    Deno.unrefTimer(timer as unknown as number);
  }
}

interface Known {
  readonly generation: number;
  readonly connection: Connection;
}

/** This thread's connection to the manager of `handle`, made if there is none; with `ending`, also to one that is going down. */
export function connectionTo(handle: Handle, ending = false): Connection {
  const known = perRealm("manager connections", () => new Map<number, Known>());
  const { offset, generation } = handle;
  const found = known.get(offset);
  if (found !== undefined && found.generation === generation) return found.connection;
  const words = managerWords(handle);
  if (Atomics.load(words, MANAGER_PHASE) !== Phase.Running && !ending) throw managerDown();
  const connection = new Connection(words);
  known.set(offset, { generation, connection });
  return connection;
}
