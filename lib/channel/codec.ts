import { TransportError } from "../base/errors.ts";
import type { Handle } from "../memory/handle.ts";
import { SHARE } from "../memory/shareable.ts";
import { ValueReader } from "./_decoder.ts";
import { Refusal, ValueWriter } from "./_encoder.ts";
import { type ClassHooks, setClassHooks } from "./_error.ts";
import { standIn } from "./_kinds.ts";
import { findPath } from "./_path.ts";
import { HAS_SHARED } from "./_tags.ts";
import { addressers, type Share } from "./_address.ts";
import { dispose } from "./_dispose.ts";

/**
 * Values to bytes and back, in one pass: what every argument, result, queue
 * item and message goes through. `README.md` beside this file says what
 * travels and how; `_tags.ts` holds the format.
 */

export { type ClassHooks, setClassHooks };

/** A value as bytes, and beside them what only a message can carry. */
export interface Packet {
  /** The value; `side` is referred to by index. */
  readonly bytes: Uint8Array;
  /** Shared buffers, WebAssembly modules, blobs, ports and other transferred objects; mostly empty. */
  readonly side: readonly unknown[];
  /** The shared objects in it, as they were described: for {@linkcode address}. */
  readonly shares?: readonly Share[];
  /** The block of the arena that `bytes` is in, if it is in one: whoever has the packet closes it when it is done with. */
  readonly block?: Handle | null;
}

/** How a value is encoded. */
export interface EncodeOptions {
  /** What the value is, for the error message: `argument 0`. */
  readonly where?: string;
  /** Objects that move instead of being copied; they go into the side table, and whoever sends that transfers them. */
  readonly transfer?: readonly unknown[];
  /** Whether shared objects may travel; `false` for another operating-system process. Default: true. */
  readonly shared?: boolean;
  /** Where holds on its shared objects are added, instead of references being taken for the copies: see `lending`. */
  readonly lend?: Handle[];
  /** Whether a large packet may be in a block of the arena. Default: false. */
  readonly blocks?: boolean;
}

/** Packets larger than this are handed out with the memory they were written in. */
const KEEP_BYTES = 1 << 20;
/** Packets up to this size are copied where they go, so they keep no block of their own. */
const RECORD_BYTES = 1 << 16;

/** Encodes one value after another into memory that is used again: the last packet is valid until the next call. */
export class Encoder {
  readonly #writer = new ValueWriter();
  #busy = false;

  /** Whether a packet is being written: a getter of the value may call the library again. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Bytes of the last packet. */
  get length(): number {
    return this.#writer.at;
  }

  /** What goes beside the last packet. */
  get side(): readonly unknown[] {
    return this.#writer.side;
  }

  /** The memory that begins with the last packet. */
  get bytes(): Uint8Array {
    return this.#writer.bytes;
  }

  /** The block that the last packet is in, if it is in one. */
  get block(): Handle | null {
    return this.#writer.block;
  }

  /** Encodes `value`; read {@linkcode Encoder.length}, `side` and `bytes` of the returned encoder before the next call. */
  encodeInto(value: unknown, options?: EncodeOptions): this {
    const writer = this.#writer;
    this.release();
    writer.shared = options?.shared ?? true;
    writer.blocks = options?.blocks ?? false;
    writer.lend = options?.lend ?? null;
    this.#busy = true;
    try {
      writer.packet(value, { transfer: options?.transfer });
      return this;
    } catch (error) {
      this.release();
      throw explain(error, value, options?.where);
    } finally {
      this.#busy = false;
    }
  }

  /** As {@linkcode Encoder.encodeInto}, for a list of values that are neither objects nor functions. */
  encodePlain(values: readonly unknown[]): this {
    this.release();
    this.#writer.blocks = false;
    this.#writer.plainList(values);
    return this;
  }

  /** As {@linkcode Encoder.encodeInto}, but what cannot travel is replaced by a text, not refused. */
  encodeLenient(value: unknown, options?: EncodeOptions): this {
    this.release();
    this.#writer.shared = options?.shared ?? true;
    this.#writer.blocks = false;
    this.#writer.lend = null;
    this.#busy = true;
    try {
      this.#writer.packet(value, { lenient: 1 });
      return this;
    } finally {
      this.#busy = false;
    }
  }

  /** The last packet in memory of its own. */
  take(): Packet {
    const writer = this.#writer;
    const { side, shares, at, block } = writer;
    if (at <= (block === null ? KEEP_BYTES : RECORD_BYTES)) {
      const bytes = writer.bytes.slice(0, at);
      this.release();
      return { bytes, side, shares };
    }
    const bytes = writer.bytes.subarray(0, at);
    writer.renew();
    return { bytes, side, shares, block };
  }

  /** Gives back memory that only a large packet needed: the last packet is gone. */
  release(): void {
    const writer = this.#writer;
    if (writer.block === null && writer.bytes.length <= 4 * KEEP_BYTES) return;
    writer.block?.close();
    writer.renew();
  }
}

const spareEncoder = new Encoder();
const spareReader = new ValueReader();

function encoder(): Encoder {
  return spareEncoder.busy ? new Encoder() : spareEncoder;
}

/** `value` as bytes. Throws a `TransportError` that says where the part is that cannot travel. */
export function encode(value: unknown, options?: EncodeOptions): Packet {
  return encoder().encodeInto(value, options).take();
}

/** Whom packets were addressed to. */
const addressees = new WeakMap<readonly Share[], number>();

/**
 * Says that only the process `pid` will decode the packet. What counts the
 * copies of itself, as the ends of a pipe do, then counts those on their way as
 * that process's: if it ends before it has decoded them they end with it. A
 * packet that did not reach one process may be addressed to another.
 */
export function address({ shares }: Packet, pid: number): void {
  if (shares === undefined || shares.length === 0) return;
  const from = addressees.get(shares) ?? 0;
  if (from === pid) return;
  addressees.set(shares, pid);
  for (const { shared: { kind, data } } of shares) addressers().get(kind)?.(data as never, { from, to: pid });
}

/**
 * Takes for the shared objects of a packet once more what their copies hold:
 * for one that is sent again after a process that may have decoded it has
 * ended. Throws when one of the objects was closed meanwhile.
 */
export function renew({ shares }: Packet): void {
  if (shares === undefined || shares.length === 0) return;
  addressees.delete(shares);
  for (const { object } of shares) object[SHARE]();
}

/** A packet, as far as decoding goes. */
export interface PacketLike {
  /** As in {@linkcode Packet}. */
  readonly bytes: Uint8Array;
  /** As in {@linkcode Packet}; may be left out when it is empty. */
  readonly side?: readonly unknown[] | undefined;
  /** As in {@linkcode Packet}. */
  readonly block?: Handle | null;
  /** Whether it was encoded with {@linkcode EncodeOptions.lend}. */
  readonly lent?: boolean | undefined;
}

function reader(): ValueReader {
  return spareReader.busy ? new ValueReader() : spareReader;
}

/** The value of a packet, whose bytes may be in shared memory; nothing of it refers to them. */
export function decode({ bytes, side, lent }: PacketLike): unknown {
  return reader().packet(bytes, { start: 0, end: bytes.length, side, lent });
}

const range = { start: 0, end: 0 };

/** As {@linkcode decode}, for a packet without a side table that is in `bytes` from `start` to before `end`. */
export function decodeAt(bytes: Uint8Array, start: number, end: number): unknown {
  range.start = start;
  range.end = end;
  return reader().packet(bytes, range);
}

/** Drops a packet that nobody will decode: what it and its shared objects hold is given back at once. */
export function discard(packet: PacketLike): void {
  if (((packet.bytes[0] ?? 0) & HAS_SHARED) !== 0) discardShared(packet);
  packet.block?.close();
}

function discardShared(packet: PacketLike): void {
  const revived: object[] = [];
  const own = new ValueReader();
  own.revived = revived;
  try {
    own.packet(packet.bytes, { start: 0, end: packet.bytes.length, side: packet.side, lent: packet.lent });
  } catch {
    // Nobody asked for the value.
  }
  for (const object of revived) dispose(object);
}

/** The error that says that `culprit`, a part of `value`, cannot travel. */
export function refused(
  value: unknown,
  culprit: unknown,
  { where, reason, cause }: { where: string; reason: string; cause: unknown },
): TransportError {
  const labels = findPath(value, { value: culprit })?.labels ?? [];
  return new TransportError(`Cannot send ${place(where, labels)}: ${reason}`, { cause });
}

/** The error to throw for what writing `value` threw. */
function explain(thrown: unknown, value: unknown, where: string | undefined): unknown {
  if (thrown instanceof Refusal) {
    const labels = findPath(value, { value: thrown.value })?.labels ?? [];
    const cause = cloneError(thrown.value);
    return new TransportError(
      `Cannot send ${place(where, labels)}: ${thrown.reason}`,
      cause === undefined ? {} : { cause },
    );
  }
  const found = isStackOverflow(thrown) ? null : findPath(value);
  if (found === null) return thrown;
  return new TransportError(
    `Cannot send ${place(where, found.labels)}: reading it threw ${text(thrown)}`,
    { cause: thrown },
  );
}

function isStackOverflow(thrown: unknown): boolean {
  return thrown instanceof RangeError && /call stack/.test(thrown.message);
}

function place(where: string | undefined, labels: readonly string[]): string {
  const all = where === undefined ? labels : [where, ...labels];
  return all.length === 0 ? "the value" : all.join(" → ");
}

function cloneError(value: unknown): unknown {
  try {
    structuredClone(value);
  } catch (error) {
    return error;
  }
}

function text(value: unknown): string {
  try {
    return String(value);
  } catch {
    return standIn(value);
  }
}

/** A thrown value as bytes, whatever it is; what of it cannot travel is replaced by a text. Never throws. */
export function encodeError(thrown: unknown, options?: EncodeOptions): Packet {
  const subject = typeof thrown === "function" || typeof thrown === "symbol"
    ? new TransportError(`The task threw a value that cannot travel: ${standIn(thrown)}`)
    : thrown;
  try {
    return encoder().encodeLenient(subject, options).take();
  } catch {
    const error = new TransportError(`The task threw a value that cannot travel: ${text(thrown)}`);
    return encoder().encodeLenient(error, options).take();
  }
}

/** How a thrown value is decoded. */
export interface DecodeErrorOptions {
  /** The stack of the call that started the work: it is added below the worker's own. */
  readonly localStack?: string;
}

/** The thrown value of a packet; an error's `stack` is the worker's, then that of the call. */
export function decodeError(packet: PacketLike, options?: DecodeErrorOptions): unknown {
  const value = decode(packet);
  const local = options?.localStack;
  if (!(value instanceof Error) || local === undefined) return value;
  const frames = local.split("\n").filter((line) => /^\s+at /.test(line)).join("\n");
  if (frames === "") return value;
  const stack = typeof value.stack === "string" ? value.stack : text(value);
  Object.defineProperty(value, "stack", {
    value: `${stack}\n  called from:\n${frames}`,
    writable: true,
    configurable: true,
    enumerable: false,
  });
  return value;
}
