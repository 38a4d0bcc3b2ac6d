import { types } from "node:util";
import type { Handle } from "../memory/handle.ts";
import { SHARE, type Shareable } from "../memory/shareable.ts";
import type { Share } from "./_address.ts";
import { BufferTable } from "./_buffers.ts";
import { describe, giveBack } from "./_dispose.ts";
import { describeClass } from "./_error.ts";
import { ARRAY_FLOATS, ARRAY_INTS, ARRAY_SPARSE, arrayForm, followsLength, readSafely, text } from "./_forms.ts";
import { Kind, kindOf, outside, refusal, standIn } from "./_kinds.ts";
import { ShapeTree } from "./_shapes.ts";
import { HAS_BUFFERS, HAS_SHARED, MAX_DEPTH, Tag, VIEW_NAMES } from "./_tags.ts";
import { Writer } from "./_writer.ts";

/** Thrown inside the codec: `value` cannot travel. */
export class Refusal {
  /** The value and the reason. */
  constructor(readonly value: unknown, readonly reason: string) {}
}

/** Up to this many objects are found again by looking at each, more by a table. */
const FEW = 12;

const viewName = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!
  .get as (this: unknown) => string | undefined;
const VIEW_TYPES: ReadonlyMap<string, number> = new Map(VIEW_NAMES.map((name, index) => [name, index]));
const NO_SIDE: unknown[] = [];
const NO_SHARES: readonly Share[] = [];

/** How a packet is written. */
export interface PacketOptions {
  /** What moves instead of being copied. */
  readonly transfer?: readonly unknown[] | undefined;
  /** Above 0: what cannot travel is replaced by a text. */
  readonly lenient?: number;
}

/** Writes one value after another; its memory is used again for each. */
export class ValueWriter extends Writer {
  /** Whether shared objects may travel. */
  shared = true;
  /** Where the references of shared objects are added that are lent, not taken. */
  lend: Handle[] | null = null;
  /** Above 0: what cannot travel is replaced by a text instead of refused. */
  lenient = 0;
  /** What goes beside the bytes. */
  side: unknown[] = NO_SIDE;
  /** The shared objects in the packet. */
  shares: readonly Share[] = NO_SHARES;
  #transfer: ReadonlySet<unknown> | null = null;
  #packet = 0;
  #shapeCount = 0;
  #depth = 0;
  #flags = 0;
  #count = 0;
  readonly #few: (object | null)[] = new Array(FEW).fill(null);
  #index: Map<object, number> | null = null;
  readonly #shapes = new ShapeTree();
  readonly #buffers = new BufferTable();
  #deferred: { readonly value: object; readonly lenient: number }[] = [];
  /** Descriptions taken in this packet, to give back what they hold when the packet is not sent. */
  #taken: Share[] = [];

  /** Writes a packet; what it throws leaves the writer ready for the next. */
  packet(value: unknown, { transfer, lenient = 0 }: PacketOptions): void {
    this.side = NO_SIDE;
    this.shares = NO_SHARES;
    this.lenient = lenient;
    if (transfer !== undefined && transfer.length > 0) this.#transfer = new Set(transfer);
    this.#packet++;
    this.at = 0;
    this.byte(0);
    let done = false;
    try {
      this.value(value);
      for (let i = 0; i < this.#deferred.length; i++) this.#deferredBody(this.#deferred[i]!);
      if (this.#buffers.size > 0) {
        this.#flags |= HAS_BUFFERS;
        this.#buffers.write(this, (object) => this.#sideIndex(object), this.shared ? this.#transfer : null);
      }
      this.bytes[0] = this.#flags;
      done = true;
    } finally {
      this.#reset(done);
    }
  }

  /** Writes a packet that is a list of primitive values: nothing to look up, refuse or put beside. */
  plainList(values: readonly unknown[]): void {
    this.side = NO_SIDE;
    this.shares = NO_SHARES;
    this.at = 0;
    this.byte(0);
    this.byte(Tag.Array);
    this.varuint(values.length);
    for (let i = 0; i < values.length; i++) this.value(values[i]);
  }

  #reset(done: boolean): void {
    for (let i = Math.min(FEW, this.#count); i-- > 0;) this.#few[i] = null;
    this.#count =
      this.#shapeCount =
      this.#depth =
      this.#flags =
      this.lenient =
        0;
    this.#index = this.#transfer = null;
    if (this.#deferred.length > 0) this.#deferred = [];
    if (this.#buffers.size > 0) this.#buffers.clear();
    if (this.#taken.length === 0) return;
    this.shares = this.#taken;
    // Making the copies and disposing them gives up the references that were taken for them.
    if (!done) { for (const { shared } of this.#taken) giveBack(shared, this.lend !== null); }
    this.#taken = [];
  }

  /** Any value with its tag. */
  value(value: unknown): void {
    switch (typeof value) {
      case "number":
        return this.number(value);
      case "string":
        return this.string(value);
      case "boolean":
        return this.byte(value ? Tag.True : Tag.False);
      case "undefined":
        return this.byte(Tag.Undefined);
      case "bigint":
        return this.bigint(value);
      case "object":
        return value === null ? this.byte(Tag.Null) : this.#object(value);
      default:
        return this.#refuse(value, refusal(value));
    }
  }

  #refuse(value: unknown, reason: string): void {
    if (this.lenient === 0) throw new Refusal(value, reason);
    this.string(standIn(value));
  }

  /** The index of `value` where it was met before, else -1 and it gets the next one. */
  #known(value: object): number {
    const count = this.#count;
    if (count <= FEW) {
      const few = this.#few;
      for (let i = 0; i < count; i++) {
        if (few[i] === value) return i;
      }
      this.#count = count + 1;
      if (count < FEW) {
        few[count] = value;
        return -1;
      }
      this.#index = new Map(few.map((object, i) => [object!, i]));
      this.#index.set(value, count);
      return -1;
    }
    const known = this.#index!.get(value);
    if (known !== undefined) return known;
    this.#index!.set(value, count);
    this.#count = count + 1;
    return -1;
  }

  #object(value: object): void {
    const known = this.#known(value);
    if (known >= 0) {
      this.byte(Tag.Ref);
      return this.varuint(known);
    }
    if (this.#transfer !== null && this.#transfer.has(value) && !types.isArrayBuffer(value)) return this.#side(value);
    const isArray = Array.isArray(value);
    if (types.isProxy(value)) return SHARE in value ? this.#share(value as Shareable) : this.#forget(value);
    if (++this.#depth > MAX_DEPTH) this.#deep(value, isArray);
    else if (isArray) this.#array(value);
    else if (value.constructor === Object) this.#plain(value as Record<string, unknown>);
    else this.#special(value, kindOf(value));
    this.#depth--;
  }

  /** What cannot travel has no index: the reader will not count it. */
  #forget(value: object): void {
    this.#refuse(value, refusal(value));
    this.#count--;
    if (this.#count < FEW) this.#few[this.#count] = null;
    else this.#index!.delete(value);
    if (this.#count === FEW) this.#index = null;
  }

  #deep(value: object, isArray: boolean): void {
    const kind = isArray ? -1 : kindOf(value);
    if (kind !== -1 && kind !== Kind.Plain && kind !== Kind.Map && kind !== Kind.Set) return this.#special(value, kind);
    this.byte(Tag.Deferred);
    this.byte(isArray ? Tag.Array : kind === Kind.Map ? Tag.Map : kind === Kind.Set ? Tag.Set : Tag.ObjectWide);
    this.#deferred.push({ value, lenient: this.lenient });
  }

  #deferredBody({ value, lenient }: { readonly value: object; readonly lenient: number }): void {
    this.#depth = 1;
    this.lenient = lenient;
    if (Array.isArray(value)) this.#array(value);
    else if (types.isMap(value)) this.#map(value);
    else if (types.isSet(value)) this.#set(value);
    else this.#plain(value as Record<string, unknown>);
  }

  #plain(value: Record<string, unknown>): void {
    const keys = Object.keys(value);
    const shape = this.#shapes.find(keys);
    if (shape === null) {
      this.byte(Tag.ObjectWide);
      this.varuint(keys.length);
      return this.#entries(value, keys);
    }
    if (shape.packet === this.#packet) {
      this.byte(Tag.ObjectSame);
      this.varuint(shape.index);
    } else {
      shape.packet = this.#packet;
      shape.index = this.#shapeCount++;
      this.need(5);
      this.bytes[this.at] = Tag.ObjectNew;
      this.view.setUint32(this.at + 1, shape.hash, true);
      this.at += 5;
      this.varuint(shape.bytes.length);
      this.copy(shape.bytes);
    }
    if (this.lenient > 0) {
      for (let i = 0; i < keys.length; i++) this.value(readSafely(value, keys[i]!));
    } else {
      for (let i = 0; i < keys.length; i++) this.value(value[keys[i]!]);
    }
  }

  /** Keys and values alternately. */
  #entries(value: Record<string, unknown>, keys: readonly string[]): void {
    for (const key of keys) {
      this.string(key);
      this.value(this.lenient > 0 ? readSafely(value, key) : value[key]);
    }
  }

  #array(array: readonly unknown[]): void {
    const { length } = array;
    switch (arrayForm(array)) {
      case ARRAY_INTS:
        return this.#ints(array as readonly number[]);
      case ARRAY_FLOATS:
        return this.#floats(array as readonly number[]);
      case ARRAY_SPARSE: {
        const keys = Object.keys(array);
        this.byte(Tag.ArraySparse);
        this.varuint(length);
        this.varuint(keys.length);
        return this.#entries(array as unknown as Record<string, unknown>, keys);
      }
    }
    this.byte(Tag.Array);
    this.varuint(length);
    for (let i = 0; i < length; i++) this.value(array[i]);
  }

  #ints(array: readonly number[]): void {
    const { length } = array;
    this.byte(Tag.ArrayInt);
    this.varuint(length);
    this.need(length * 4);
    const { view, at } = this;
    for (let i = 0; i < length; i++) view.setInt32(at + 4 * i, array[i]!, true);
    this.at = at + 4 * length;
  }

  #floats(array: readonly number[]): void {
    const { length } = array;
    this.byte(Tag.ArrayFloat);
    this.varuint(length);
    this.need(length * 8);
    const { view, at } = this;
    for (let i = 0; i < length; i++) view.setFloat64(at + 8 * i, array[i]!, true);
    this.at = at + 8 * length;
  }

  #map(map: ReadonlyMap<unknown, unknown>): void {
    const items: unknown[] = [];
    Map.prototype.forEach.call(map, (value, key) => items.push(key, value));
    this.byte(Tag.Map);
    this.varuint(items.length / 2);
    for (const item of items) this.value(item);
  }

  #set(set: ReadonlySet<unknown>): void {
    const items: unknown[] = [];
    Set.prototype.forEach.call(set, (value) => items.push(value));
    this.byte(Tag.Set);
    this.varuint(items.length);
    for (const item of items) this.value(item);
  }

  #special(value: object, kind: Kind): void {
    switch (kind) {
      case Kind.Plain:
        return this.#plain(value as Record<string, unknown>);
      case Kind.Shared:
        return this.#share(value as Shareable);
      case Kind.View:
        return this.#view(value as ArrayBufferView);
      case Kind.Buffer:
        return this.#buffer(value as ArrayBufferLike);
      case Kind.Map:
        return this.#map(value as Map<unknown, unknown>);
      case Kind.Set:
        return this.#set(value as Set<unknown>);
      case Kind.Date:
        return this.float(Tag.Date, Date.prototype.getTime.call(value));
      case Kind.RegExp:
        this.byte(Tag.RegExp);
        this.string((value as RegExp).source);
        return this.string((value as RegExp).flags);
      case Kind.Error:
        return this.#error(value as Error);
      case Kind.Boxed:
        this.byte(Tag.Boxed);
        return this.value((value as { valueOf(): unknown }).valueOf());
      case Kind.Side:
        return this.#side(value);
      case Kind.Refused:
        return this.#forget(value);
    }
  }

  #outside(value: object): void {
    return this.lenient > 0 ? this.#forget(value) : this.#refuse(value, outside(value));
  }

  #share(value: Shareable): void {
    if (!this.shared) return this.#outside(value);
    const shared = describe(value, this.lend);
    this.#taken.push({ object: value, shared });
    this.#flags |= HAS_SHARED;
    this.byte(Tag.Shared);
    this.string(shared.kind);
    this.value(shared.data);
  }

  #side(value: object): void {
    if (!this.shared) return this.#outside(value);
    this.byte(Tag.Side);
    this.varuint(this.#sideIndex(value));
  }

  #sideIndex(value: unknown): number {
    if (this.side === NO_SIDE) this.side = [];
    const found = this.side.indexOf(value);
    return found >= 0 ? found : this.side.push(value) - 1;
  }

  #buffer(buffer: ArrayBufferLike): void {
    if (!this.#carries(buffer)) return this.#forget(buffer);
    this.byte(Tag.Buffer);
    this.varuint(this.#buffers.whole(buffer));
  }

  #carries(buffer: ArrayBufferLike): boolean {
    if (buffer instanceof ArrayBuffer) return !buffer.detached || (this.#transfer?.has(buffer) ?? false);
    if (!this.shared && this.lenient === 0) this.#outside(buffer);
    return this.shared;
  }

  #view(view: ArrayBufferView): void {
    const { buffer, byteOffset, byteLength } = view;
    if (!this.#carries(buffer)) return this.#forget(view);
    const type = VIEW_TYPES.get(viewName.call(view) ?? "DataView")!;
    const length = (view as Uint8Array).length ?? byteLength;
    this.byte(Tag.View);
    this.byte(followsLength(view) ? type | 0x80 : type);
    this.varuint(this.#buffers.range(buffer, byteOffset, byteLength));
    this.varuint(byteOffset);
    this.varuint(length);
  }

  #error(error: Error): void {
    const ref = describeClass(error);
    this.lenient++;
    this.byte(Tag.Error);
    this.string(ref.user);
    this.string(ref.known);
    this.string(text(readSafely(error, "message")));
    this.string(text(readSafely(error, "name")));
    // Hidden fields first, then those that enumeration shows.
    const hidden = ["message", "stack", "cause", "errors", "name", "error", "suppressed"].filter((key) => {
      return Object.hasOwn(error, key) && !Object.prototype.propertyIsEnumerable.call(error, key);
    });
    const shown = Object.keys(error);
    this.varuint(hidden.length);
    this.#entries(error as unknown as Record<string, unknown>, hidden);
    this.varuint(shown.length);
    this.#entries(error as unknown as Record<string, unknown>, shown);
    this.lenient--;
  }
}
