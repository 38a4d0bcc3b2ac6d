import { TransportError } from "../base/errors.ts";
import { decode } from "../channel/codec.ts";
import type { ClosureCarrier, ClosureNode } from "./carrier.ts";
import { noteMember } from "./classes.ts";
import { PARAMETERS } from "./_codegen.ts";
import { builtinAt } from "./_globals.ts";
import { importModule, isLoadFailure, type Namespace, namespaces } from "./_modules.ts";
import { Patch, type PatchRecord, type Plan } from "./_plan.ts";
import { valueAt } from "./reference.ts";
import { compile, type Hook, hookFor, named, nameFor } from "./source.ts";

// deno-lint-ignore ban-types -- any callable is meant
type Callable = Function;

/** Puts a closure together on the receiving side. */
class Rebuild {
  readonly #carrier: ClosureCarrier;
  readonly #modules: readonly Namespace[];
  readonly #plan: Plan;
  readonly #functions: (Callable | undefined)[] = [];
  readonly #make: ((hook: Hook & { base: Callable | undefined }) => Callable)[] = [];
  readonly #set: ((value: unknown) => void)[] = [];
  /** What each variable was last set to. */
  readonly #current: unknown[] = [];

  constructor(carrier: ClosureCarrier, modules: readonly Namespace[]) {
    this.#carrier = carrier;
    this.#modules = modules;
    this.#plan = decode(carrier) as Plan;
  }

  run(): Callable {
    const { code, name, nodes } = this.#carrier;
    compile(PARAMETERS, code, name)(this.#make, this.#set);
    nodes.forEach((node, number) => {
      if (node.from !== "bound" && !(node.from === "code" && node.ref !== "")) this.#create(number);
    });
    for (const { v, u, n } of this.#plan.imports) {
      const module = this.#modules[u] as Namespace;
      this.#plan.root.variables[v] = n === "" ? module : module[n];
    }
    this.#connect();
    // A class runs code when it is made: its base class and what its static fields use have to be there.
    for (const number of this.#plan.classes) {
      this.#create(number);
      this.#connect();
    }
    for (const { f, p, of } of this.#plan.root.properties) this.#setProperties(f, p, of);
    return this.#functions[0] as Callable;
  }

  #create(number: number): void {
    const node = this.#carrier.nodes[number] as ClosureNode;
    let fn: unknown;
    switch (node.from) {
      case "code": {
        const made = this.#make[number]?.({
          ...hookFor(this.#plan.bases[number] ?? ""),
          base: this.#functions[node.base],
        });
        fn = made === undefined ? undefined : named(made, node.name);
        if (made !== undefined && node.ref !== "") noteMember(made, node.ref);
        break;
      }
      case "module":
        fn = valueAt(this.#modules[this.#carrier.urls.indexOf(node.url)] as Namespace, node.path);
        break;
      case "global":
        fn = builtinAt(node.path);
        break;
      default:
        fn = this.#bind(number, node.target);
    }
    if (typeof fn !== "function") throw this.#missing(node);
    this.#functions[number] = fn;
  }

  #missing(node: ClosureNode): TransportError {
    const { what, name } = this.#carrier;
    const place = node.from === "module" ? `"${node.path.join(".")}" of "${node.url}"` : "a function";
    return new TransportError(`Cannot make ${nameFor(what, name)} again: this worker does not have ${place}`);
  }

  #bind(number: number, target: number): unknown {
    const bound = this.#plan.root.bound.find((b) => b.f === number);
    return Function.prototype.bind.apply(this.#functions[target] as Callable, [bound?.self, ...bound?.args ?? []]);
  }

  /** Puts in place what exists so far. */
  #connect(): void {
    const { patches, protos, maps, root } = this.#plan;
    for (const patch of patches) this.#patch(patch);
    // A bound function's own arguments are in place now; it may be a value itself.
    if (this.#createBound()) { for (const patch of patches) this.#patch(patch); }
    for (const { o, f, p } of protos) {
      const prototype = f < 0 ? p : this.#functions[f]?.prototype as object | undefined;
      if (prototype !== undefined && Object.getPrototypeOf(o) !== prototype) Object.setPrototypeOf(o, prototype);
    }
    for (const [collection, items] of maps) fill(collection, items);
    root.variables.forEach((value, number) => {
      if (number in this.#current && Object.is(this.#current[number], value)) return;
      this.#current[number] = value;
      this.#set[number]?.(value);
    });
  }

  #createBound(): boolean {
    let created = false;
    this.#carrier.nodes.forEach((node, number) => {
      if (node.from !== "bound" || !this.#functions[node.target] || this.#functions[number]) return;
      this.#create(number);
      created = true;
    });
    return created;
  }

  #patch({ o, k, s, t, r }: PatchRecord): void {
    const key = s ? symbolNamed(k) : k;
    if (t === Patch.Getter || t === Patch.Setter) {
      const fn = this.#functions[r as number] as (() => unknown) | undefined;
      const accessor = t === Patch.Getter ? { get: fn } : { set: fn };
      if (fn) {
        Object.defineProperty(o, key, { ...accessor, enumerable: true, configurable: true } as PropertyDescriptor);
      }
      return;
    }
    const value = this.#patchValue(t, r);
    if (value === undefined) return;
    Object.defineProperty(o, key, { value, writable: true, enumerable: true, configurable: true });
  }

  #patchValue(kind: Patch, r: PatchRecord["r"]): unknown {
    switch (kind) {
      case Patch.Function:
        return this.#functions[r as number];
      case Patch.Shared:
        return this.#carrier.shared[r as number];
      case Patch.Symbol:
        return symbolNamed(r as string);
      case Patch.Builtin:
        return builtinAt(r as string[]);
      default:
        return (r as unknown[])[0];
    }
  }

  #setProperties(number: number, ofPrototype: boolean, properties: object): void {
    const fn = this.#functions[number] as Callable;
    const holder = ofPrototype ? fn.prototype as object : fn;
    for (const [key, value] of Object.entries(properties)) {
      const own = Object.getOwnPropertyDescriptor(holder, key);
      if (own === undefined || own.writable || own.configurable) {
        Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
      }
    }
  }
}

function symbolNamed(name: string): symbol {
  return name.startsWith("@") ? Symbol.for(name.slice(1)) : Reflect.get(Symbol, name) as symbol;
}

function fill(collection: object, items: readonly unknown[]): void {
  if (collection instanceof Map) {
    Map.prototype.clear.call(collection);
    for (let i = 0; i < items.length; i += 2) Map.prototype.set.call(collection, items[i], items[i + 1]);
  } else if (collection instanceof Set) {
    Set.prototype.clear.call(collection);
    for (const item of items) Set.prototype.add.call(collection, item);
  }
}

/** Makes the closure again, when all its modules are imported already; else `undefined`. */
export function rebuildSync(carrier: ClosureCarrier): Callable | undefined {
  const modules: Namespace[] = [];
  for (const url of carrier.urls) {
    const module = namespaces().get(url);
    if (module === undefined) return undefined;
    modules.push(module);
  }
  return new Rebuild(carrier, modules).run();
}

/** Imports the closure's modules and makes it again. */
export async function rebuild(carrier: ClosureCarrier): Promise<Callable> {
  const modules: Namespace[] = [];
  for (const url of carrier.urls) {
    try {
      modules.push(await importModule(url));
    } catch (cause) {
      if (!isLoadFailure(cause)) throw cause;
      const label = nameFor(carrier.what, carrier.name);
      throw new TransportError(`Cannot make ${label} again: this worker cannot import "${url}"`, { cause });
    }
  }
  return new Rebuild(carrier, modules).run();
}
