/** What stands for an object of class `T` that a manager keeps: its public methods, each asynchronous; what is no method is asked for by one. */
export type Twin<T> =
  & {
    readonly [K in keyof T as PublicName<K>]: T[K] extends (...args: infer A) => infer R
      ? (...args: A) => Promise<Awaited<R>>
      : () => Promise<T[K]>;
  }
  & Disposable;

/** Names of members that clients see: no symbols, nothing that begins with an underscore, no blocking twins. */
export type PublicName<K> = K extends string ? (K extends `_${string}` | `${string}Sync` ? never : K) : never;

/** What a registered class looks like to a manager's clients. */
export type ProxyOf<T> =
  & { readonly [K in keyof T as MethodName<T, K>]: T[K] extends (...args: infer A) => infer R ? Remoted<A, R> : never }
  & Disposable;

/** A method as clients see it; an iterator that it returns is iterated from afar. */
export type Remoted<A extends readonly unknown[], R> = (...args: A) => Promise<
  Awaited<R> extends Iterator<infer Item> | AsyncIterator<infer Item> ? AsyncIterableIterator<Item> : Awaited<R>
>;

/** Names of public methods. */
export type MethodName<T, K extends keyof T> = T[K] extends (...args: infer _A) => unknown
  ? K extends string ? (K extends `_${string}` ? never : K) : never
  : never;

/** Stands for a `Map` that a manager keeps. */
export interface DictProxy<K = unknown, V = unknown> extends Disposable, AsyncIterable<K> {
  /** The value of `key`; `undefined` when there is none. */
  get(key: K): Promise<V | undefined>;
  /** Sets the value of `key`. */
  set(key: K, value: V): Promise<void>;
  /** Whether there is a value for `key`. */
  has(key: K): Promise<boolean>;
  /** Takes `key` out; whether it was there. */
  delete(key: K): Promise<boolean>;
  /** Takes everything out. */
  clear(): Promise<void>;
  /** The keys, in the order in which they came. */
  keys(): Promise<K[]>;
  /** The values, in the order of the keys. */
  values(): Promise<V[]>;
  /** Keys and values. */
  entries(): Promise<[K, V][]>;
  /** The number of keys. */
  size(): Promise<number>;
  /** Takes `key` out: its value, or `fallback` when there is none. */
  pop(key: K, fallback?: V): Promise<V | undefined>;
  /** Takes the last key out: it and its value, or `undefined` when there is none. */
  popItem(): Promise<[K, V] | undefined>;
  /** The value of `key`, which is set to `value` if there is none. */
  setDefault(key: K, value: V): Promise<V>;
  /** Sets the values of all these keys. */
  update(source: ReadonlyMap<K, V> | Iterable<readonly [K, V]> | Record<string, V>): Promise<void>;
  /** A copy. */
  toMap(): Promise<Map<K, V>>;
}

/** Stands for an array that a manager keeps. */
export interface ListProxy<T = unknown> extends Disposable, AsyncIterable<T> {
  /** Adds items at the end; the new length. */
  push(...items: T[]): Promise<number>;
  /**
   * Takes the last item out, or the one at `index`; `undefined` when the list is empty.
   *
   * @throws {RangeError} When `index` is given and outside of the list.
   */
  pop(index?: number): Promise<T | undefined>;
  /** The item at `index`, where a negative index counts from the end; `undefined` outside of the list. */
  at(index: number): Promise<T | undefined>;
  /**
   * Replaces the item at `index`, where a negative index counts from the end.
   *
   * @throws {RangeError} When the index is outside of the list.
   */
  set(index: number, value: T): Promise<void>;
  /** Puts an item before the one at `index`. */
  insert(index: number, value: T): Promise<void>;
  /** As `Array.splice`: the items taken out. */
  splice(start: number, deleteCount?: number, ...items: T[]): Promise<T[]>;
  /** A copy of the items from `begin` to before `end`. */
  slice(begin?: number, end?: number): Promise<T[]>;
  /** The first index of `value`, or -1. Objects are the same only if they are proxies of one object. */
  indexOf(value: T, from?: number): Promise<number>;
  /** The last index of `value`, or -1. */
  lastIndexOf(value: T): Promise<number>;
  /** Whether `value` is in the list. */
  includes(value: T): Promise<boolean>;
  /** Sorts: numbers by their value, anything else as `Array.sort` does, or by `compare`, which runs in the manager's process. */
  sort(compare?: (a: T, b: T) => number): Promise<void>;
  /** Reverses the order. */
  reverse(): Promise<void>;
  /** The number of items. */
  length(): Promise<number>;
  /** A copy of all items. */
  toArray(): Promise<T[]>;
  /** Takes the first item out; `undefined` when there is none. */
  shift(): Promise<T | undefined>;
  /** Adds items at the start; the new length. */
  unshift(...items: T[]): Promise<number>;
  /** Adds all items of an array or set at the end. */
  extend(items: readonly T[] | ReadonlySet<T>): Promise<void>;
  /** The items and those of the arrays, as a plain array. */
  concat(...others: (T | readonly T[])[]): Promise<T[]>;
  /**
   * Takes the first `value` out.
   *
   * @throws {RangeError} When it is not in the list.
   */
  remove(value: T): Promise<void>;
  /** How often `value` is in the list. */
  count(value: T): Promise<number>;
  /** Takes everything out. */
  clear(): Promise<void>;
  /** Sets the items from `begin` to before `end`. */
  fill(value: T, begin?: number, end?: number): Promise<void>;
  /** Makes the list `times` times itself. */
  repeat(times: number): Promise<void>;
}

/** Stands for a `Set` that a manager keeps. */
export interface SetProxy<T = unknown> extends Disposable, AsyncIterable<T> {
  /** Adds a value. */
  add(value: T): Promise<void>;
  /** Whether the value is in the set. */
  has(value: T): Promise<boolean>;
  /** Takes a value out; whether it was there. */
  delete(value: T): Promise<boolean>;
  /** Takes everything out. */
  clear(): Promise<void>;
  /** The number of values. */
  size(): Promise<number>;
  /** The values, in the order in which they came. */
  values(): Promise<T[]>;
  /**
   * Takes some value out.
   *
   * @throws {RangeError} When the set is empty.
   */
  pop(): Promise<T>;
  /**
   * Takes a value out.
   *
   * @throws {RangeError} When it is not in the set.
   */
  remove(value: T): Promise<void>;
  /** Adds all these values. */
  update(...sources: (ReadonlySet<T> | readonly T[])[]): Promise<void>;
  /** The values of either, as a plain set. */
  union(other: ReadonlySet<T> | readonly T[]): Promise<Set<T>>;
  /** The values of both, as a plain set. */
  intersection(other: ReadonlySet<T> | readonly T[]): Promise<Set<T>>;
  /** The values of this one only, as a plain set. */
  difference(other: ReadonlySet<T> | readonly T[]): Promise<Set<T>>;
  /** The values of one only, as a plain set. */
  symmetricDifference(other: ReadonlySet<T> | readonly T[]): Promise<Set<T>>;
  /** Keeps the values that are in `other` too. */
  intersectionUpdate(other: ReadonlySet<T> | readonly T[]): Promise<void>;
  /** Takes the values of `other` out. */
  differenceUpdate(other: ReadonlySet<T> | readonly T[]): Promise<void>;
  /** Keeps the values that are in one only. */
  symmetricDifferenceUpdate(other: ReadonlySet<T> | readonly T[]): Promise<void>;
  /** Whether all values are in `other`. */
  isSubsetOf(other: ReadonlySet<T> | readonly T[]): Promise<boolean>;
  /** Whether all values of `other` are in the set. */
  isSupersetOf(other: ReadonlySet<T> | readonly T[]): Promise<boolean>;
  /** Whether no value is in both. */
  isDisjointFrom(other: ReadonlySet<T> | readonly T[]): Promise<boolean>;
  /** A copy. */
  toSet(): Promise<Set<T>>;
}

/** Stands for a set of named values that a manager keeps. Names that begin with an underscore stay with the proxy. */
export interface NamespaceProxy extends Disposable {
  /** The value of a name; `undefined` when there is none. */
  get(name: string): Promise<unknown>;
  /** Sets the value of a name. */
  set(name: string, value: unknown): Promise<void>;
  /** Whether there is such a name. */
  has(name: string): Promise<boolean>;
  /** Takes a name away; whether it was there. */
  delete(name: string): Promise<boolean>;
  /** Names and values, sorted by name. */
  entries(): Promise<[string, unknown][]>;
  /** Names and values as an object. */
  toObject(): Promise<Record<string, unknown>>;
}

/** Stands for a value that a manager keeps. */
export interface ValueProxy<T = unknown> extends Disposable {
  /** The value. */
  get(): Promise<T>;
  /** Sets the value. */
  set(value: T): Promise<void>;
}

/** Stands for an array of one element type that a manager keeps. */
export interface ArrayProxy<T = number> extends Disposable, AsyncIterable<T> {
  /**
   * The element at `index`, where a negative index counts from the end.
   *
   * @throws {RangeError} When the index is outside of the array.
   */
  at(index: number): Promise<T>;
  /**
   * Sets the element at `index`, where a negative index counts from the end.
   *
   * @throws {RangeError} When the index is outside of the array, or a whole number does not fit the type.
   * @throws {TypeError} When the value is not of the type.
   */
  set(index: number, value: T): Promise<void>;
  /** The number of elements. */
  length(): Promise<number>;
  /** A copy of the elements from `begin` to before `end`. */
  slice(begin?: number, end?: number): Promise<T[]>;
  /** Sets the elements from `begin` to before `end`. */
  fill(value: T, begin?: number, end?: number): Promise<void>;
  /** A copy of all elements. */
  toArray(): Promise<T[]>;
}
