import type { DTypeName, ElementInput, ElementOf } from "../memory/dtype.ts";
import { Handle } from "../memory/handle.ts";
import { MANAGER_PHASE } from "../memory/manager_layout.ts";
import { registerShareable, SHARE, type Shareable, type Shared } from "../memory/shareable.ts";
import type { JoinableQueue } from "../channel/joinable_queue.ts";
import type { Queue, QueueOptions } from "../channel/queue.ts";
import type { SimpleQueue } from "../channel/simple_queue.ts";
import type { Barrier, BarrierOptions } from "../sync/barrier.ts";
import type { Condition } from "../sync/condition.ts";
import type { Event } from "../sync/event.ts";
import type { Lock } from "../sync/lock.ts";
import type { RLock } from "../sync/rlock.ts";
import type { BoundedSemaphore, Semaphore } from "../sync/semaphore.ts";
import { connectionTo, managerDown, managerWords, Phase } from "./_connection.ts";
import { Request } from "./_wire.ts";
import { makeNative } from "./native.ts";
import { prepareArguments } from "./proxy.ts";
import type { ArrayProxy, DictProxy, ListProxy, NamespaceProxy, SetProxy, Twin, ValueProxy } from "./types.ts";

/**
 * What makes objects of a running manager: the manager itself, or what it
 * became where it was sent to.
 *
 * @example
 * ```ts
 * import { Manager, type ManagerClient } from "@lanes/lanes/shared";
 * import { Process } from "@lanes/lanes/process";
 * import { assertEquals } from "@std/assert";
 *
 * await using manager = new Manager();
 * await manager.start();
 * const process = new Process({
 *   target: (client: ManagerClient) => client.list([1, 2]),
 *   args: [manager as ManagerClient],
 * });
 * process.start();
 * assertEquals(await (await process.result).toArray(), [1, 2]);
 * ```
 */
export class ManagerClient implements Shareable {
  readonly #handle: Handle;
  readonly #names: string[] = [];

  /** Members of the names that were registered. */
  // deno-lint-ignore no-explicit-any -- the names are known at run time only
  [registered: string]: (...args: any[]) => any;

  /** What makes objects of the manager whose state `handle` holds. */
  constructor(handle: Handle, names: readonly string[] = []) {
    this.#handle = handle;
    for (const name of names) this._addName(name);
  }

  /** A managed `Map` of these entries. */
  dict<K = unknown, V = unknown>(
    entries?: ReadonlyMap<K, V> | Iterable<readonly [K, V]> | Record<string, V> | null,
  ): Promise<DictProxy<K, V>> {
    return this._create("dict", [collected(entries)]) as Promise<DictProxy<K, V>>;
  }

  /** A managed array of these items. */
  list<T = unknown>(items?: Iterable<T> | null): Promise<ListProxy<T>> {
    return this._create("list", [collected(items)]) as Promise<ListProxy<T>>;
  }

  /** A managed `Set` of these values. */
  set<T = unknown>(values?: Iterable<T> | null): Promise<SetProxy<T>> {
    return this._create("set", [collected(values)]) as Promise<SetProxy<T>>;
  }

  /** Managed named values. */
  Namespace(values?: Readonly<Record<string, unknown>>): Promise<NamespaceProxy> {
    return this._create("Namespace", [values]) as Promise<NamespaceProxy>;
  }

  /** A managed value. The element type is there for Python's sake: it is not enforced. */
  Value<T = unknown>(dtype: DTypeName, value: T): Promise<ValueProxy<T>> {
    return this._create("Value", [dtype, value]) as Promise<ValueProxy<T>>;
  }

  /** A managed array of one element type: of that many zeros, or of these values. */
  Array<D extends DTypeName>(
    dtype: D,
    lengthOrValues: number | Iterable<ElementInput<D>>,
  ): Promise<ArrayProxy<ElementOf<D>>> {
    return this._create("Array", [dtype, collected(lengthOrValues)]) as Promise<ArrayProxy<ElementOf<D>>>;
  }

  /** A managed lock. */
  Lock(): Promise<Twin<Lock>> {
    return this._native("Lock", []) as Promise<Twin<Lock>>;
  }

  /** A managed reentrant lock. */
  RLock(): Promise<Twin<RLock>> {
    return this._native("RLock", []) as Promise<Twin<RLock>>;
  }

  /** A managed semaphore. */
  Semaphore(value?: number): Promise<Twin<Semaphore>> {
    return this._native("Semaphore", [value]) as Promise<Twin<Semaphore>>;
  }

  /** A managed semaphore that is not released above its start value. */
  BoundedSemaphore(value?: number): Promise<Twin<BoundedSemaphore>> {
    return this._native("BoundedSemaphore", [value]) as Promise<Twin<BoundedSemaphore>>;
  }

  /** A managed event. */
  Event(): Promise<Twin<Event>> {
    return this._native("Event", []) as Promise<Twin<Event>>;
  }

  /** A managed condition, with a lock of its own or with this one, managed or not. */
  Condition(lock?: Lock | RLock | Twin<Lock> | Twin<RLock>): Promise<Twin<Condition>> {
    return this._native("Condition", [lock]) as Promise<Twin<Condition>>;
  }

  /** A managed barrier. */
  Barrier(parties: number, options?: BarrierOptions): Promise<Twin<Barrier>> {
    return this._native("Barrier", [parties, options]) as Promise<Twin<Barrier>>;
  }

  /** A managed queue. */
  Queue<T = unknown>(maxsize?: number, options?: QueueOptions): Promise<Twin<Queue<T>> & AsyncIterable<T>> {
    return this._native("Queue", [maxsize, options]) as Promise<Twin<Queue<T>> & AsyncIterable<T>>;
  }

  /** A managed queue whose items are reported as done. */
  JoinableQueue<T = unknown>(
    maxsize?: number,
    options?: QueueOptions,
  ): Promise<Twin<JoinableQueue<T>> & AsyncIterable<T>> {
    return this._native("JoinableQueue", [maxsize, options]) as Promise<Twin<JoinableQueue<T>> & AsyncIterable<T>>;
  }

  /** A managed queue with nothing but `put`, `get`, `empty` and `close`. */
  SimpleQueue<T = unknown>(): Promise<Twin<SimpleQueue<T>>> {
    return this._native("SimpleQueue", []) as Promise<Twin<SimpleQueue<T>>>;
  }

  /** How many objects the manager's process keeps: for diagnostics. */
  async numberOfObjects(): Promise<number> {
    this._check();
    return await connectionTo(this.#handle).request(Request.Count, null) as number;
  }

  /** Makes an object in the server; for the library's own use. */
  async _create(type: string, args: readonly unknown[]): Promise<unknown> {
    this._check();
    const payload = prepareArguments(args);
    const { signal, args: prepared } = payload instanceof Promise ? await payload : payload;
    return await connectionTo(this.#handle).request(Request.Create, [type, prepared], { signal });
  }

  /** Makes an object in shared memory; for the library's own use. */
  // deno-lint-ignore require-await -- a rejection, not a throw
  async _native(kind: string, args: readonly unknown[]): Promise<object> {
    this._check();
    return makeNative(Handle.adopt(this.#handle.share("manager")), kind, args);
  }

  /** Throws unless the manager runs; for the library's own use. */
  _check(): void {
    if (Atomics.load(managerWords(this.#handle), MANAGER_PHASE) !== Phase.Running) throw managerDown();
  }

  /** Adds the method of a registered name; for the library's own use. */
  _addName(name: string): void {
    this.#names.push(name);
    Object.defineProperty(this, name, {
      value: (...args: unknown[]): Promise<unknown> => this._create(name, args),
      configurable: true,
    });
  }

  /** How a running manager travels: where it arrives it can make objects, but not be shut down. For the library's own use. */
  [SHARE](): Shared {
    this._check();
    return { kind: "Manager", data: [...this.#handle.share("manager"), this.#names] };
  }
}

/** An iterable as what can travel. */
function collected(source: unknown): unknown {
  if (typeof source !== "object" || source === null || source instanceof Map || source instanceof Set) return source;
  if (Array.isArray(source) || !(Symbol.iterator in source)) return source;
  return [...source as Iterable<unknown>];
}

registerShareable(
  "Manager",
  ([offset, generation, names]: readonly [number, number, readonly string[]]) =>
    new ManagerClient(Handle.adopt([offset, generation]), names),
);
