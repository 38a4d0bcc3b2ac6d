import { types } from "node:util";
import { TransportError } from "../base/errors.ts";
import { encode, type Packet } from "../channel/codec.ts";
import { isShareable } from "../memory/shareable.ts";
import { analyse, isNative, sourceOf } from "./_analysis.ts";
import { pathOfBuiltin } from "./_globals.ts";
import { Patch, type PatchRecord, type PlanGraph, type PlanRoot, type ProtoRecord } from "./_plan.ts";

/**
 * Captured values. The codec carries data; what it does not carry (functions,
 * prototypes of the user's classes, shared objects, symbols) is taken out here
 * and put back in by the receiver, as patches that name the object and its key.
 */

// deno-lint-ignore ban-types -- any callable is meant
type Callable = Function;

/** How a value was reached. */
export interface Step {
  readonly label: string;
  readonly parent: Step | null;
}

/** `captured variable 'db' → field 'socket'`. */
export function pathTo(step: Step): string {
  const labels: string[] = [];
  for (let at: Step | null = step; at !== null; at = at.parent) labels.unshift(at.label);
  return labels.join(" → ");
}

/** Whether the class belongs to the language or the runtime. */
function isBuiltinClass(ctor: Callable): boolean {
  if (isNative(sourceOf(ctor))) return true;
  const { name } = ctor;
  if (Object.getOwnPropertyDescriptor(globalThis, name)?.enumerable === false) {
    if (Reflect.get(globalThis, name) === ctor) return true;
  }
  return Object.hasOwn(Deno, name) && Reflect.get(Deno, name) === ctor;
}

function ownConstructor(prototype: object): Callable | undefined {
  const ctor: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  return typeof ctor === "function" && ctor.prototype === prototype ? ctor : undefined;
}

/** What an object's prototype says: nothing of its own, the user's class, or an object that others inherit from. */
function userPrototype(value: object): { ctor?: Callable; object?: object } | undefined {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === Object.prototype || prototype === Array.prototype) return undefined;
  const ctor = ownConstructor(prototype);
  if (ctor !== undefined) return isBuiltinClass(ctor) ? undefined : { ctor };
  if (types.isGeneratorObject(value) || Object.hasOwn(prototype, Symbol.toStringTag)) return undefined;
  return { object: prototype };
}

/** Whether the codec takes the object as a whole. */
function isLeaf(value: object): boolean {
  if (types.isProxy(value) || ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return true;
  if (types.isNativeError(value) || types.isDate(value) || types.isRegExp(value) || types.isPromise(value)) return true;
  if (types.isBoxedPrimitive(value) || types.isGeneratorObject(value) || types.isModuleNamespaceObject(value)) {
    return true;
  }
  if (Array.isArray(value) || types.isMap(value) || types.isSet(value)) return false;
  for (let p = Object.getPrototypeOf(value) as object | null; p !== null; p = Object.getPrototypeOf(p)) {
    if (p === Object.prototype) return false;
    const ctor = ownConstructor(p);
    if (ctor !== undefined && isBuiltinClass(ctor)) return true;
  }
  return false;
}

function isPlainData(value: unknown): boolean {
  return (typeof value !== "object" || value === null) && typeof value !== "function" && typeof value !== "symbol";
}

/** Properties of an object that travel: those that enumeration shows, and methods under the language's symbols. */
function travelling(value: object): [key: string | symbol, descriptor: PropertyDescriptor][] {
  const keys: (string | symbol)[] = Object.keys(value);
  for (const key of Object.getOwnPropertySymbols(value)) {
    if (key.description?.startsWith("Symbol.") && Object.prototype.propertyIsEnumerable.call(value, key)) {
      keys.push(key);
    }
  }
  return keys.map((key) => [key, Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor]);
}

/** The captured values of one function. */
export class Graph {
  readonly shared: object[] = [];
  readonly #addFunction: (fn: Callable, step: Step) => number;
  readonly #sharing: boolean;
  readonly #seen = new Set<object>();
  readonly #copies = new Map<object, object>();
  readonly #todo: object[] = [];
  readonly #plan: { patches: PatchRecord[]; protos: ProtoRecord[]; maps: [object, unknown[]][] } = {
    patches: [],
    protos: [],
    maps: [],
  };
  /** Whether anything was met that the codec does not carry. */
  #special = false;

  /** `addFunction` gives a function its number; `sharing`: whether shared objects may travel. */
  constructor(addFunction: (fn: Callable, step: Step) => number, sharing: boolean) {
    this.#addFunction = addFunction;
    this.#sharing = sharing;
  }

  /** Looks through a value for functions and the like, and refuses what cannot travel. */
  scan(root: unknown, at: Step): void {
    const stack: [value: unknown, step: Step][] = [[root, at]];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const [value, step] = next;
      if (isPlainData(value)) continue;
      if (this.#scanSpecial(value, step)) this.#special = true;
      else this.#scanObject(value as object, step, stack);
    }
  }

  #scanSpecial(value: unknown, step: Step): boolean {
    if (typeof value === "function") this.#addFunction(value, step);
    else if (typeof value === "symbol") checkSymbol(value, step);
    else if (isShareable(value)) {
      // The codec says why in its own words.
      if (!this.#sharing) encode(value, { where: pathTo(step), shared: false });
    } else return builtinObject(value as object) !== undefined;
    return true;
  }

  #scanObject(value: object, step: Step, stack: [unknown, Step][]): void {
    if (this.#seen.has(value)) return;
    this.#seen.add(value);
    this.#scanPrototype(value, step, stack);
    if (isLeaf(value)) return;
    const push = (child: unknown, label: string): void => {
      if (!isPlainData(child)) stack.push([child, { label, parent: step }]);
    };
    if (types.isMap(value)) {
      let index = 0;
      for (const [key, item] of value) {
        push(key, `key of entry ${index}`);
        push(item, typeof key === "string" ? `value of key '${key}'` : `value of entry ${index}`);
        index++;
      }
    } else if (types.isSet(value)) {
      let index = 0;
      for (const item of value) push(item, `member ${index++}`);
    } else if (Array.isArray(value) && value.every(isPlainData)) return;
    else {
      for (const [key, { value: child, get, set }] of travelling(value)) {
        if (get !== undefined || set !== undefined || typeof key === "symbol") this.#special = true;
        const label = Array.isArray(value) ? `item ${String(key)}` : `field '${String(key)}'`;
        for (const part of [child, get, set]) push(part, label);
      }
    }
  }

  #scanPrototype(value: object, step: Step, stack: [unknown, Step][]): void {
    if (types.isProxy(value)) return;
    const prototype = userPrototype(value);
    if (prototype === undefined) return;
    this.#special = true;
    if (prototype.object !== undefined) stack.push([prototype.object, { label: "prototype", parent: step }]);
    if (prototype.ctor === undefined) return;
    checkPrivates(value, step);
    this.#addFunction(prototype.ctor, step);
  }

  /** The values with everything special taken out; they are scanned already. */
  build(root: object): PlanGraph {
    if (!this.#special) return { root, patches: [], protos: [], maps: [] };
    const copy = this.#shell(root);
    for (let next = this.#todo.pop(); next !== undefined; next = this.#todo.pop()) this.#fill(next);
    return { root: copy, ...this.#plan };
  }

  /** The copy of an object, empty when it is new. */
  #shell(value: object): object {
    const known = this.#copies.get(value);
    if (known !== undefined) return known;
    let copy: object;
    if (isLeaf(value) || (Array.isArray(value) && value.every(isPlainData))) copy = value;
    else if (types.isMap(value)) copy = new Map();
    else if (types.isSet(value)) copy = new Set();
    else copy = Array.isArray(value) ? new Array(value.length) : {};
    this.#todo.push(value);
    this.#copies.set(value, copy);
    return copy;
  }

  #fill(value: object): void {
    const copy = this.#shell(value);
    const prototype = userPrototype(value);
    if (prototype !== undefined) {
      const { ctor, object } = prototype;
      this.#plan.protos.push(
        ctor ? { o: copy, f: this.#addFunction(ctor, NOWHERE), p: null } : { o: copy, f: -1, p: this.#shell(object!) },
      );
    }
    if (copy === value) return;
    if (types.isMap(value) || types.isSet(value)) return this.#fillCollection(value, copy as Map<unknown, unknown>);
    for (const [key, descriptor] of travelling(value)) {
      if (descriptor.get !== undefined) {
        this.#patch(copy, key, [Patch.Getter, this.#addFunction(descriptor.get, NOWHERE)]);
      }
      if (descriptor.set !== undefined) {
        this.#patch(copy, key, [Patch.Setter, this.#addFunction(descriptor.set, NOWHERE)]);
      }
      if ("value" in descriptor) this.#put(copy, key, descriptor.value);
    }
  }

  #fillCollection(value: Map<unknown, unknown> | Set<unknown>, copy: Map<unknown, unknown> | Set<unknown>): void {
    // The receiver fills it: an entry may be a function, and the order counts.
    const items = types.isMap(value) ? [...value].flat(1) : [...value];
    this.#plan.maps.push([copy, this.#shell(items) as unknown[]]);
  }

  #put(copy: object, key: string | symbol, value: unknown): void {
    const special = this.#specialOf(value);
    if (special !== undefined) this.#patch(copy, key, special);
    else if (typeof key === "symbol") this.#patch(copy, key, [Patch.Value, this.#shell([value])]);
    else {
      const stored = typeof value === "object" && value !== null ? this.#shell(value) : value;
      Object.defineProperty(copy, key, { value: stored, writable: true, enumerable: true, configurable: true });
    }
  }

  #specialOf(value: unknown): [Patch, PatchRecord["r"]] | undefined {
    if (typeof value === "function") return [Patch.Function, this.#addFunction(value, NOWHERE)];
    if (typeof value === "symbol") return [Patch.Symbol, nameOfSymbol(value) as string];
    if (typeof value !== "object" || value === null) return undefined;
    if (isShareable(value)) {
      const index = this.shared.indexOf(value);
      return [Patch.Shared, index >= 0 ? index : this.shared.push(value) - 1];
    }
    const path = builtinObject(value);
    return path === undefined ? undefined : [Patch.Builtin, [...path]];
  }

  #patch(object: object, key: string | symbol, [kind, r]: [Patch, PatchRecord["r"]]): void {
    // Keep the place, so that the order of the fields is the same.
    if (typeof key === "string") Object.defineProperty(object, key, PLACEHOLDER);
    const k = typeof key === "symbol" ? nameOfSymbol(key) as string : key;
    this.#plan.patches.push({ o: object, k, s: typeof key === "symbol", t: kind, r });
  }
}

const NOWHERE: Step = { label: "", parent: null };
const PLACEHOLDER: PropertyDescriptor = { value: undefined, writable: true, enumerable: true, configurable: true };

/** `Math`, `JSON`, `console`: objects that every thread has. */
function builtinObject(value: object): readonly string[] | undefined {
  if (value === Deno) return ["Deno"];
  if (value !== globalThis && (types.isProxy(value) || !(Symbol.toStringTag in value))) return undefined;
  if (ArrayBuffer.isView(value) || types.isMap(value) || types.isSet(value)) return undefined;
  return pathOfBuiltin(value);
}

/** A symbol by its name, `@name` for `Symbol.for(name)`; `undefined` for one that exists once. */
function nameOfSymbol(symbol: symbol): string | undefined {
  const key = Symbol.keyFor(symbol);
  if (key !== undefined) return `@${key}`;
  const name = symbol.description?.replace(/^Symbol\./, "") ?? "";
  return Reflect.get(Symbol, name) === symbol ? name : undefined;
}

function checkSymbol(symbol: symbol, step: Step): void {
  if (nameOfSymbol(symbol) !== undefined) return;
  throw new TransportError(
    `Cannot send ${pathTo(step)}: ${String(symbol)} exists in this thread only; use Symbol.for(), or a string`,
  );
}

/** Private members are out of reach: an object that has some cannot be made again. */
function checkPrivates(value: object, step: Step): void {
  for (let p = Object.getPrototypeOf(value) as object | null; p !== null; p = Object.getPrototypeOf(p)) {
    const ctor = ownConstructor(p);
    if (ctor === undefined || isBuiltinClass(ctor)) continue;
    const [name] = analyse(sourceOf(ctor)).instancePrivates;
    if (name === undefined) continue;
    throw new TransportError(
      `Cannot send ${
        pathTo(step)
      }: it is an object of class "${ctor.name}", whose private member "${name}" does not travel; ` +
        `make the object inside of the function`,
    );
  }
}

/** Encodes the values; an error names the variable, not the place in the plan. */
export function encodeGraph(
  graph: PlanGraph,
  rest: object,
  options: { variables: readonly Step[]; shared: boolean },
): Packet {
  const { variables, shared } = options;
  try {
    return encode({ ...rest, ...graph }, { shared });
  } catch (error) {
    const values = (graph.root as PlanRoot).variables;
    variables.forEach((step, i) => encode(values[i], { where: pathTo(step), shared }));
    throw error;
  }
}
