import { perRealm } from "../base/realm.ts";

/** What every thread has by itself: global names, and where its built-in functions and objects are found. */

/** Taken when the library is loaded: what the program adds to `globalThis` later, workers do not have. */
const NAMES: ReadonlySet<string> = perRealm("global names", collectNames);

function collectNames(): Set<string> {
  const names = new Set<string>(["undefined", "NaN", "Infinity", "arguments"]);
  for (let object: object | null = globalThis; object !== null; object = Object.getPrototypeOf(object)) {
    for (const name of Object.getOwnPropertyNames(object)) names.add(name);
  }
  return names;
}

/** Whether every thread has this global. */
export function isGlobal(name: string): boolean {
  return NAMES.has(name);
}

/** Where the built-in function or object is found: `["Math", "max"]`; `undefined` for all that is not built in. */
export function pathOfBuiltin(value: object): readonly string[] | undefined {
  if (value === globalThis) return [];
  const named = (value as { name?: unknown }).name;
  if (typeof named === "string" && NAMES.has(named) && Reflect.get(globalThis, named) === value) return [named];
  const path = builtins().get(value);
  if (path !== undefined) return path;
  // The runtime gives `console` other methods while an inspector is connected.
  const method = Object.entries(console).find(([, each]) => each === value);
  return method && ["console", method[0]];
}

function builtins(): Map<object, readonly string[]> {
  return perRealm("builtins", collectBuiltins);
}

/** Globals that ask for permissions when they are looked at, or lead in a circle. */
const LEFT_ALONE: ReadonlySet<string> = new Set(
  "process global globalThis self window".split(" "),
);

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Three levels: `Math`, `Math.max` and `Array.prototype.map`. */
function collectBuiltins(): Map<object, readonly string[]> {
  const found = new Map<object, readonly string[]>();
  let level: [object, readonly string[]][] = [[globalThis, []]];
  for (let depth = 0; depth < 3; depth++) {
    const next: [object, readonly string[]][] = [];
    for (const [holder, path] of level) {
      for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
        if (!worthLooking(path, name)) continue;
        const value: unknown = descriptor.value; // getters are left alone: many load a part of the runtime
        if (!isObject(value) || found.has(value) || value === globalThis) continue;
        found.set(value, [...path, name]);
        if (depth === 0 || name === "prototype") next.push([value, [...path, name]]);
      }
    }
    level = next;
  }
  return found;
}

function worthLooking(path: readonly string[], name: string): boolean {
  return path.length === 0 ? NAMES.has(name) && !LEFT_ALONE.has(name) : name !== "constructor";
}

/** Finds again what {@linkcode pathOfBuiltin} found; `undefined` where this thread lacks it. */
export function builtinAt(path: readonly string[]): unknown {
  let value: unknown = globalThis;
  for (const name of path) {
    if (!isObject(value)) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
}
