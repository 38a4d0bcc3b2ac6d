import { quoted } from "../base/check.ts";
import { InvalidStateError } from "../base/errors.ts";
import { itemsOf, keyFor, letGo } from "./_taken.ts";

/** A set. */
export class ManagedSet {
  readonly #set = new Set<unknown>();
  #version = 0;

  constructor(source?: unknown) {
    this.update(source);
  }

  add(value: unknown): void {
    if (this.has(value)) return;
    this.#version++;
    this.#set.add(value);
  }

  has(value: unknown): boolean {
    return this.#set.has(keyFor(this.#set, value));
  }

  delete(value: unknown): boolean {
    const known = keyFor(this.#set, value);
    if (!this.#set.delete(known)) return false;
    this.#version++;
    letGo(known);
    return true;
  }

  clear(): void {
    for (const value of [...this.#set]) this.delete(value);
  }

  size(): number {
    return this.#set.size;
  }

  values(): unknown[] {
    return [...this.#set];
  }

  pop(): unknown {
    for (const value of this.#set) {
      this.delete(value);
      return value;
    }
    throw new RangeError("Cannot pop from an empty set");
  }

  remove(value: unknown): void {
    if (!this.delete(value)) throw new RangeError(`Expected an item of the set, got ${quoted(value)}`);
  }

  update(...sources: unknown[]): void {
    for (const source of sources) for (const value of itemsOf(source, "a set")) this.add(value);
  }

  union(other: unknown): Set<unknown> {
    return this.#set.union(asSet(other));
  }

  intersection(other: unknown): Set<unknown> {
    return this.#set.intersection(asSet(other));
  }

  difference(other: unknown): Set<unknown> {
    return this.#set.difference(asSet(other));
  }

  symmetricDifference(other: unknown): Set<unknown> {
    return this.#set.symmetricDifference(asSet(other));
  }

  intersectionUpdate(other: unknown): void {
    this.#become(this.intersection(other));
  }

  differenceUpdate(other: unknown): void {
    this.#become(this.difference(other));
  }

  symmetricDifferenceUpdate(other: unknown): void {
    this.#become(this.symmetricDifference(other));
  }

  isSubsetOf(other: unknown): boolean {
    return this.#set.isSubsetOf(asSet(other));
  }

  isSupersetOf(other: unknown): boolean {
    return this.#set.isSupersetOf(asSet(other));
  }

  isDisjointFrom(other: unknown): boolean {
    return this.#set.isDisjointFrom(asSet(other));
  }

  toSet(): Set<unknown> {
    return new Set(this.#set);
  }

  *iterate(): Generator<unknown, void> {
    const version = this.#version;
    for (const value of this.#set) {
      yield value;
      if (this.#version !== version) throw new InvalidStateError("The set changed its size during the iteration");
    }
  }

  #become(values: Set<unknown>): void {
    for (const value of [...this.#set]) if (!values.has(value)) this.delete(value);
    for (const value of values) this.add(value);
  }
}

function asSet(other: unknown): Set<unknown> {
  return other instanceof Set ? other : new Set(itemsOf(other, "a set"));
}
