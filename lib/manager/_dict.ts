import { InvalidStateError } from "../base/errors.ts";
import { entriesOf, keyFor, letGo } from "./_taken.ts";

/** A dict. */
export class ManagedDict {
  readonly #map = new Map<unknown, unknown>();
  /** Changes with the number of keys: an iteration notices. */
  #version = 0;

  constructor(source?: unknown) {
    this.update(source);
  }

  get(key: unknown): unknown {
    return this.#map.get(keyFor(this.#map.keys(), key));
  }

  set(key: unknown, value: unknown): void {
    const known = keyFor(this.#map.keys(), key);
    if (!this.#map.has(known)) this.#version++;
    else letGo(this.#map.get(known));
    this.#map.set(known, value);
  }

  has(key: unknown): boolean {
    return this.#map.has(keyFor(this.#map.keys(), key));
  }

  delete(key: unknown): boolean {
    const known = keyFor(this.#map.keys(), key);
    if (!this.#map.has(known)) return false;
    letGo(known);
    letGo(this.#map.get(known));
    this.#version++;
    return this.#map.delete(known);
  }

  clear(): void {
    for (const key of [...this.#map.keys()]) this.delete(key);
  }

  keys(): unknown[] {
    return [...this.#map.keys()];
  }

  values(): unknown[] {
    return [...this.#map.values()];
  }

  entries(): [unknown, unknown][] {
    return [...this.#map];
  }

  size(): number {
    return this.#map.size;
  }

  pop(key: unknown, fallback?: unknown): unknown {
    const known = keyFor(this.#map.keys(), key);
    if (!this.#map.has(known)) return fallback;
    const value = this.#map.get(known);
    this.delete(known);
    return value;
  }

  popItem(): [unknown, unknown] | undefined {
    const last = [...this.#map].at(-1);
    if (last !== undefined) this.delete(last[0]);
    return last;
  }

  setDefault(key: unknown, value: unknown): unknown {
    if (this.has(key)) {
      letGo(value);
      return this.get(key);
    }
    this.set(key, value);
    return value;
  }

  update(source: unknown): void {
    for (const [key, value] of entriesOf(source, "a dict")) this.set(key, value);
  }

  toMap(): Map<unknown, unknown> {
    return new Map(this.#map);
  }

  *iterate(): Generator<unknown, void> {
    const version = this.#version;
    for (const key of this.#map.keys()) {
      yield key;
      if (this.#version !== version) throw new InvalidStateError("The dict changed its size during the iteration");
    }
  }
}
