import { quoted } from "../base/check.ts";
import { isSame } from "./proxy.ts";
import { itemsOf, letGo } from "./_taken.ts";

/** A list. */
export class ManagedList {
  #items: unknown[];

  constructor(source?: unknown) {
    this.#items = itemsOf(source, "a list");
  }

  push(...items: unknown[]): number {
    for (const item of items) this.#items.push(item);
    return this.#items.length;
  }

  pop(index?: number): unknown {
    if (index === undefined) return this.#out(this.#items.splice(-1, 1))[0];
    return this.#out(this.#items.splice(this.#index(index), 1))[0];
  }

  at(index: number): unknown {
    return this.#items.at(index);
  }

  set(index: number, value: unknown): void {
    const place = this.#index(index);
    const [before] = this.#items.splice(place, 1, value);
    if (!this.#items.includes(before)) letGo(before);
  }

  insert(index: number, value: unknown): void {
    this.#items.splice(index, 0, value);
  }

  splice(start: number, count?: number, ...items: unknown[]): unknown[] {
    return this.#out(this.#items.splice(start, count ?? (count === undefined ? this.#items.length : 0), ...items));
  }

  slice(begin?: number, end?: number): unknown[] {
    return this.#items.slice(begin, end);
  }

  indexOf(value: unknown, from = 0): number {
    const start = from < 0 ? Math.max(0, from + this.#items.length) : from;
    for (let i = start; i < this.#items.length; i++) if (isSame(this.#items[i], value)) return i;
    return -1;
  }

  lastIndexOf(value: unknown): number {
    return this.#items.findLastIndex((item) => isSame(item, value));
  }

  includes(value: unknown): boolean {
    return this.indexOf(value) >= 0;
  }

  sort(compare?: (a: unknown, b: unknown) => number): void {
    if (compare !== undefined && typeof compare !== "function") {
      throw new TypeError(`Expected "compare" to be a function, got ${quoted(compare)}`);
    }
    this.#items.sort(compare ?? orderFor(this.#items));
  }

  reverse(): void {
    this.#items.reverse();
  }

  length(): number {
    return this.#items.length;
  }

  toArray(): unknown[] {
    return this.#items.slice();
  }

  shift(): unknown {
    return this.#out(this.#items.splice(0, 1))[0];
  }

  unshift(...items: unknown[]): number {
    return this.#items.unshift(...items);
  }

  extend(items: unknown): void {
    for (const item of itemsOf(items, "extend")) this.#items.push(item);
  }

  concat(...others: unknown[]): unknown[] {
    return this.#items.concat(...others);
  }

  remove(value: unknown): void {
    const index = this.indexOf(value);
    if (index < 0) throw new RangeError(`Expected an item of the list, got ${quoted(value)}`);
    this.#out(this.#items.splice(index, 1));
  }

  count(value: unknown): number {
    return this.#items.filter((item) => isSame(item, value)).length;
  }

  clear(): void {
    this.#out(this.#items.splice(0));
  }

  fill(value: unknown, begin?: number, end?: number): void {
    this.#items.fill(value, begin, end);
  }

  repeat(times: number): void {
    if (!Number.isInteger(times)) throw new TypeError(`Expected "times" to be an integer, got ${quoted(times)}`);
    const once = this.#items;
    this.#items = [];
    for (let i = 0; i < times; i++) this.#items.push(...once);
  }

  item(index: number): [] | [unknown] {
    return index < this.#items.length ? [this.#items[index]] : [];
  }

  #index(index: number): number {
    const place = index < 0 ? index + this.#items.length : index;
    if (Number.isInteger(place) && place >= 0 && place < this.#items.length) return place;
    throw new RangeError(`Expected an index of a list of ${this.#items.length} items, got ${quoted(index)}`);
  }

  #out(removed: unknown[]): unknown[] {
    for (const item of removed) if (!this.#items.includes(item)) letGo(item);
    return removed;
  }
}

/** Numbers by their value, everything else as `Array.sort` does it. */
function orderFor(items: readonly unknown[]): ((a: unknown, b: unknown) => number) | undefined {
  if (!items.every((item) => typeof item === "number" || typeof item === "bigint")) return undefined;
  return (a, b) => (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}
