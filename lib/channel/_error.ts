import { ERROR_CLASSES } from "../base/errors.ts";
import { perRealm } from "../base/realm.ts";

/** How the class of an error is named to another thread and found again there. */

/** Functions that name the user's classes and find them again; the layer that carries functions installs them. */
export interface ClassHooks {
  /** A text by which {@linkcode ClassHooks.revive} finds `ctor` in another thread; `undefined` where it cannot be found again. */
  // deno-lint-ignore ban-types -- any class is meant
  describe(ctor: Function): string | undefined;
  /** The class that `ref` names; `undefined` where this thread does not have it (yet). */
  // deno-lint-ignore ban-types -- any class is meant
  revive(ref: string): Function | undefined;
}

// deno-lint-ignore ban-types -- any class is meant
type AnyClass = Function;

interface ErrorRealm {
  hooks: ClassHooks | null;
  /** The library's classes by name: those of the copy that was loaded last, as with shared objects. */
  own: Map<string, AnyClass>;
  /** Names of the library's classes, of every copy. */
  readonly names: WeakMap<AnyClass, string>;
}

const realm = perRealm("errors", (): ErrorRealm => ({ hooks: null, own: new Map(), names: new WeakMap() }));
realm.own = new Map(ERROR_CLASSES);
for (const [name, cls] of ERROR_CLASSES) realm.names.set(cls, `lanes.${name}`);

/** Installs how the user's own error classes are named and found again. */
export function setClassHooks(hooks: ClassHooks): void {
  realm.hooks = hooks;
}

let builtins: Map<string, AnyClass> | null = null;
let builtinNames: Map<AnyClass, string> | null = null;

/** The runtime's error classes by the name that travels. */
function builtinClasses(): Map<string, AnyClass> {
  if (builtins !== null) return builtins;
  builtins = new Map<string, AnyClass>(
    [
      Error,
      TypeError,
      RangeError,
      SyntaxError,
      ReferenceError,
      EvalError,
      URIError,
      AggregateError,
      DOMException,
    ].map((cls) => [cls.name, cls]),
  );
  const { SuppressedError } = globalThis as { SuppressedError?: AnyClass };
  if (SuppressedError !== undefined) builtins.set("SuppressedError", SuppressedError);
  for (const name of ["CompileError", "LinkError", "RuntimeError"] as const) {
    builtins.set(`WebAssembly.${name}`, WebAssembly[name]);
  }
  for (const [name, cls] of Object.entries(Deno.errors)) builtins.set(`Deno.${name}`, cls);
  builtinNames = new Map([...builtins].map(([name, cls]) => [cls, name]));
  return builtins;
}

/** The class of an error as it travels: the class itself, and the nearest one that every thread has. */
export interface ClassRef {
  /** What {@linkcode ClassHooks.describe} gave; empty for a class that every thread has. */
  readonly user: string;
  /** Name of the nearest class of the runtime or the library. */
  readonly known: string;
}

/** Names the class of `error`. */
export function describeClass(error: object): ClassRef {
  builtinClasses();
  let user = "";
  for (let p = Object.getPrototypeOf(error) as object | null; p !== null; p = Object.getPrototypeOf(p)) {
    const ctor = Object.getOwnPropertyDescriptor(p, "constructor")?.value as unknown;
    if (typeof ctor !== "function") continue;
    const known = builtinNames!.get(ctor) ?? realm.names.get(ctor);
    if (known !== undefined) return { user, known };
    if (user === "") user = realm.hooks?.describe(ctor) ?? "";
  }
  return { user, known: "Error" };
}

/** An error without a message of the class that `ref` names, or of the nearest one this thread knows. */
export function makeError(ref: ClassRef, message: string, name: string): Error {
  const known = ref.known.startsWith("lanes.") ? realm.own.get(ref.known.slice(6)) : builtinClasses().get(ref.known);
  if (known === DOMException) return new DOMException(message, name);
  const user = ref.user === "" ? undefined : realm.hooks?.revive(ref.user);
  return construct(user) ?? construct(known) ?? new Error();
}

/** An error with the prototype of `cls`, whose constructor is not run: it may need other arguments, and its fields travel anyway. */
function construct(cls: AnyClass | undefined): Error | null {
  if (typeof cls !== "function") return null;
  const limit = Error.stackTraceLimit;
  try {
    Error.stackTraceLimit = 0;
    const error = Reflect.construct(Error, [], cls) as Error;
    return error instanceof Error ? error : null;
  } catch {
    return null;
  } finally {
    Error.stackTraceLimit = limit;
  }
}
