import { quoted } from "../base/check.ts";
import { type DTypeInfo, dtypeInfo, toElement } from "../memory/dtype.ts";
import { ManagedDict } from "./_dict.ts";
import { ManagedList } from "./_list.ts";
import { ManagedSet } from "./_set.ts";
import { entriesOf, itemsOf, letGo, releaseTaken } from "./_taken.ts";

/** The objects that every manager can make, as they are in the server. */

/** How each of them is made. */
export const MAKERS: Readonly<Record<string, (...args: unknown[]) => object>> = {
  dict: (source) => new ManagedDict(source),
  list: (source) => new ManagedList(source),
  set: (source) => new ManagedSet(source),
  Namespace: (source) => new ManagedNamespace(source),
  Value: (dtype, value) => new ManagedValue(dtype, value),
  Array: (dtype, source) => new ManagedArray(dtype, source),
};

/** Says that what a container holds is not needed any more. */
export function releaseContents(target: unknown): void {
  if (target instanceof ManagedDict || target instanceof ManagedList) target.clear();
  else if (target instanceof ManagedSet) target.clear();
  else if (target instanceof ManagedNamespace) target.clear();
  else if (target instanceof ManagedValue) target.set(undefined);
  releaseTaken();
}

/** A namespace. */
class ManagedNamespace {
  readonly #names = new Map<string, unknown>();

  constructor(source?: unknown) {
    for (const [name, value] of entriesOf(source, "a namespace")) this.set(name, value);
  }

  get(name: string): unknown {
    return this.#names.get(name);
  }

  set(name: unknown, value: unknown): void {
    if (typeof name !== "string") throw new TypeError(`Expected "name" to be a string, got ${quoted(name)}`);
    letGo(this.#names.get(name));
    this.#names.set(name, value);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  delete(name: string): boolean {
    letGo(this.#names.get(name));
    return this.#names.delete(name);
  }

  clear(): void {
    for (const name of [...this.#names.keys()]) this.delete(name);
  }

  entries(): [string, unknown][] {
    return [...this.#names].sort(([a], [b]) => a < b ? -1 : 1);
  }

  toObject(): Record<string, unknown> {
    return Object.fromEntries(this.entries());
  }
}

/** A value; its element type is not enforced. */
class ManagedValue {
  #value: unknown;

  constructor(_dtype: unknown, value: unknown) {
    this.#value = value;
  }

  get(): unknown {
    return this.#value;
  }

  set(value: unknown): void {
    letGo(this.#value);
    this.#value = value;
  }
}

/** An array whose element type is enforced. */
class ManagedArray {
  readonly #dtype: DTypeInfo;
  readonly #items: (number | bigint)[];

  constructor(dtype: unknown, source: unknown) {
    this.#dtype = dtypeInfo(dtype);
    if (typeof source !== "number") {
      this.#items = itemsOf(source, "an array").map((value) => this.#element(value));
      return;
    }
    if (!Number.isInteger(source)) throw new TypeError(`Expected "length" to be an integer, got ${source}`);
    if (source < 0) throw new RangeError(`Expected "length" to be an integer of at least 0, got ${source}`);
    this.#items = new Array(source).fill(this.#element(0));
  }

  at(index: number): number | bigint {
    return this.#items[this.#index(index)]!;
  }

  set(index: number, value: unknown): void {
    this.#items[this.#index(index)] = this.#element(value);
  }

  length(): number {
    return this.#items.length;
  }

  slice(begin?: number, end?: number): (number | bigint)[] {
    return this.#items.slice(begin, end);
  }

  fill(value: unknown, begin?: number, end?: number): void {
    this.#items.fill(this.#element(value), begin, end);
  }

  toArray(): (number | bigint)[] {
    return this.#items.slice();
  }

  item(index: number): [] | [number | bigint] {
    return index < this.#items.length ? [this.#items[index]!] : [];
  }

  #index(index: number): number {
    const place = index < 0 ? index + this.#items.length : index;
    if (Number.isInteger(place) && place >= 0 && place < this.#items.length) return place;
    throw new RangeError(`Expected an index of an array of ${this.#items.length} elements, got ${quoted(index)}`);
  }

  /** A value as the element type keeps it; a whole number that does not fit is a `RangeError`. */
  #element(value: unknown): number | bigint {
    const element = toElement(this.#dtype, value);
    const cell = new this.#dtype.array(new ArrayBuffer(8), 0, 1) as Int32Array;
    cell[0] = element as number;
    if (!this.#dtype.float && cell[0] as unknown !== element) {
      throw new RangeError(`Expected a value that fits dtype "${this.#dtype.name}", got ${quoted(value)}`);
    }
    return cell[0]!;
  }
}
