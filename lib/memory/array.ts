import { quoted } from "../base/check.ts";
import type { WaitOptions } from "../base/options.ts";
import {
  type DTypeInfo,
  dtypeInfo,
  type DTypeName,
  type DTypeOf,
  DTYPES,
  type ElementInput,
  type ElementOf,
  toElement,
  type TypedArrayOf,
  type TypedCopyOf,
} from "./dtype.ts";
import { bufferKeeping, disposed, Handle, type HandleData } from "./handle.ts";
import { BlockKind } from "./layout.ts";
import { checkLock, lockOf, type LockOptions, type ReentrantLock } from "./lock_port.ts";
import { registerShareable, SHARE, type Shareable, type Shared } from "./shareable.ts";

/** The property by which an object is known as a shared array, whichever copy of this module made it: `true`. */
export const ARRAY: unique symbol = Symbol.for("lanes.array") as never;

const INSPECT: unique symbol = Symbol.for("Deno.customInspect") as never;

/** Where an array lies. */
interface Place {
  readonly dtype: DTypeInfo;
  readonly handle: Handle;
  readonly byteOffset: number;
  readonly length: number;
  readonly lock: boolean | ReentrantLock;
  /** Whether disposing this object disposes the handle: not so for a part of an array. */
  readonly whole: boolean;
}

/** Where the next array lies, when it is one that exists already. */
let placed: Place | null = null;

/**
 * An array of numbers in the program's shared memory: every process that it is
 * passed to sees the same elements, and kernels run on it without a copy.
 *
 * Elements are read and written like those of any typed array, through
 * {@linkcode SharedArray.data}; nothing is synchronised unless the code does
 * it, with {@linkcode SharedArray.getLock}.
 *
 * Disposing an array that this process made frees its memory for everybody;
 * disposing one that was received gives up that copy. An array that nobody
 * refers to any more is freed when it is collected.
 *
 * @example
 * ```ts
 * import { SharedArray } from "@lanes/lanes/shared";
 * import { assertEquals } from "@std/assert";
 *
 * using squares = new SharedArray("f64", 4);
 * squares.data.forEach((_, i) => squares.data[i] = i * i);
 * assertEquals([...squares], [0, 1, 4, 9]);
 * assertEquals([...squares.subarray(2)], [4, 9]);
 * ```
 */
export class SharedArray<D extends DTypeName = DTypeName> implements Disposable, Shareable, Iterable<ElementOf<D>> {
  readonly #place: Place;
  #open = true;
  #data: TypedArrayOf<D> | undefined;
  #lock: ReentrantLock | undefined;

  /**
   * An array of `lengthOrValues` zeros, or of these values.
   *
   * @param dtype Element type, such as `"f64"`, or Python's letter for it.
   * @param lengthOrValues Number of elements, or an iterable that has a length.
   * @throws {TypeError} When the element type is unknown, the length no integer, or a value not of the type.
   * @throws {RangeError} When the length is negative, or the memory cannot hold it.
   */
  constructor(dtype: D, lengthOrValues: number | Iterable<ElementInput<D>>, options?: LockOptions) {
    this.#place = placed ?? create(dtypeInfo(dtype), lengthOrValues, checkLock(options?.lock));
    if (placed !== null || typeof lengthOrValues === "number") return;
    try {
      this.#assign(lengthOrValues, 0);
    } catch (error) {
      this.#place.handle.dispose();
      throw error;
    }
  }

  /** The elements as a typed array over the shared memory. A view taken before the array is disposed must not be used after. */
  get data(): TypedArrayOf<D> {
    this.#check();
    if (this.#data === undefined) {
      const { dtype, handle, byteOffset, length } = this.#place;
      this.#data = new dtype.array(bufferKeeping(handle), byteOffset, length) as TypedArrayOf<D>;
    }
    return this.#data;
  }

  /** Name of the element type; that of a Python letter is the full one. */
  get dtype(): DTypeOf<D> {
    return this.#place.dtype.name as DTypeOf<D>;
  }

  /** Number of elements. */
  get length(): number {
    return this.#place.length;
  }

  /** Number of bytes. */
  get byteLength(): number {
    return this.#place.length * this.#place.dtype.bytes;
  }

  /** Where the elements begin in the shared memory, in bytes. */
  get byteOffset(): number {
    this.#check();
    return this.#place.byteOffset;
  }

  /** Marks shared arrays; see {@linkcode ARRAY}. */
  get [ARRAY](): true {
    return true;
  }

  /** The elements from `begin` to before `end`, as an array over the same memory; negative positions count from the end. */
  subarray(begin?: number, end?: number): SharedArray<D> {
    this.#check();
    const [from, to] = range(this.length, begin, end);
    const { dtype, byteOffset } = this.#place;
    return at({ ...this.#place, byteOffset: byteOffset + from * dtype.bytes, length: to - from, whole: false });
  }

  /** A copy of the elements from `begin` to before `end`, in memory of its own. */
  slice(begin?: number, end?: number): TypedCopyOf<D> {
    return this.data.slice(begin, end) as TypedCopyOf<D>;
  }

  /**
   * Sets the elements from `begin` to before `end` to `value`.
   *
   * @throws {TypeError} When the value is not of the element type.
   */
  fill(value: ElementInput<D>, begin?: number, end?: number): this {
    this.data.fill(toElement(this.#place.dtype, value) as never, begin, end);
    return this;
  }

  /**
   * Sets the element at `index`, where a negative index counts from the end.
   *
   * @throws {RangeError} When the index is outside of the array.
   * @throws {TypeError} When the value is not of the element type.
   */
  set(index: number, value: ElementInput<D>): void;
  /**
   * Sets the elements from `offset` on to `values`.
   *
   * @throws {RangeError} When they do not fit.
   * @throws {TypeError} When a value is not of the element type.
   */
  set(values: Iterable<ElementInput<D>>, offset?: number): void;
  set(first: number | Iterable<ElementInput<D>>, second?: ElementInput<D> | number): void {
    const { data } = this;
    if (typeof first !== "number") {
      const offset = second === undefined ? 0 : Number(second);
      const count = lengthOf(first);
      if (!Number.isInteger(offset) || offset < 0 || offset + count > data.length) {
        throw new RangeError(`Cannot set ${count} elements at ${offset}: the array has ${data.length}`);
      }
      return this.#assign(first, offset);
    }
    const index = first < 0 ? first + data.length : first;
    if (!Number.isInteger(index) || index < 0 || index >= data.length) {
      throw new RangeError(`Expected an index of an array of ${data.length} elements, got ${first}`);
    }
    data[index] = toElement(this.#place.dtype, second) as never;
  }

  /** The element at `index`, where a negative index counts from the end; `undefined` outside of the array. */
  at(index: number): ElementOf<D> | undefined {
    return this.data.at(index) as ElementOf<D> | undefined;
  }

  /** The elements in their order. */
  [Symbol.iterator](): ArrayIterator<ElementOf<D>> {
    return this.data[Symbol.iterator]() as ArrayIterator<ElementOf<D>>;
  }

  /** The bytes of a `u8` array, as Python's `raw`: a copy. */
  get raw(): Uint8Array<ArrayBuffer> {
    return this.#bytes("raw").slice();
  }

  /**
   * The bytes of a `u8` array before the first zero byte, as Python's `value`
   * of an array of characters. Setting a shorter value puts a zero byte behind
   * it and leaves the rest as it is.
   *
   * @throws {TypeError} When the array is not one of bytes.
   * @throws {RangeError} When the new value is longer than the array.
   */
  get value(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes("value");
    const end = bytes.indexOf(0);
    return bytes.slice(0, end < 0 ? undefined : end);
  }
  set value(value: Uint8Array) {
    const bytes = this.#bytes("value");
    if (value.length > bytes.length) {
      throw new RangeError(`Cannot set a value of ${value.length} bytes: the array has ${bytes.length}`);
    }
    bytes.set(value);
    if (value.length < bytes.length) bytes[value.length] = 0;
  }

  /**
   * The lock that goes with the array, the same in every process: an `RLock`
   * unless the constructor was given another. The array itself never uses it.
   *
   * @throws {InvalidStateError} When the array was made with `lock: false`.
   */
  getLock(): ReentrantLock {
    this.#check();
    return this.#lock ??= lockOf(this.#place.handle, this.#place.lock, "SharedArray");
  }

  /** Runs `body` while holding the lock; resolves to what it returns. */
  async withLock<R>(body: (array: this) => R | PromiseLike<R>, options?: WaitOptions): Promise<R | null> {
    const guard = await this.getLock().acquire(options);
    if (guard === null) return null;
    using _held = guard;
    return await body(this);
  }

  /** Frees the memory if this process made the array, else gives up this copy; idempotent. */
  [Symbol.dispose](): void {
    this.#open = false;
    this.#data = undefined;
    if (this.#place.whole) this.#place.handle.dispose();
  }

  /** As disposing: for code without `using`. */
  dispose(): void {
    this[Symbol.dispose]();
  }

  /** How the array travels; for the library's own use. */
  [SHARE](): Shared {
    this.#check();
    const { dtype, handle, byteOffset, length, lock } = this.#place;
    const [offset, generation] = handle.share("SharedArray");
    return {
      kind: "SharedArray",
      data: [offset, generation, DTYPES.indexOf(dtype), byteOffset - offset, length, lock],
    };
  }

  /** How the array is printed. */
  [INSPECT](inspect: (value: unknown, options?: unknown) => string, options?: unknown): string {
    const { dtype, handle, length } = this.#place;
    if (!this.#open || !handle.open) return `SharedArray(${length}) ${dtype.name} (disposed)`;
    const elements = inspect([...this.data.subarray(0, 100)], options);
    return `SharedArray(${length}) ${dtype.name} ${length > 100 ? elements.replace(/\s*\]$/, ", … ]") : elements}`;
  }

  #check(): void {
    if (!this.#open) throw disposed("SharedArray");
    this.#place.handle.check("SharedArray");
  }

  #bytes(name: string): Uint8Array<SharedArrayBuffer> {
    if (this.dtype !== "u8") {
      throw new TypeError(`Expected an array of dtype "u8" for "${name}", got ${quoted(this.dtype)}`);
    }
    return this.data as Uint8Array<SharedArrayBuffer>;
  }

  #assign(values: Iterable<ElementInput<D>>, offset: number): void {
    const { data } = this;
    const { dtype } = this.#place;
    const source = values instanceof Object && ARRAY in values ? (values as unknown as SharedArray).data : values;
    if (isBulk(source, dtype)) return data.set(source as never, offset);
    // Checked first: a wrong value leaves the array as it was.
    const elements = Array.from(source as Iterable<unknown>, (value) => toElement(dtype, value));
    data.set(elements as never, offset);
  }
}

/** Whether every element of `source` is of the type, whatever its value. */
function isBulk(source: unknown, dtype: DTypeInfo): boolean {
  if (!ArrayBuffer.isView(source) || source instanceof DataView) return false;
  const big = source instanceof BigInt64Array || source instanceof BigUint64Array;
  if (big || dtype.big) return big && dtype.big;
  const float = source instanceof Float64Array || source instanceof Float32Array || source instanceof Float16Array;
  return dtype.float || !float;
}

function lengthOf(values: unknown): number {
  const { length, size } = values as { length?: unknown; size?: unknown };
  const count = length ?? size;
  if (typeof values !== "object" && typeof values !== "string" || values === null || typeof count !== "number") {
    throw new TypeError(`Expected a length or an iterable that has one, got ${quoted(values)}`);
  }
  return count;
}

function create(dtype: DTypeInfo, lengthOrValues: unknown, lock: boolean | ReentrantLock): Place {
  let length = lengthOrValues;
  if (typeof length !== "number") length = lengthOf(length);
  else if (!Number.isInteger(length)) throw new TypeError(`Expected "length" to be an integer, got ${length}`);
  if ((length as number) < 0) throw new RangeError(`Expected "length" to be an integer of at least 0, got ${length}`);
  const handle = Handle.create(length as number * dtype.bytes, BlockKind.Data);
  return { dtype, handle, byteOffset: handle.offset, length: length as number, lock, whole: true };
}

/** The positions that two indexes, as of `slice`, stand for. */
function range(length: number, begin: number | undefined, end: number | undefined): [number, number] {
  const from = clip(length, begin ?? 0);
  return [from, Math.max(from, clip(length, end ?? length))];
}

function clip(length: number, index: number): number {
  const whole = Math.trunc(index) || 0;
  return whole < 0 ? Math.max(0, whole + length) : Math.min(whole, length);
}

function at<D extends DTypeName>(place: Place): SharedArray<D> {
  placed = place;
  try {
    return new SharedArray(place.dtype.name as D, 0);
  } finally {
    placed = null;
  }
}

type Sent = readonly [number, number, number, number, number, boolean | ReentrantLock];

registerShareable("SharedArray", ([offset, generation, dtype, start, length, lock]: Sent): SharedArray => {
  const handle = Handle.adopt([offset, generation] satisfies HandleData);
  return at({ dtype: DTYPES[dtype]!, handle, byteOffset: offset + start, length, lock, whole: true });
});
