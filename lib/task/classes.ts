import { dynamicImport } from "./dynamic_import.ts";
import { perRealm } from "../base/realm.ts";
import { type ClassHooks, setClassHooks } from "../channel/codec.ts";
import { newKey } from "./carrier.ts";
import { lookInside, usingInspector, valueOf } from "./_inspector.ts";
import { addressOf, mayImport, moduleAt, type Namespace, namespaces } from "./_modules.ts";

/**
 * How the user's error classes are named to another thread and found there: by
 * the module and the name of an export, or, for a class that a closure took
 * along, by a number. Naming and finding are synchronous; what is not known
 * yet is noted, so that whoever can wait looks it up and tries again.
 */

// deno-lint-ignore ban-types -- any callable is meant
type Callable = Function;

interface Book {
  /** Names that classes have. */
  readonly refs: WeakMap<Callable, string>;
  readonly classes: Map<string, WeakRef<Callable>>;
  /** Names that were asked for in vain since the last look. */
  readonly missing: Set<string>;
  /** Names that cannot be found. */
  readonly hopeless: Set<string>;
  /** A function of each module that this thread sent functions of. */
  readonly modules: Map<string, WeakRef<Callable>>;
}

const book: Book = perRealm("error classes", () => ({
  refs: new WeakMap(),
  classes: new Map(),
  missing: new Set(),
  hopeless: new Set(),
  modules: new Map(),
}));

/** How long, in milliseconds, to wait for a module that is loaded already: one that is still being evaluated may take for ever. */
const PATIENCE_MS = 50;
/** How many modules are looked through for a class. */
const MAX_MODULES = 300;

/** What the name of a class begins with that is no export. */
const MEMBER = "class:";

function refFor(url: string, name: string): string {
  return `${url}\n${name}`;
}

/** Makes a class known under the address of its export. */
export function noteExport(cls: Callable, url: string, name: string): void {
  note(cls, refFor(url, name));
}

/** The name by which a class travels that a closure takes along; made at the first call. */
export function nameForMember(cls: Callable): string {
  const known = book.refs.get(cls);
  if (known !== undefined) return known;
  const ref = `${MEMBER}${newKey()}`;
  note(cls, ref);
  return ref;
}

/** Makes a class known that was made again from a closure, under the name of the original. */
export function noteMember(cls: Callable, ref: string): void {
  note(cls, ref);
}

function note(cls: Callable, ref: string): void {
  book.refs.set(cls, ref);
  book.classes.set(ref, new WeakRef(cls));
}

/** Remembers that `fn` is of that module, and learns the module's exports as soon as they can be had. */
export function noteModule(fn: Callable, url: string): void {
  if (url === "" || book.modules.get(url)?.deref() !== undefined) return;
  book.modules.set(url, new WeakRef(fn));
  if (url.startsWith("node:")) return;
  // Later: the main module can be imported from within its own top-level await, but not before that has begun.
  queueMicrotask(() => void load(url));
}

/** The exports of a module that this thread has loaded already; no errors. */
async function load(url: string): Promise<Namespace | undefined> {
  const known = namespaces().get(url);
  if (known !== undefined) return known;
  if (!mayImport(url)) return undefined;
  try {
    const namespace = await dynamicImport(url) as Namespace;
    namespaces().set(url, namespace);
    return namespace;
  } catch {
    return undefined;
  }
}

function describe(ctor: Callable): string | undefined {
  const known = book.refs.get(ctor);
  if (known !== undefined) return known;
  for (const [url, namespace] of namespaces()) {
    for (const name of Object.keys(namespace)) {
      if (isExport(namespace, name, ctor)) {
        noteExport(ctor, url, name);
        return refFor(url, name);
      }
    }
  }
  return undefined;
}

function isExport(namespace: Namespace, name: string, ctor: Callable): boolean {
  try {
    return namespace[name] === ctor;
  } catch {
    return false; // not initialized yet
  }
}

function revive(ref: string): Callable | undefined {
  const known = book.classes.get(ref)?.deref();
  if (known !== undefined) return known;
  const [url, name] = ref.split("\n") as [string, string];
  const found = namespaces().get(url)?.[name];
  if (typeof found === "function") return found;
  if (!book.hopeless.has(ref)) book.missing.add(ref);
  return undefined;
}

const hooks: ClassHooks = { describe, revive };
setClassHooks(hooks);

/** A promise for the classes that were missing in what was decoded last, `undefined` when none was: decode again when it resolves. */
export function missingClasses(): Promise<void> | undefined {
  if (book.missing.size === 0) return undefined;
  const refs = [...book.missing];
  book.missing.clear();
  return findAll(refs);
}

async function findAll(refs: readonly string[]): Promise<void> {
  for (const ref of refs) {
    const [url, name] = ref.split("\n") as [string, string];
    if (!url.startsWith(MEMBER) && isLoaded(url)) {
      const namespace = await withPatience(load(url));
      const cls = namespace?.[name] ?? await variableOf(url, name);
      if (typeof cls === "function") {
        noteExport(cls, url, name);
        continue;
      }
    }
    book.hopeless.add(ref);
  }
}

async function withPatience<T>(pending: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  const result = await Promise.race([pending, promise]);
  clearTimeout(timer);
  return result;
}

/** Whether the module is one of those that this thread sent functions of, or imported by one: others must not be run for the sake of a class. */
function isLoaded(url: string): boolean {
  return importsOf(book.modules.keys()).has(url);
}

/** These modules and what they import, as far as their texts tell. */
function importsOf(urls: Iterable<string>): Set<string> {
  const found = new Set(urls);
  for (const url of found) {
    if (found.size > MAX_MODULES) break;
    const module = moduleAt(url);
    for (const binding of module?.imports ?? []) {
      const address = addressOf(binding, url);
      if (address !== undefined && /^(?:file|https?):/.test(address)) found.add(address);
    }
  }
  return found;
}

/** The exported variable of a module that cannot be imported now, through the eyes of a function of it. */
async function variableOf(url: string, name: string): Promise<unknown> {
  const fn = book.modules.get(url)?.deref();
  const local = moduleAt(url)?.exports.find((e) => e.name === name)?.local ?? name;
  if (fn === undefined || !inspectorPermitted()) return undefined;
  const { surroundings } = await usingInspector(() => lookInside(fn));
  const module = surroundings.find((s) => s.description.startsWith("Module"));
  return module && valueOf(module, local);
}

/** Whether captured variables may be looked up; never asks. */
export function inspectorPermitted(): boolean {
  const descriptor = { name: "sys", kind: "inspector" } as unknown as Deno.PermissionDescriptor;
  return Deno.permissions.querySync(descriptor).state === "granted";
}

/** Prepares to name the classes of a thrown error, where that takes looking through modules: the promise is to be awaited before it is encoded. */
export function prepareThrown(error: unknown): Promise<void> | undefined {
  const unknown = unknownClasses(error);
  return unknown.length === 0 ? undefined : learn(unknown);
}

/** User classes, of the error and what it holds, that have no name yet. */
function unknownClasses(thrown: unknown): Callable[] {
  const found = new Set<Callable>();
  const seen = new Set<unknown>();
  const todo = [thrown];
  for (let error = todo.pop(); error !== undefined; error = todo.pop()) {
    if (!(error instanceof Error) || seen.has(error) || seen.size > 100) continue;
    seen.add(error);
    const ctor: unknown = Object.getPrototypeOf(error)?.constructor;
    if (typeof ctor === "function" && isUsers(ctor) && describe(ctor) === undefined) found.add(ctor);
    todo.push(error.cause, ...error instanceof AggregateError ? error.errors : []);
  }
  return [...found];
}

const known: WeakSet<Callable> = new WeakSet();

function isUsers(ctor: Callable): boolean {
  if (known.has(ctor) || Reflect.get(globalThis, ctor.name) === ctor) return false;
  return !/\[native code\]/.test(Function.prototype.toString.call(ctor));
}

async function learn(classes: readonly Callable[]): Promise<void> {
  for (const url of importsOf([...namespaces().keys(), ...book.modules.keys()])) {
    if (!namespaces().has(url)) await withPatience(load(url));
    if (classes.every((cls) => describe(cls) !== undefined)) return;
  }
  // Classes that are nowhere exported are not looked for again.
  for (const cls of classes) if (describe(cls) === undefined) known.add(cls);
}
