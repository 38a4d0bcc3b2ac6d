import { TransportError } from "../base/errors.ts";
import { sharedBuffer } from "../memory/memory.ts";
import { revive } from "./_dispose.ts";
import { makeError } from "./_error.ts";
import { type Bytes, NOTHING, Reader } from "./_reader.ts";
import { ShapeTable } from "./_shapes.ts";
import { BufferForm, HAS_BUFFERS, SHORT_STRING, SMALL_INT, Tag, VIEW_NAMES } from "./_tags.ts";

type Fields = Record<string, unknown>;
type ViewConstructor = new (buffer: ArrayBufferLike, offset: number, length?: number) => ArrayBufferView;

const NO_SIDE: readonly unknown[] = [];
const SMALL_ARRAY = 16;
/** From this length on the runtime would take a slower kind of array. */
const LARGE_ARRAY = 1 << 25;

let viewClasses: readonly ViewConstructor[] | null = null;

/** Which bytes a packet is in, and what is beside them. */
export interface PacketRange {
  /** Index of the first byte. */
  readonly start: number;
  /** Index after the last byte. */
  readonly end: number;
  /** The side table. */
  readonly side?: readonly unknown[] | undefined;
  /** Whether the references of its shared objects are lent. */
  readonly lent?: boolean | undefined;
}

/** Reads one packet after another; what it makes never shares memory with the packet. */
export class ValueReader extends Reader {
  #side: readonly unknown[] = NO_SIDE;
  #lent = false;
  #refs: unknown[] = [];
  #keys: (readonly string[])[] = [];
  #deferred: { readonly target: object; readonly tag: number }[] = [];
  #buffers: ArrayBufferLike[] | null = null;
  readonly #shapes = new ShapeTable();
  /** Whether a packet is being read. */
  busy = false;
  /** Where shared objects that were made are noted; set, nothing else is made of what is no part of the bytes. */
  revived: object[] | null = null;

  /** The value of the packet that is in `bytes` from `start` to before `end`. */
  packet(bytes: Bytes, { start, end, side = NO_SIDE, lent = false }: PacketRange): unknown {
    this.open(bytes.buffer);
    this.start = bytes.byteOffset + start;
    this.end = bytes.byteOffset + end;
    this.at = this.start + 1;
    this.#side = side;
    this.#lent = lent;
    this.busy = true;
    try {
      const value = this.#value();
      for (let i = 0; i < this.#deferred.length; i++) this.#fill(this.#deferred[i]!);
      return value;
    } finally {
      this.#reset();
    }
  }

  #reset(): void {
    this.busy = false;
    this.revived = null;
    this.#side = NO_SIDE;
    this.#buffers = null;
    if (this.#refs.length > 0) this.#refs = [];
    if (this.#keys.length > 0) this.#keys = [];
    if (this.#deferred.length > 0) this.#deferred = [];
    // Shared memory stays; a packet of its own is not kept alive.
    if (this.bytes.buffer instanceof ArrayBuffer) this.open(NOTHING.buffer);
  }

  #value(): unknown {
    const tag = this.bytes[this.at++]!;
    if (tag >= SMALL_INT) return tag & 0x7f;
    if (tag >= SHORT_STRING) return this.latin1(tag & 0x3f);
    switch (tag) {
      case Tag.Undefined:
        return undefined;
      case Tag.Null:
        return null;
      case Tag.True:
        return true;
      case Tag.False:
        return false;
      case Tag.Int:
        this.at += 4;
        return this.view.getInt32(this.at - 4, true);
      case Tag.Float:
        return this.float();
      case Tag.ObjectNew:
      case Tag.ObjectSame:
      case Tag.ObjectWide:
        return this.#plain(tag, this.#keep({}) as Fields);
      case Tag.Array:
      case Tag.ArrayInt:
      case Tag.ArrayFloat:
      case Tag.ArraySparse:
        return this.#array(tag, this.#keep([]) as unknown[]);
      case Tag.Ref:
        return this.#refs[this.varuint()];
      default:
        return tag <= Tag.Utf16 ? this.#primitive(tag) : this.#special(tag);
    }
  }

  #keep(object: unknown): unknown {
    this.#refs.push(object);
    return object;
  }

  #primitive(tag: number): unknown {
    switch (tag) {
      case Tag.BigInt64:
        this.at += 8;
        return this.view.getBigInt64(this.at - 8, true);
      case Tag.BigInt: {
        const negative = this.bytes[this.at++] === 1;
        const value = BigInt(`0x${this.#value()}`);
        return negative ? -value : value;
      }
      case Tag.Latin1:
        return this.latin1(this.varuint());
      case Tag.Utf8:
        return this.slice("utf8", this.varuint());
      default:
        return this.slice("utf16le", this.varuint() * 2);
    }
  }

  #plain(tag: number, target: Fields): Fields {
    if (tag === Tag.ObjectWide) return this.#entries(target, this.varuint());
    const keys = tag === Tag.ObjectSame ? this.#keys[this.varuint()]! : this.#newKeys();
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      if (key === "__proto__") define(target, key, this.#value());
      else target[key] = this.#value();
    }
    return target;
  }

  #entries(target: Fields, count: number): Fields {
    for (let i = 0; i < count; i++) {
      const key = this.#value() as string;
      if (key === "__proto__") define(target, key, this.#value());
      else target[key] = this.#value();
    }
    return target;
  }

  #newKeys(): readonly string[] {
    const hash = this.view.getUint32(this.at, true);
    this.at += 4;
    const length = this.varuint();
    const start = this.at;
    let keys = this.#shapes.find(hash, this.bytes, start, length);
    if (keys === undefined) {
      const list = new Array<string>(this.varuint());
      for (let i = 0; i < list.length; i++) list[i] = this.#value() as string;
      keys = list;
      this.#shapes.add(hash, this.bytes.slice(start, start + length), keys);
    }
    this.at = start + length;
    this.#keys.push(keys);
    return keys;
  }

  #array(tag: number, target: unknown[]): unknown[] {
    const length = this.varuint();
    switch (tag) {
      case Tag.ArrayInt:
      case Tag.ArrayFloat:
        return tag === Tag.ArrayInt ? this.#ints(target, length) : this.#floats(target, length);
      case Tag.ArraySparse:
        target.length = length;
        this.#entries(target as unknown as Fields, this.varuint());
        return target;
    }
    reserve(target, length);
    for (let i = 0; i < length; i++) target[i] = this.#value();
    return target;
  }

  #ints(target: unknown[], length: number): unknown[] {
    const view = this.view;
    const at = this.at;
    reserve(target, length);
    for (let i = 0; i < length; i++) target[i] = view.getInt32(at + 4 * i, true);
    this.at = at + 4 * length;
    return target;
  }

  #floats(target: unknown[], length: number): unknown[] {
    const view = this.view;
    const at = this.at;
    reserve(target, length);
    for (let i = 0; i < length; i++) target[i] = view.getFloat64(at + 8 * i, true);
    this.at = at + 8 * length;
    return target;
  }

  #map(target: Map<unknown, unknown>): Map<unknown, unknown> {
    for (let count = this.varuint(); count > 0; count--) {
      const key = this.#value();
      target.set(key, this.#value());
    }
    return target;
  }

  #set(target: Set<unknown>): Set<unknown> {
    for (let count = this.varuint(); count > 0; count--) target.add(this.#value());
    return target;
  }

  #special(tag: number): unknown {
    switch (tag) {
      case Tag.Map:
        return this.#map(this.#keep(new Map()) as Map<unknown, unknown>);
      case Tag.Set:
        return this.#set(this.#keep(new Set()) as Set<unknown>);
      case Tag.Date:
        return this.#keep(new Date(this.float()));
      case Tag.RegExp: {
        const source = this.#value() as string;
        return this.#keep(new RegExp(source, this.#value() as string));
      }
      case Tag.Boxed:
        return this.#keep(Object(this.#value()));
      case Tag.Buffer:
        return this.#keep(this.#buffer(this.varuint()));
      case Tag.View:
        return this.#keep(this.#viewOf());
      case Tag.Error:
        return this.#error();
      case Tag.Shared:
        return this.#shared();
      case Tag.Side:
        return this.#keep(this.#beside(this.varuint()));
      case Tag.Deferred:
        return this.#later(this.bytes[this.at++]!);
      default:
        throw new TransportError(`Cannot read a packet with the tag ${tag}: it was not written by this library`);
    }
  }

  #later(tag: number): object {
    const target = tag === Tag.Array ? [] : tag === Tag.Map ? new Map() : tag === Tag.Set ? new Set() : {};
    this.#deferred.push({ target, tag });
    return this.#keep(target) as object;
  }

  #fill({ target, tag }: { readonly target: object; readonly tag: number }): void {
    const body = this.bytes[this.at++]!;
    if (tag === Tag.Array) this.#array(body, target as unknown[]);
    else if (tag === Tag.Map) this.#map(target as Map<unknown, unknown>);
    else if (tag === Tag.Set) this.#set(target as Set<unknown>);
    else this.#plain(body, target as Fields);
  }

  #beside(index: number): unknown {
    if (this.revived !== null) return NOTHING;
    if (index >= this.#side.length) {
      throw new TransportError(
        "Cannot read a packet whose side table is missing: it holds what only a message carries",
      );
    }
    return this.#side[index];
  }

  #shared(): object {
    const index = this.#refs.push(undefined) - 1;
    const kind = this.#value() as string;
    const object = revive({ kind, data: this.#value() }, this.#lent);
    if (object === undefined) {
      throw new TransportError(`Cannot make a ${kind} here: this thread has not loaded that class, import it`);
    }
    this.#refs[index] = object;
    this.revived?.push(object);
    return object;
  }

  #error(): Error {
    const user = this.#value() as string;
    const known = this.#value() as string;
    const message = this.#value() as string;
    const name = this.#value() as string;
    const error = this.#keep(makeError({ user, known }, message, name)) as Error;
    for (let count = this.varuint(); count > 0; count--) {
      const key = this.#value() as string;
      define(error, key, this.#value(), false);
    }
    for (let count = this.varuint(); count > 0; count--) {
      const key = this.#value() as string;
      define(error, key, this.#value());
    }
    // A name or message that its class gave it, where that class is not known here.
    if (error.name !== name) define(error, "name", name, false);
    if (error.message !== message) define(error, "message", message, false);
    return error;
  }

  #viewOf(): ArrayBufferView {
    const type = this.bytes[this.at++]!;
    const index = this.varuint();
    const offset = this.varuint();
    const length = this.varuint();
    const buffer = this.#buffer(index);
    if (this.revived !== null) return NOTHING;
    viewClasses ??= VIEW_NAMES.map((name) => (globalThis as unknown as Record<string, ViewConstructor>)[name]!);
    const View = viewClasses[type & 0x7f]!;
    const start = offset - this.#lows[index]!;
    return type >= 0x80 ? new View(buffer, start) : new View(buffer, start, length);
  }

  #lows: number[] = [];

  #buffer(index: number): ArrayBufferLike {
    if (this.revived !== null) return NOTHING.buffer;
    this.#buffers ??= this.#readBuffers();
    return this.#buffers[index]!;
  }

  /** The buffers at the packet's end, read when the first is needed. */
  #readBuffers(): ArrayBufferLike[] {
    if ((this.bytes[this.start]! & HAS_BUFFERS) === 0) {
      throw new TransportError("Cannot read a packet without its end");
    }
    const back = this.at;
    this.at = this.start + this.view.getUint32(this.end - 4, true);
    const buffers: ArrayBufferLike[] = [];
    this.#lows = [];
    for (let count = this.varuint(); count > 0; count--) {
      this.#lows.push(0);
      buffers.push(this.#readBuffer(buffers.length));
    }
    this.at = back;
    return buffers;
  }

  #readBuffer(index: number): ArrayBufferLike {
    switch (this.bytes[this.at++]) {
      case BufferForm.Memory:
        return sharedBuffer();
      case BufferForm.Side:
        return this.#beside(this.varuint()) as ArrayBufferLike;
      case BufferForm.Resizable: {
        const length = this.varuint();
        const buffer = new ArrayBuffer(length, { maxByteLength: this.varuint() });
        this.align();
        new Uint8Array(buffer).set(this.bytes.subarray(this.at, this.at + length));
        this.at += length;
        return buffer;
      }
    }
    this.#lows[index] = this.varuint();
    const length = this.varuint();
    const copy = new Uint8Array(length);
    this.align();
    copy.set(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return copy.buffer;
  }
}

/** Makes room in an empty array at once; small arrays stay without the mark of having had holes. */
function reserve(target: unknown[], length: number): void {
  if (length > SMALL_ARRAY && length < LARGE_ARRAY) target.length = length;
}

function define(target: object, key: string, value: unknown, enumerable = true): void {
  Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true });
}
