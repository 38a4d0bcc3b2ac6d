import { quoted } from "../base/check.ts";
import { placeOf } from "./proxy.ts";

/**
 * What the containers in a manager's server have in common. Values in them may
 * be proxies; one that is taken out is given up once the reply that may hold it
 * is on its way.
 */

/** Proxies that a call has taken out of a container. */
const taken: Disposable[] = [];

/** Gives `value` up, if it is a proxy, after the reply of the call. */
export function letGo(value: unknown): void {
  if (placeOf(value) !== undefined) taken.push(value as Disposable);
}

/** Gives up what the last call has taken out; after its reply. */
export function releaseTaken(): void {
  for (const proxy of taken.splice(0)) proxy[Symbol.dispose]();
}

/** The key of a map or set under which a value is kept: proxies of one object are one key. */
export function keyFor(keys: Iterable<unknown>, key: unknown): unknown {
  const place = placeOf(key);
  if (place === undefined) return key;
  for (const known of keys) if (placeOf(known) === place) return known;
  return key;
}

/** The entries of a Map, an array of entries or an object. */
export function entriesOf(source: unknown, what: string): [unknown, unknown][] {
  if (source === undefined || source === null) return [];
  if (source instanceof Map) return [...source];
  if (Array.isArray(source)) {
    return source.map((entry: unknown) => {
      if (Array.isArray(entry) && entry.length === 2) return entry as [unknown, unknown];
      throw new TypeError(`Expected entries of a key and a value for ${what}, got ${quoted(entry)}`);
    });
  }
  if (typeof source === "object") return Object.entries(source);
  throw new TypeError(`Expected a Map, entries or an object for ${what}, got ${quoted(source)}`);
}

/** The items of an iterable; of a Map, its keys. */
export function itemsOf(source: unknown, what: string): unknown[] {
  if (source === undefined || source === null) return [];
  if (source instanceof Map) return [...source.keys()];
  if (typeof source === "string" || typeof (source as Partial<Iterable<unknown>>)[Symbol.iterator] === "function") {
    return [...source as Iterable<unknown>];
  }
  throw new TypeError(`Expected an iterable for ${what}, got ${quoted(source)}`);
}
