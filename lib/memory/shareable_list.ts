import { checkIterable, quoted } from "../base/check.ts";
import { ClosedError } from "../base/errors.ts";
import { SharedMemory } from "./named.ts";
import { registerShareable, SHARE, type Shareable, type Shared } from "./shareable.ts";

const INSPECT: unique symbol = Symbol.for("Deno.customInspect") as never;

/** What a {@linkcode ShareableList} can hold. */
export type ShareableListItem = string | Uint8Array | number | bigint | boolean | null;

/** Options of {@linkcode ShareableList}. */
export interface ShareableListOptions {
  /** The name of the list's memory: of new memory when there are values, else of the list to attach to. */
  readonly name?: string | null | undefined;
}

// The memory: magic and count, then four words for each slot, then the slots.
const MAGIC = 0x4c534c31;
const HEAD_BYTES = 8;
const SLOT_WORDS = 4;
/** Slot word: byte offset of the slot. */
const SLOT_OFFSET = 0;
/** Slot word: bytes of the slot. */
const SLOT_CAPACITY = 1;
/** Slot word: type of the item. */
const SLOT_TYPE = 2;
/** Slot word: bytes of the item, for texts and bytes. */
const SLOT_LENGTH = 3;

const Type = { Null: 0, Boolean: 1, Integer: 2, BigInt: 3, Float: 4, String: 5, Bytes: 6 } as const;

/** An item in the form it is stored in. */
interface Stored {
  readonly type: number;
  /** Eight bytes, or those of the text. */
  readonly bytes: Uint8Array;
}

/** The list that the next object stands for, when it arrived here. */
let arrived: SharedMemory | null = null;

/**
 * A list of fixed length in named shared memory, as Python's
 * `multiprocessing.shared_memory.ShareableList`. Its items are strings, bytes,
 * numbers, `bigint`s of 64 bits, booleans and `null`, which come back as they
 * were put in. An item may be replaced by one of another type; texts and bytes
 * must fit into the slot, which has as many bytes as the first item needed,
 * rounded up to the next multiple of 8 (`8 * (floor(bytes / 8) + 1)`).
 *
 * @example
 * ```ts
 * import { ShareableList } from "@lanes/lanes/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const list = new ShareableList(["howdy", -273.154, 100, null, true]);
 * const same = new ShareableList(null, { name: list.shm.name });
 * same.set(0, "hello");
 * assertEquals([...list], ["hello", -273.154, 100, null, true]);
 * list.shm.unlink();
 * ```
 */
export class ShareableList implements Shareable, Iterable<ShareableListItem> {
  /** The memory that the list lies in: close it when done, and unlink it when nobody is to attach any more. */
  readonly shm: SharedMemory;

  /**
   * A new list of these values, or, without values, the list of that name.
   *
   * @throws {TypeError} When `values` is not iterable or holds what cannot be an item.
   * @throws {RangeError} When a `bigint` has more than 64 bits, or neither values nor a name are given.
   * @throws {Deno.errors.AlreadyExists} When the name of a new list is in use.
   * @throws {Deno.errors.NotFound} When nothing of that name exists.
   */
  constructor(values?: Iterable<ShareableListItem> | null, options: ShareableListOptions = {}) {
    const name = options.name ?? null;
    if (arrived !== null) {
      this.shm = arrived;
    } else if (values === undefined || values === null) {
      if (name === null) throw new RangeError("Expected values, or the name of a list to attach to");
      this.shm = new SharedMemory({ name });
      if (this.shm.size < HEAD_BYTES || this.#words()[0] !== MAGIC) {
        this.shm.close();
        throw new TypeError(`Expected the name of a ShareableList, got other shared memory named ${quoted(name)}`);
      }
    } else {
      checkIterable("values", values);
      this.shm = this.#create(Array.from(values, store), name);
    }
  }

  /** Number of items. */
  get length(): number {
    return this.#words()[1]!;
  }

  /**
   * The item at `index`; a negative index counts from the end.
   *
   * @throws {RangeError} When the index is outside of the list.
   */
  at(index: number): ShareableListItem {
    const slot = this.#slot(index);
    const words = this.#words();
    const type = words[slot + SLOT_TYPE]!;
    const from = words[slot + SLOT_OFFSET]!;
    const bytes = this.shm.buf.slice(from, from + (type >= Type.String ? words[slot + SLOT_LENGTH]! : 8));
    return load({ type, bytes });
  }

  /**
   * Replaces the item at `index`; a negative index counts from the end.
   *
   * @throws {RangeError} When the index is outside of the list, the text or bytes do not fit, or a `bigint` has more than 64 bits.
   * @throws {TypeError} When the value cannot be an item.
   */
  set(index: number, value: ShareableListItem): void {
    const slot = this.#slot(index);
    const words = this.#words();
    const { type, bytes } = store(value);
    const capacity = words[slot + SLOT_CAPACITY]!;
    if (bytes.length > capacity) {
      throw new RangeError(`Cannot store ${bytes.length} bytes in a slot of ${capacity}: a slot's size is fixed`);
    }
    this.shm.buf.set(bytes, words[slot + SLOT_OFFSET]!);
    words[slot + SLOT_LENGTH] = bytes.length;
    words[slot + SLOT_TYPE] = type;
  }

  /**
   * The first index of `value`, of the same type.
   *
   * @throws {RangeError} When it is not in the list.
   */
  index(value: ShareableListItem): number {
    for (let i = 0; i < this.length; i++) if (isSame(this.at(i), value)) return i;
    throw new RangeError(`Expected an item of the list, got ${quoted(value)}`);
  }

  /** How often `value`, of the same type, is in the list. */
  count(value: ShareableListItem): number {
    let count = 0;
    for (const item of this) if (isSame(item, value)) count++;
    return count;
  }

  /** Whether `value`, of the same type, is in the list. */
  includes(value: ShareableListItem): boolean {
    return this.count(value) > 0;
  }

  /** How the items are stored, as Python's `struct` describes it: `8s` for a text or bytes, `q`, `d`, and so on. */
  get format(): string {
    const words = this.#words();
    let format = "";
    for (let i = 0; i < this.length; i++) {
      const slot = HEAD_BYTES / 4 + i * SLOT_WORDS;
      const type = words[slot + SLOT_TYPE]!;
      format += type >= Type.String ? `${words[slot + SLOT_CAPACITY]}s` : FORMATS[type]!;
    }
    return format;
  }

  /** The items in their order. */
  *[Symbol.iterator](): Generator<ShareableListItem, void, unknown> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }

  /** Items and name, as Python prints them. */
  toString(): string {
    return `ShareableList(${Deno.inspect([...this])}, name=${JSON.stringify(this.shm.name)})`;
  }

  /** How the list is printed. */
  [INSPECT](): string {
    return this.shm.buf === null ? `ShareableList(closed, name=${JSON.stringify(this.shm.name)})` : this.toString();
  }

  /** How the list travels; for the library's own use. */
  [SHARE](): Shared {
    return { kind: "ShareableList", data: [this.shm] };
  }

  #create(items: readonly Stored[], name: string | null): SharedMemory {
    const slots = items.map(({ type, bytes }) => type >= Type.String ? 8 * (Math.floor(bytes.length / 8) + 1) : 8);
    const first = HEAD_BYTES + items.length * SLOT_WORDS * 4;
    const shm = new SharedMemory({ create: true, name, size: slots.reduce((sum, bytes) => sum + bytes, first) });
    const words = new Int32Array(shm.buf.buffer, shm.buf.byteOffset, first / 4);
    words[1] = items.length;
    let offset = first;
    for (const [i, { type, bytes }] of items.entries()) {
      const slot = HEAD_BYTES / 4 + i * SLOT_WORDS;
      words.set([offset, slots[i]!, type, bytes.length], slot);
      shm.buf.set(bytes, offset);
      offset += slots[i]!;
    }
    words[0] = MAGIC;
    return shm;
  }

  /** The words of the list's head and slots. */
  #words(): Int32Array<SharedArrayBuffer> {
    const { buf } = this.shm;
    if (buf === null) throw new ClosedError("This ShareableList's memory was closed: attach to it again by its name");
    return new Int32Array(buf.buffer, buf.byteOffset, Math.floor(buf.length / 4));
  }

  /** Word index of the slot at `index`. */
  #slot(index: number): number {
    const { length } = this;
    const place = index < 0 ? index + length : index;
    if (!Number.isInteger(place) || place < 0 || place >= length) {
      throw new RangeError(`Expected an index of a list of ${length} items, got ${quoted(index)}`);
    }
    return HEAD_BYTES / 4 + place * SLOT_WORDS;
  }
}

const FORMATS: readonly string[] = ["xxxxxx?x", "xxxxxxx?", "q", "q", "d"];

function store(value: unknown): Stored {
  if (value === null) return eight(Type.Null, () => {});
  switch (typeof value) {
    case "boolean":
      return eight(Type.Boolean, (view) => view.setUint8(0, value ? 1 : 0));
    case "number":
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
        return eight(Type.Float, (view) => view.setFloat64(0, value, true));
      }
      return eight(Type.Integer, (view) => view.setBigInt64(0, BigInt(value), true));
    case "bigint":
      if (BigInt.asIntN(64, value) !== value) {
        throw new RangeError(`Expected an integer of at most 64 bits, got ${quoted(value)}`);
      }
      return eight(Type.BigInt, (view) => view.setBigInt64(0, value, true));
    case "string":
      return { type: Type.String, bytes: new TextEncoder().encode(value) };
  }
  if (value instanceof Uint8Array) return { type: Type.Bytes, bytes: value };
  throw new TypeError(`Expected a string, bytes, a number, a boolean or null as an item, got ${quoted(value)}`);
}

function eight(type: number, write: (view: DataView) => void): Stored {
  const bytes = new Uint8Array(8);
  write(new DataView(bytes.buffer));
  return { type, bytes };
}

function load({ type, bytes }: Stored): ShareableListItem {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (type) {
    case Type.Boolean:
      return view.getUint8(0) !== 0;
    case Type.Integer:
      return Number(view.getBigInt64(0, true));
    case Type.BigInt:
      return view.getBigInt64(0, true);
    case Type.Float:
      return view.getFloat64(0, true);
    case Type.String:
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    case Type.Bytes:
      return bytes;
    default:
      return null;
  }
}

function isSame(item: ShareableListItem, value: unknown): boolean {
  if (!(item instanceof Uint8Array)) return item === value;
  return value instanceof Uint8Array && value.length === item.length && item.every((byte, i) => byte === value[i]);
}

registerShareable("ShareableList", ([shm]: readonly [SharedMemory]): ShareableList => {
  arrived = shm;
  try {
    return new ShareableList();
  } finally {
    arrived = null;
  }
});
