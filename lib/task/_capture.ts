import { TransportError } from "../base/errors.ts";
import type { Packet } from "../channel/codec.ts";
import { analyse, type Analysis, sourceOf } from "./_analysis.ts";
import { type ClosureNode, origins } from "./carrier.ts";
import { nameForMember, noteExport, noteModule } from "./classes.ts";
import { codeFor } from "./_codegen.ts";
import { isGlobal, pathOfBuiltin } from "./_globals.ts";
import { encodeGraph, Graph, pathTo, type Step } from "./_graph.ts";
import { type Insides, lookInside, valueOf } from "./_inspector.ts";
import { type Place, Places } from "./_places.ts";
import type { ImportedVariable, PlanRoot } from "./_plan.ts";
import { checkPortable } from "./source.ts";
import { type Region, regionOf, Regions } from "./_variables.ts";

// deno-lint-ignore ban-types -- any callable is meant
type Callable = Function;

/** A function of the closure. */
export interface Member {
  readonly fn: Callable;
  readonly step: Step;
  node?: ClosureNode;
  /** Of one that is made again: its source, its region, its module. */
  analysis?: Analysis;
  base: string;
}

/** What {@linkcode Capture.run} finds. */
export interface Captured {
  readonly code: string;
  readonly urls: readonly string[];
  readonly nodes: readonly ClosureNode[];
  readonly packet: Packet;
  readonly shared: readonly object[];
}

/** Collects a function with everything that it captures. */
export class Capture {
  readonly #members: Member[] = [];
  readonly #numbers = new Map<Callable, number>();
  readonly #todo: number[] = [];
  readonly #graph: Graph;
  readonly #places = new Places();
  readonly #regions = new Regions();
  readonly #variables: { value: unknown; step: Step }[] = [];
  readonly #urls: string[] = [];
  readonly #imports: ImportedVariable[] = [];
  readonly #root: PlanRoot = { variables: [], bound: [], properties: [] };
  readonly #label: string;
  /** Whether the function may turn out to be an export. */
  readonly #mayRefer: boolean;

  readonly #shared: boolean;

  /** A capture of one function, which errors call `label`. */
  constructor(label: string, options: { mayRefer: boolean; shared: boolean }) {
    this.#label = label;
    this.#mayRefer = options.mayRefer;
    this.#shared = options.shared;
    this.#graph = new Graph((fn, step) => this.#add(fn, step), options.shared);
  }

  /** Where the function is exported, or all that it takes to make it again. */
  async run(fn: Callable): Promise<Place | Captured> {
    this.#add(fn, { label: this.#label, parent: null });
    while (this.#todo.length > 0) {
      const batch = this.#todo.splice(0);
      const insides = await Promise.all(batch.map((number) => lookInside(this.#member(number).fn)));
      for (const inside of insides) await this.#places.learn(inside);
      batch.forEach((number, i) => this.#resolve(number, insides[i] as Insides));
      const first = this.#member(0).node;
      if (first?.from === "module" && batch.includes(0)) return first;
    }
    return this.#finish();
  }

  #member(number: number): Member {
    return this.#members[number] as Member;
  }

  #add(fn: Callable, step: Step): number {
    const known = this.#numbers.get(fn);
    if (known !== undefined) return known;
    const number = this.#members.push({ fn, step, base: "" }) - 1;
    this.#numbers.set(fn, number);
    this.#todo.push(number);
    return number;
  }

  /** Decides how a function is found or made again. */
  #resolve(number: number, insides: Insides): void {
    const member = this.#member(number);
    const { fn } = member;
    if (number > 0 || this.#mayRefer) {
      const place = this.#placeOf(fn, insides.script);
      if (place !== undefined) {
        member.node = { from: "module", ...place };
        if (place.path.length === 1) noteExport(fn, place.url, place.path[0] as string);
        this.#urlNumber(place.url);
        return;
      }
    }
    const isUsers = insides.script !== "" && !/^(?:ext|node):/.test(insides.url);
    const path = isUsers ? undefined : pathOfBuiltin(fn);
    if (path !== undefined) {
      member.node = { from: "global", path };
      return;
    }
    if (insides.bound !== undefined) return this.#resolveBound(number, insides.bound);
    const label = pathTo(member.step);
    if (!isUsers && insides.script !== "") {
      throw new TransportError(
        `Cannot send ${label}: it belongs to the runtime ("${fn.name}"); use it inside of the function`,
      );
    }
    this.#resolveCode(number, insides);
  }

  #placeOf(fn: Callable, script: string): Place | undefined {
    const origin = origins().get(fn);
    const candidate = origin?.kind === "reference" ? origin.candidates[0] : undefined;
    if (candidate !== undefined && candidate.url !== "") return candidate;
    return this.#places.find(fn, script);
  }

  #resolveBound(number: number, bound: NonNullable<Insides["bound"]>): void {
    const member = this.#member(number);
    const { step } = member;
    member.node = { from: "bound", target: this.#add(bound.target, { label: "bound function", parent: step }) };
    this.#graph.scan(bound.self, { label: "bound 'this'", parent: step });
    bound.args.forEach((arg, i) => this.#graph.scan(arg, { label: `bound argument ${i}`, parent: step }));
    this.#root.bound.push({ f: number, self: bound.self, args: [...bound.args] });
  }

  #resolveCode(number: number, insides: Insides): void {
    const member = this.#member(number);
    const { fn, step } = member;
    const label = pathTo(step);
    const analysis = analysed(fn, label);
    checkPortable(analysis, label);
    member.analysis = analysis;
    member.base = insides.url;
    noteModule(fn, insides.url);
    member.node = this.#codeNode(fn, analysis, step);
    const region = this.#regions.of(insides);
    region.functions.push(number);
    for (const free of analysis.free) this.#addVariable(free, region, step);
    for (const name of analysis.keyNames) {
      if (regionOf(name, region) !== undefined || name in globalThis) continue;
      throw new TransportError(
        `Cannot send ${label}: the key of a member of class "${fn.name}" uses "${name}", which is gone; export the class`,
      );
    }
    this.#addProperties(number);
  }

  #codeNode(fn: Callable, analysis: Analysis, step: Step): ClosureNode {
    const value: unknown = Object.getOwnPropertyDescriptor(fn, "name")?.value;
    const name = typeof value === "string" ? value : "";
    if (analysis.shape !== "class") return { from: "code", name, ref: "", base: -1 };
    const base = analysis.extending ? Object.getPrototypeOf(fn) as Callable : undefined;
    const label = `base class '${base?.name ?? ""}'`;
    return {
      from: "code",
      name,
      ref: nameForMember(fn),
      base: base === undefined ? -1 : this.#add(base, { label, parent: step }),
    };
  }

  #addVariable(name: string, from: Region, step: Step): void {
    const found = regionOf(name, from);
    // What the program itself put on globalThis is a variable like any other.
    const isOwnGlobal = found === undefined && !isGlobal(name) && name in globalThis;
    const region = isOwnGlobal ? this.#regions.root : found;
    if (region === undefined || region.variables.has(name)) return;
    const value: unknown = isOwnGlobal ? Reflect.get(globalThis, name) : valueOf(region.surrounding, name);
    const number = this.#variables.length;
    region.variables.set(name, number);
    const parent = step === this.#member(0).step ? null : step;
    const at: Step = { label: `captured variable '${name}'`, parent };
    const place = region.isModule ? this.#places.importOf(region.script, name) : undefined;
    if (place !== undefined) {
      this.#imports.push({ v: number, u: this.#urlNumber(place.url), n: place.path[0] ?? "" });
      this.#variables.push({ value: undefined, step: at });
      this.#root.variables.push(undefined);
      return;
    }
    this.#variables.push({ value, step: at });
    this.#root.variables.push(value);
    this.#graph.scan(value, at);
  }

  /** Properties that the program gave a function, static fields, and methods of old-style classes. */
  #addProperties(number: number): void {
    const { fn, step, analysis } = this.#member(number);
    const isClass = analysis?.shape === "class";
    const add = (holder: object, p: boolean): void => {
      const of: Record<string, unknown> = {};
      for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
        if (!descriptor.enumerable || !("value" in descriptor)) continue;
        // A class makes its own static functions, which may need its private members.
        if (isClass && typeof descriptor.value === "function") continue;
        of[key] = descriptor.value;
        this.#graph.scan(descriptor.value, { label: `field '${key}'`, parent: step });
      }
      if (Object.keys(of).length > 0) this.#root.properties.push({ f: number, p, of });
    };
    add(fn, false);
    const prototype: unknown = analysis?.shape === "function" ? fn.prototype : undefined;
    if (typeof prototype === "object" && prototype !== null && isPlainPrototype(prototype)) add(prototype, true);
  }

  #urlNumber(url: string): number {
    const known = this.#urls.indexOf(url);
    return known >= 0 ? known : this.#urls.push(url) - 1;
  }

  #finish(): Captured {
    const graph = this.#graph.build(this.#root);
    const rest = {
      imports: this.#imports,
      classes: this.#classOrder(),
      bases: this.#members.map((m) => m.base),
    };
    return {
      code: codeFor(this.#regions.root, (number) => this.#member(number).analysis?.expression ?? ""),
      urls: this.#urls,
      nodes: this.#members.map((m) => m.node as ClosureNode),
      packet: encodeGraph(graph, rest, { variables: this.#variables.map((v) => v.step), shared: this.#shared }),
      shared: this.#graph.shared,
    };
  }

  /** The classes, each behind its base class and the classes that its static fields may use. */
  #classOrder(): number[] {
    const order: number[] = [];
    const visited = new Set<number>();
    const visit = (number: number): void => {
      if (visited.has(number)) return;
      visited.add(number);
      const { fn, node } = this.#member(number);
      if (node?.from !== "code" || node.ref === "") return;
      for (const needed of [Object.getPrototypeOf(fn), ...this.#functionsUsedBy(number)]) {
        const other = this.#numbers.get(needed);
        if (other !== undefined) visit(other);
      }
      order.push(number);
    };
    this.#members.forEach((_, number) => visit(number));
    return order;
  }

  #functionsUsedBy(number: number): Callable[] {
    const { analysis } = this.#member(number);
    const names = new Set(analysis?.free);
    return this.#variables
      .filter(({ value, step }) => typeof value === "function" && names.has(step.label.slice(19, -1)))
      .map(({ value }) => value as Callable);
  }
}

function analysed(fn: Callable, label: string): Analysis {
  try {
    return analyse(sourceOf(fn));
  } catch (cause) {
    throw new TransportError(`Cannot send ${label}: its source cannot be read; export it from a module`, { cause });
  }
}

/** Whether a function's `prototype` is as the language made it, but for what was put into it. */
function isPlainPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === Object.prototype;
}
