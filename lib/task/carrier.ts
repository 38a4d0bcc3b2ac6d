import { self } from "../memory/process_table.ts";
import { perRealm } from "../base/realm.ts";

/** What is sent in place of a function: plain data. */
export type Carrier = ReferenceCarrier | SourceCarrier | ClosureCarrier;

/** A place where a function may be found. */
export interface Candidate {
  /** The module; empty: the globals. */
  readonly url: string;
  /** The export, and for a static method its name in that class. */
  readonly path: readonly string[];
}

/** What all carriers have. */
interface Common {
  /** Unique in the program; the same for the same function. */
  readonly key: string;
  /** The function's name. */
  readonly name: string;
  /** What the function is to the caller, for error texts: "target", "func". */
  readonly what: string;
}

/** A function that a module exports, or that every thread has. */
export interface ReferenceCarrier extends Common {
  readonly kind: "reference";
  /** Where to look, best first. */
  readonly candidates: readonly Candidate[];
  /** The function's source: what is found must have the same. */
  readonly source: string;
  /** Module of the call: what relative imports in the source are relative to. */
  readonly base: string;
  /** Whether the sender can send the function as a closure when it is not found. */
  readonly closure: boolean;
}

/** A function that needs nothing but its source. */
export interface SourceCarrier extends Common {
  readonly kind: "source";
  readonly source: string;
  /** Module of the call: what relative imports in the source are relative to. */
  readonly base: string;
}

/** A function with what it captures. */
export interface ClosureCarrier extends Common {
  readonly kind: "closure";
  /** Makes the functions again; see `_codegen.ts`. */
  readonly code: string;
  /** Modules that are imported again. */
  readonly urls: readonly string[];
  /** How each function is found or made, in order. */
  readonly nodes: readonly ClosureNode[];
  /** Captured values: bytes of the codec, which hold the rest of the plan. */
  readonly bytes: Uint8Array;
  /** What those bytes refer to and only the runtime can carry. */
  readonly side: readonly unknown[];
  /** Captured shared objects. */
  readonly shared: readonly object[];
}

/** How one function of a closure is found or made. */
export type ClosureNode =
  /** `ref`: of a class, its name in `classes.ts`; empty for a function. `base`: the number of its base class, or -1. */
  | { readonly from: "code"; readonly name: string; readonly ref: string; readonly base: number }
  | { readonly from: "module"; readonly url: string; readonly path: readonly string[] }
  | { readonly from: "global"; readonly path: readonly string[] }
  | { readonly from: "bound"; readonly target: number };

/** A key that no other carrier of the program has. */
export function newKey(): string {
  const counter = perRealm("carrier keys", () => ({ last: 0 }));
  return `${self()}:${++counter.last}`;
}

/** The carriers of functions that this thread got from another one: when they are sent onward, they travel as they came. */
export function origins(): WeakMap<object, Carrier> {
  return perRealm("carrier origins", () => new WeakMap<object, Carrier>());
}

/** Code of the error that says: none of the candidates is the function. */
export const UNRESOLVED = "LANES_UNRESOLVED";

/** None of a carrier's candidates is the function: the sender has to send it in another way. */
export class UnresolvedError extends Error {
  /** The name of the class. */
  override name = "UnresolvedError";
  /** How any copy of the library knows the error, also after it has travelled. */
  readonly code: string = UNRESOLVED;
}
