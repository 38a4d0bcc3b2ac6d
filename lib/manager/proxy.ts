import { perRealm } from "../base/realm.ts";
import { disposed, Handle } from "../memory/handle.ts";
import { UNIT_BYTES } from "../memory/layout.ts";
import { registerShareable, SHARE, type Shareable, type Shared } from "../memory/shareable.ts";
import { callSite, carry } from "../task/task.ts";
import { connectionTo } from "./_connection.ts";
import { Request, type TypeInfo } from "./_wire.ts";

/**
 * What stands for an object that a manager's server keeps. It has a method for
 * each method of the object, which asks the server and resolves to its answer.
 */

/** Gives the place of the object that a proxy stands for; registered, so that every copy of this module knows proxies. */
export const PLACE: unique symbol = Symbol.for("lanes.managed") as never;

const INSPECT: unique symbol = Symbol.for("Deno.customInspect") as never;

/** Arguments that hold what the codec does not carry. */
export interface SpecialArguments {
  /** The arguments; functions and signals left out. */
  readonly args: readonly unknown[];
  /** Index and carrier of each function. */
  readonly functions: readonly (readonly [number, unknown])[];
  /** Whether the last argument is an object that had a signal. */
  readonly signal: boolean;
}

/** What all proxies have besides the methods of their objects. */
export interface ManagedObject extends Disposable {
  /**
   * Calls a method by its name, as Python's `_callmethod`.
   *
   * @throws {TypeError} When the object has no such method for clients.
   */
  _callMethod(name: string, ...args: readonly unknown[]): Promise<unknown>;
  /** Gives up this proxy; the object goes with the last one. */
  [Symbol.dispose](): void;
}

/** Base of all proxies; the methods of an object's class are added by {@linkcode remoteClass}. */
export class Remote implements ManagedObject, Shareable {
  readonly #manager: Handle;
  readonly #object: Handle;
  readonly #type: TypeInfo;
  #open = true;

  /** A proxy, with holds of its own, for an object of the manager. */
  constructor(manager: Handle, object: Handle, type: TypeInfo) {
    this.#manager = manager;
    this.#object = object;
    this.#type = type;
  }

  _callMethod(name: string, ...args: readonly unknown[]): Promise<unknown> {
    const index = this.#type.methods.indexOf(name);
    if (index >= 0) return this.#call(index, args);
    return Promise.reject(new TypeError(`A managed ${this.#type.name} has no method "${name}" for its clients`));
  }

  /** Calls the method of that number. */
  #call(index: number, args: readonly unknown[]): Promise<unknown> {
    if (!this.#open) return Promise.reject(disposed(`proxy of a managed ${this.#type.name}`));
    try {
      const subject = { aux: this.#object.offset / UNIT_BYTES, aux2: index };
      const prepared = prepareArguments(args);
      if (prepared instanceof Promise) return prepared.then((all) => this.#request(subject, all));
      return this.#request(subject, prepared);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #request(subject: { aux: number; aux2: number }, { args, signal }: Prepared): Promise<unknown> {
    const connection = connectionTo(this.#manager);
    if (signal === undefined) return connection.request(Request.Call, args, subject);
    return connection.request(Request.Call, args, { ...subject, signal });
  }

  /** Whether the object with that place and generation is the one that this stands for. */
  get [PLACE](): string {
    return `${this.#object.offset}:${this.#object.generation}`;
  }

  [SHARE](): Shared {
    const what = `proxy of a managed ${this.#type.name}`;
    if (!this.#open) throw disposed(what);
    const manager = this.#manager.share("manager");
    try {
      const { name, methods } = this.#type;
      return {
        kind: "ManagerProxy",
        data: [...manager, ...this.#object.share(what), name, isBuiltin(name) ? 0 : methods],
      };
    } catch (error) {
      Handle.adopt(manager).close();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#open = false;
    this.#object.close();
    this.#manager.close();
  }

  [INSPECT](): string {
    return `<proxy of a managed ${this.#type.name}${this.#open ? "" : ", disposed"}>`;
  }
}

/** Arguments as they travel, and the signal among them. */
export interface Prepared {
  /** The arguments. */
  readonly args: readonly unknown[] | SpecialArguments;
  /** The signal in the options at the end. */
  readonly signal?: AbortSignal;
}

/** Makes arguments ready to travel; a promise where functions have to be looked into. */
export function prepareArguments(args: readonly unknown[]): Prepared | Promise<Prepared> {
  for (const arg of args) {
    if (typeof arg === "function") return prepareFunctions(args);
  }
  return hasSignal(args.at(-1)) ? prepareSignal(args, []) : { args };
}

async function prepareFunctions(args: readonly unknown[]): Promise<Prepared> {
  const site = callSite();
  const functions: [number, unknown][] = [];
  const plain = [...args];
  for (const [i, arg] of args.entries()) {
    if (typeof arg !== "function") continue;
    plain[i] = null;
    functions.push([i, await carry(arg, { what: `argument ${i}`, site })]);
  }
  return prepareSignal(plain, functions);
}

function prepareSignal(args: readonly unknown[], functions: SpecialArguments["functions"]): Prepared {
  const last = args.at(-1);
  if (!hasSignal(last)) return { args: { args, functions, signal: false } };
  const plain = [...args.slice(0, -1), { ...last, signal: undefined }];
  return { args: { args: plain, functions, signal: true }, signal: last.signal };
}

function hasSignal(value: unknown): value is { signal: AbortSignal } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && placeOf(value) === undefined &&
    (value as { signal?: unknown }).signal instanceof AbortSignal;
}

/** Whether two values, of which either may be a proxy, stand for the same. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b || (a !== a && b !== b)) return true;
  const place = placeOf(a);
  return place !== undefined && place === placeOf(b);
}

/** Which object a proxy stands for; `undefined` for what is no proxy. */
export function placeOf(value: unknown): string | undefined {
  return typeof value === "object" && value !== null && PLACE in value ? value[PLACE] as string : undefined;
}

type RemoteClass = new (manager: Handle, object: Handle, type: TypeInfo) => Remote;

/** Methods of the objects that every manager can make. */
const BUILTIN: Readonly<Record<string, readonly string[]>> = {
  // deno-fmt-ignore
  dict: ["get", "set", "has", "delete", "clear", "keys", "values", "entries", "size", "pop", "popItem", "setDefault",
    "update", "toMap", "iterate"],
  // deno-fmt-ignore
  list: ["push", "pop", "at", "set", "insert", "splice", "slice", "indexOf", "lastIndexOf", "includes", "sort",
    "reverse", "length", "toArray", "shift", "unshift", "extend", "concat", "remove", "count", "clear", "fill",
    "repeat", "item"],
  // deno-fmt-ignore
  set: ["add", "has", "delete", "clear", "size", "values", "pop", "remove", "update", "union", "intersection",
    "difference", "symmetricDifference", "intersectionUpdate", "differenceUpdate", "symmetricDifferenceUpdate",
    "isSubsetOf", "isSupersetOf", "isDisjointFrom", "toSet", "iterate"],
  Namespace: ["get", "set", "has", "delete", "entries", "toObject"],
  Value: ["get", "set"],
  Array: ["at", "set", "length", "slice", "fill", "toArray", "item"],
  iterator: ["next", "return", "throw"],
};

function isBuiltin(name: string): boolean {
  return Object.hasOwn(BUILTIN, name);
}

/** What clients have to know of a type that every manager has. */
export function builtinType(name: string): TypeInfo {
  return { name, methods: BUILTIN[name]! };
}

/** The class of proxies for objects of that type. */
function remoteClass(type: TypeInfo): RemoteClass {
  const classes = perRealm("manager proxies", () => new Map<string, RemoteClass>());
  const key = `${type.name}\n${type.methods.join("\n")}`;
  let known = classes.get(key);
  if (known === undefined) classes.set(key, known = makeClass(type));
  return known;
}

function makeClass(type: TypeInfo): RemoteClass {
  const made = class extends Remote {};
  for (const name of type.methods) {
    Object.defineProperty(made.prototype, name, {
      value: function (this: Remote, ...args: readonly unknown[]): Promise<unknown> {
        return this._callMethod(name, ...args);
      },
      configurable: true,
      writable: true,
    });
  }
  const iterate = iterationOf(type);
  if (iterate !== undefined) Object.defineProperty(made.prototype, Symbol.asyncIterator, { value: iterate });
  if (type.name === "Namespace") keepPrivate(made.prototype);
  return made;
}

/** How objects of that type are iterated, if they can be. */
function iterationOf({ name, methods }: TypeInfo): ((this: Remote) => AsyncIterator<unknown>) | undefined {
  if (isBuiltin(name) && methods.includes("item")) return iterateByIndex;
  if (isBuiltin(name) && methods.includes("iterate")) return iterateThere;
  if (name === "iterator") return itself;
  return undefined;
}

/** Reads the items one by one, so that changes made meanwhile are seen. */
async function* iterateByIndex(this: Remote): AsyncGenerator<unknown, void> {
  for (let i = 0;; i++) {
    const item = await this._callMethod("item", i) as readonly unknown[];
    if (item.length === 0) return;
    yield item[0];
  }
}

/** Iterates in the server. */
async function* iterateThere(this: Remote): AsyncGenerator<unknown, void> {
  const iterator = await this._callMethod("iterate") as Remote & AsyncIterable<unknown>;
  try {
    yield* iterator;
  } finally {
    iterator[Symbol.dispose]();
  }
}

function itself(this: Remote): AsyncIterator<unknown> {
  return this as unknown as AsyncIterator<unknown>;
}

/** Names that begin with an underscore stay with the proxy. */
function keepPrivate(prototype: object): void {
  const own = new WeakMap<object, Map<string, unknown>>();
  function localOf(proxy: object): Map<string, unknown> {
    let local = own.get(proxy);
    if (local === undefined) own.set(proxy, local = new Map());
    return local;
  }
  for (const method of ["get", "set", "has", "delete"] as const) {
    Object.defineProperty(prototype, method, {
      value: function (this: Remote, ...args: [string, unknown]): Promise<unknown> {
        if (typeof args[0] !== "string" || !args[0].startsWith("_")) return this._callMethod(method, ...args);
        const local = localOf(this);
        const result = local[method](...args);
        return Promise.resolve(method === "set" ? undefined : result);
      },
    });
  }
}

/** A proxy with holds of its own. */
export function makeRemote(manager: Handle, object: Handle, type: TypeInfo): Remote {
  return new (remoteClass(type))(manager, object, type);
}

type Sent = readonly [number, number, number, number, string, readonly string[] | 0];

registerShareable("ManagerProxy", ([manager, g, object, h, name, methods]: Sent): Remote => {
  const type = methods === 0 ? builtinType(name) : { name, methods };
  return makeRemote(Handle.adopt([manager, g]), Handle.adopt([object, h]), type);
});
