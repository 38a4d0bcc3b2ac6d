/** What a closure's carrier holds beside its code: how the receiver puts functions, prototypes and variables together. */

/** What a patch puts in. */
export const enum Patch {
  /** The function of that number. */
  Function,
  Getter,
  Setter,
  /** The shared object of that number. */
  Shared,
  /** A symbol by name. */
  Symbol,
  /** What is found at that path from the globals. */
  Builtin,
  /** The first item of that array. */
  Value,
}

/** Puts something into the object `o` at the key `k`. */
export interface PatchRecord {
  readonly o: object;
  readonly k: string;
  /** Whether `k` names a symbol. */
  readonly s: boolean;
  readonly t: Patch;
  readonly r: number | string | readonly unknown[] | object;
}

/** Gives `o` the prototype of the class with the number `f`, or, with `f` -1, the object `p`. */
export interface ProtoRecord {
  readonly o: object;
  readonly f: number;
  readonly p: object | null;
}

/** The values, in a form that the codec carries. */
export interface PlanGraph {
  readonly root: object;
  readonly patches: readonly PatchRecord[];
  readonly protos: readonly ProtoRecord[];
  /** Maps and Sets, and what is to be put into them. */
  readonly maps: readonly (readonly [object, readonly unknown[]])[];
}

/** A captured variable that the receiver imports: its number, the module's and the name there; empty: the namespace. */
export interface ImportedVariable {
  readonly v: number;
  readonly u: number;
  readonly n: string;
}

/** The root of the values. */
export interface PlanRoot {
  /** Values of the captured variables, by number. */
  readonly variables: unknown[];
  /** `this` and arguments of bound functions. */
  readonly bound: { readonly f: number; readonly self: unknown; readonly args: unknown[] }[];
  /** Own properties of functions, and of prototypes (`p`). */
  readonly properties: { readonly f: number; readonly p: boolean; readonly of: object }[];
}

/** All that is encoded. */
export interface Plan extends PlanGraph {
  readonly root: PlanRoot;
  readonly imports: readonly ImportedVariable[];
  /** Numbers of the classes, each behind those that it needs. */
  readonly classes: readonly number[];
  /** The module of each function, for relative imports. */
  readonly bases: readonly string[];
}
