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
} from "./dtype.ts";
import { Handle, type HandleData } from "./handle.ts";
import { BlockKind } from "./layout.ts";
import { checkLock, lockOf, type LockOptions, type ReentrantLock } from "./lock_port.ts";
import { sharedBuffer } from "./memory.ts";
import { registerShareable, SHARE, type Shareable, type Shared } from "./shareable.ts";

const INSPECT: unique symbol = Symbol.for("Deno.customInspect") as never;
/** Bytes of a value's block. */
const VALUE_BYTES = 8;

/** What the processor can change atomically. */
type Whole =
  | Int8Array<SharedArrayBuffer>
  | Uint8Array<SharedArrayBuffer>
  | Int16Array<SharedArrayBuffer>
  | Uint16Array<SharedArrayBuffer>
  | Int32Array<SharedArrayBuffer>
  | Uint32Array<SharedArrayBuffer>;

/** Where the next value lies, when it is one that exists already. */
let adopted: { readonly dtype: DTypeInfo; readonly handle: Handle; readonly lock: boolean | ReentrantLock } | null =
  null;

const scratch = new ArrayBuffer(8);
const scratchBig = new BigInt64Array(scratch);
const scratchInt = new Int32Array(scratch);
const scratchShort = new Uint16Array(scratch);
const scratchFloats = {
  f16: new Float16Array(scratch),
  f32: new Float32Array(scratch),
  f64: new Float64Array(scratch),
};

/**
 * One number in the program's shared memory.
 *
 * Reading and assigning `value` are two steps: `v.value += 1` loses updates of
 * other processes. {@linkcode SharedValue.add} and
 * {@linkcode SharedValue.compareExchange} are atomic; for anything else hold
 * the lock.
 *
 * Disposing a value that this process made frees its memory for everybody;
 * disposing one that was received gives up that copy.
 *
 * @example
 * ```ts
 * import { SharedValue } from "@lanes/lanes/shared";
 * import { assertEquals } from "@std/assert";
 *
 * using counter = new SharedValue("i32");
 * assertEquals(counter.add(2), 0);
 * assertEquals(counter.compareExchange(2, 10), 2);
 * assertEquals(counter.value, 10);
 * ```
 */
export class SharedValue<D extends DTypeName = DTypeName> implements Disposable, Shareable {
  readonly #dtype: DTypeInfo;
  readonly #handle: Handle;
  readonly #lockOption: boolean | ReentrantLock;
  /** For integers: the element; for others the same bits as an integer. */
  readonly #bits: Whole | BigInt64Array<SharedArrayBuffer> | BigUint64Array<SharedArrayBuffer>;
  readonly #mode: number;
  #lock: ReentrantLock | undefined;

  /**
   * A value that starts as `initial`.
   *
   * @param dtype Element type, such as `"i32"`, or Python's letter for it.
   * @throws {TypeError} When the element type is unknown, or the value not of the type.
   */
  constructor(dtype: D, initial: ElementInput<D> | 0 = 0, options?: LockOptions) {
    if (adopted !== null) {
      this.#dtype = adopted.dtype;
      this.#handle = adopted.handle;
      this.#lockOption = adopted.lock;
    } else {
      this.#dtype = dtypeInfo(dtype);
      if (typeof options !== "object" && options !== undefined) {
        throw new TypeError(`Expected an object of options after the initial value, got ${options}`);
      }
      this.#lockOption = checkLock(options?.lock);
      // Checked before anything is allocated.
      toElement(this.#dtype, initial);
      this.#handle = Handle.create(VALUE_BYTES, BlockKind.Data);
    }
    this.#mode = modeOf(this.#dtype);
    this.#bits = bitsAt(this.#dtype, this.#handle.offset);
    if (adopted === null && initial !== 0) this.value = initial as ElementInput<D>;
  }

  /**
   * The number. Integers wrap as in C; 64-bit ones are `bigint`, and can be set
   * to whole numbers too.
   *
   * @throws {TypeError} When set to what is not of the element type.
   * @throws {ClosedError} When the value was disposed.
   */
  get value(): ElementOf<D> {
    this.#handle.check("SharedValue");
    const bits = Atomics.load(this.#bits as Int32Array, 0) as number | bigint;
    return (this.#mode <= Mode.Big ? bits : toFloat(this.#mode, bits)) as ElementOf<D>;
  }
  set value(value: ElementInput<D>) {
    this.#handle.check("SharedValue");
    const element = toElement(this.#dtype, value);
    Atomics.store(
      this.#bits as Int32Array,
      0,
      (this.#mode <= Mode.Big ? element : toBits(this.#mode, element)) as number,
    );
  }

  /** Name of the element type; that of a Python letter is the full one. */
  get dtype(): DTypeOf<D> {
    return this.#dtype.name as DTypeOf<D>;
  }

  /**
   * Adds `n` atomically and returns what the value was before.
   *
   * @throws {TypeError} When `n` is not of the element type.
   * @throws {ClosedError} When the value was disposed.
   */
  add(n: ElementInput<D>): ElementOf<D> {
    this.#handle.check("SharedValue");
    if (this.#mode === Mode.Whole && Number.isInteger(n)) {
      return Atomics.add(this.#bits as Int32Array, 0, n as number) as ElementOf<D>;
    }
    const element = toElement(this.#dtype, n);
    if (this.#mode === Mode.Big) {
      return Atomics.add(this.#bits as BigInt64Array, 0, element as bigint) as ElementOf<D>;
    }
    return addFloat(this.#mode, this.#bits, element as number) as ElementOf<D>;
  }

  /**
   * Sets the value to `replacement` if it is `expected`, in one atomic step.
   * Returns what the value was: equal to `expected` when it was set. `NaN`
   * equals itself, and 0 equals -0.
   *
   * @throws {TypeError} When an argument is not of the element type.
   * @throws {ClosedError} When the value was disposed.
   */
  compareExchange(expected: ElementInput<D>, replacement: ElementInput<D>): ElementOf<D> {
    this.#handle.check("SharedValue");
    const before = toElement(this.#dtype, expected) as number;
    const after = toElement(this.#dtype, replacement) as number;
    if (this.#mode <= Mode.Big) {
      return Atomics.compareExchange(this.#bits as Int32Array, 0, before, after) as unknown as ElementOf<D>;
    }
    return exchangeFloat(this.#mode, this.#bits, before, after) as ElementOf<D>;
  }

  /**
   * The lock that goes with the value, the same in every process: an `RLock`
   * unless the constructor was given another. The value itself never uses it.
   *
   * @throws {InvalidStateError} When the value was made with `lock: false`.
   */
  getLock(): ReentrantLock {
    this.#handle.check("SharedValue");
    return this.#lock ??= lockOf(this.#handle, this.#lockOption, "SharedValue");
  }

  /** Runs `body` while holding the lock; resolves to what it returns, or to `null` at the timeout. */
  async withLock<R>(body: (value: this) => R | PromiseLike<R>, options?: WaitOptions): Promise<R | null> {
    const guard = await this.getLock().acquire(options);
    if (guard === null) return null;
    using _held = guard;
    return await body(this);
  }

  /** Where the value lies in the shared memory, in bytes. */
  get byteOffset(): number {
    this.#handle.check("SharedValue");
    return this.#handle.offset;
  }

  /** Frees the memory if this process made the value, else gives up this copy; idempotent. */
  [Symbol.dispose](): void {
    this.#handle.dispose();
  }

  /** As disposing: for code without `using`. */
  dispose(): void {
    this.#handle.dispose();
  }

  /** How the value travels; for the library's own use. */
  [SHARE](): Shared {
    const [offset, generation] = this.#handle.share("SharedValue");
    return { kind: "SharedValue", data: [offset, generation, DTYPES.indexOf(this.#dtype), this.#lockOption] };
  }

  /** How the value is printed. */
  [INSPECT](): string {
    return `SharedValue ${this.dtype} ${this.#handle.open ? this.value : "(disposed)"}`;
  }
}

/** How a value is stored, as far as atomic changes care. */
const Mode = { Whole: 0, Big: 1, F16: 2, F32: 3, F64: 4 } as const;

function modeOf(dtype: DTypeInfo): number {
  if (dtype.big) return Mode.Big;
  if (!dtype.float) return Mode.Whole;
  return dtype.bytes === 2 ? Mode.F16 : dtype.bytes === 4 ? Mode.F32 : Mode.F64;
}

function bitsAt(dtype: DTypeInfo, offset: number): Int32Array<SharedArrayBuffer> {
  const buffer = sharedBuffer(offset + VALUE_BYTES);
  const mode = modeOf(dtype);
  if (mode === Mode.F16) return new Uint16Array(buffer, offset, 1) as never;
  if (mode === Mode.F32) return new Int32Array(buffer, offset, 1);
  if (mode === Mode.F64) return new BigInt64Array(buffer, offset, 1) as never;
  return new dtype.array(buffer, offset, 1) as never;
}

/** The bits of a floating-point number, as an integer. */
function toBits(mode: number, value: number | bigint): number | bigint {
  if (mode === Mode.F64) {
    scratchFloats.f64[0] = value as number;
    return scratchBig[0]!;
  }
  if (mode === Mode.F32) {
    scratchFloats.f32[0] = value as number;
    return scratchInt[0]!;
  }
  scratchFloats.f16[0] = value as number;
  return scratchShort[0]!;
}

/** The floating-point number of these bits. */
function toFloat(mode: number, bits: number | bigint): number {
  if (mode === Mode.F64) {
    scratchBig[0] = bits as bigint;
    return scratchFloats.f64[0]!;
  }
  if (mode === Mode.F32) {
    scratchInt[0] = bits as number;
    return scratchFloats.f32[0]!;
  }
  scratchShort[0] = bits as number;
  return scratchFloats.f16[0]!;
}

function addFloat(mode: number, words: unknown, n: number): number {
  if (mode === Mode.F64) return addDouble(words as BigInt64Array, n);
  const bits = words as Int32Array;
  while (true) {
    const before = Atomics.load(bits, 0);
    const old = toFloat(mode, before);
    if (Atomics.compareExchange(bits, 0, before, toBits(mode, old + n) as number) === before) return old;
  }
}

/** Apart, and without a branch on the type, so that the engine keeps the 64-bit integers in registers. */
function addDouble(bits: BigInt64Array, n: number): number {
  const floats = scratchFloats.f64;
  while (true) {
    const before = Atomics.load(bits, 0);
    scratchBig[0] = before;
    const old = floats[0]!;
    floats[0] = old + n;
    if (Atomics.compareExchange(bits, 0, before, scratchBig[0]!) === before) return old;
  }
}

function exchangeFloat(mode: number, words: unknown, expected: number, replacement: number): number {
  const bits = words as Int32Array;
  const wanted = toFloat(mode, toBits(mode, expected));
  while (true) {
    const before = Atomics.load(bits, 0);
    const found = toFloat(mode, before);
    if (found !== wanted && !(Number.isNaN(found) && Number.isNaN(wanted))) return found;
    if (Atomics.compareExchange(bits, 0, before, toBits(mode, replacement) as number) === before) return found;
  }
}

type Sent = readonly [number, number, number, boolean | ReentrantLock];

registerShareable("SharedValue", ([offset, generation, dtype, lock]: Sent): SharedValue => {
  const info = DTYPES[dtype]!;
  adopted = { dtype: info, handle: Handle.adopt([offset, generation] satisfies HandleData), lock };
  try {
    return new SharedValue(info.name);
  } finally {
    adopted = null;
  }
});
