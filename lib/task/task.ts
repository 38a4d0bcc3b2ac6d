import { TransportError } from "../base/errors.ts";
import { perRealm } from "../base/realm.ts";
import { setActionTransport } from "../sync/barrier.ts";
import { analyse, type Analysis, isNative, sourceOf } from "./_analysis.ts";
import { type Carrier, newKey, origins, type ReferenceCarrier, UNRESOLVED, UnresolvedError } from "./carrier.ts";
import { inspectorPermitted, noteModule } from "./classes.ts";
import { closureOf } from "./closure.ts";
import { disconnect } from "./_inspector.ts";
import { rebuild, rebuildSync } from "./_rebuild.ts";
import { isGlobal, pathOfBuiltin } from "./_globals.ts";
import { moduleAt } from "./_modules.ts";
import { callSite } from "./_site.ts";
import { candidatesFor, find, findSync, isAmbiguous } from "./reference.ts";
import { checkCallable, checkPortable, checkSelfContained, fromSource, missingNames, nameFor } from "./source.ts";

export type { Carrier } from "./carrier.ts";
export { callSite } from "./_site.ts";
export { missingClasses, prepareThrown } from "./classes.ts";

/** How a function travels to another thread. `README.md` tells the whole story. */

/** How {@linkcode carry} words its errors and where it looks. */
export interface CarryOptions {
  /** What the function is to the caller: "target", "func", "initializer". */
  readonly what: string;
  /** The modules on the stack at the public call, from {@linkcode callSite}; default: those on the stack now. */
  readonly site?: readonly string[];
  /** A receiver of the last carrier answered "unresolved": the function is to travel in another way. */
  readonly unresolved?: boolean;
  /** Whether shared objects may travel; `false` for another operating-system process. Default: true. */
  readonly shared?: boolean;
}

/** What is known of a function from earlier calls. */
interface State {
  carrier?: Carrier;
  /** A receiver did not find it: references are of no use. */
  refused: boolean;
  /** It captures variables, which are looked up at each call. */
  closure: boolean;
}

const states = new WeakMap<object, State>();
const sourceKeys = new Map<string, string>();
const MAX_SOURCE_KEYS = 10_000;

/**
 * How `fn` travels. Synchronous for functions that are exported, built in, or
 * self-contained; a promise where captured variables have to be looked up.
 *
 * @throws {TransportError} When the function cannot travel; the message says why and what to do.
 */
// deno-lint-ignore ban-types -- any callable is meant
export function carry(fn: Function, options: CarryOptions): Carrier | Promise<Carrier> {
  let state = states.get(fn);
  if (state === undefined) states.set(fn, state = { refused: false, closure: false });
  if (options.unresolved) {
    state.refused = true;
    delete state.carrier;
  } else {
    const known = state.carrier ?? origins().get(fn);
    if (known !== undefined) return known;
  }
  const { what, shared = true } = options;
  if (state.closure) return closureOf(fn, { what, name: nameOf(fn), mayRefer: !state.refused, shared });
  const site = options.site ?? callSite();
  const chosen = choose(fn, what, { site, refused: state.refused, shared });
  if (!(chosen instanceof Promise)) return state.carrier = chosen;
  return remember(chosen, state);
}

/** A closure is captured anew at each call; what turned out to be an export is not. */
async function remember(pending: Promise<Carrier>, state: State): Promise<Carrier> {
  const carrier = await pending;
  if (carrier.kind === "reference") state.carrier = carrier;
  else state.closure = true;
  return carrier;
}

// deno-lint-ignore ban-types -- any callable is meant
function nameOf(fn: Function): string {
  const name: unknown = Object.getOwnPropertyDescriptor(fn, "name")?.value;
  return typeof name === "string" ? name : "";
}

interface Circumstances {
  readonly site: readonly string[];
  readonly refused: boolean;
  readonly shared: boolean;
}

// deno-lint-ignore ban-types -- any callable is meant
function choose(fn: Function, what: string, { site, refused, shared }: Circumstances): Carrier | Promise<Carrier> {
  const name = nameOf(fn);
  const source = sourceOf(fn);
  const base = site[0] ?? "";
  const closure = inspectorPermitted();
  const reference = { kind: "reference", name, what, source, base, closure } as const;
  if (!refused) {
    const native = isNative(source) ? pathOfBuiltin(fn) : undefined;
    if (native !== undefined) return { ...reference, key: newKey(), candidates: [{ url: "", path: native }] };
    const candidates = candidatesFor(name, site);
    const certain = !closure || candidates[0] === undefined || isCertain(name, source, candidates[0].url);
    if (candidates[0] !== undefined && certain) {
      noteModule(fn, candidates[0].url);
      return { ...reference, key: newKey(), candidates };
    }
    const path = pathOfBuiltin(fn);
    if (path !== undefined) return { ...reference, key: newKey(), candidates: [{ url: "", path }] };
  }
  const label = nameFor(what, name);
  const analysis = analysed(source, label);
  if (closure && needsInspector(analysis, base)) {
    checkCallable(analysis, label);
    return closureOf(fn, { what, name, mayRefer: !refused, shared });
  }
  checkSelfContained(analysis, label);
  return { kind: "source", key: keyOfSource(`${base}\n${name}\n${source}`), name, what, source, base };
}

/** Whether what has that name and source in the module can be no other function. */
function isCertain(name: string, source: string, url: string): boolean {
  return !isAmbiguous(name, url) || missingNames(analysed(source, name)).length === 0;
}

function analysed(source: string, label: string): Analysis {
  try {
    return analyse(source);
  } catch (cause) {
    throw new TransportError(`Cannot send ${label}: its source cannot be read; export it from a module`, { cause });
  }
}

/** Whether only the inspector can tell what the function captures. */
function needsInspector(analysis: Analysis, base: string): boolean {
  if (analysis.shape === "native") return true;
  if (analysis.dynamicNames || analysis.importMeta || analysis.dynamicImport) return true;
  return analysis.free.some((name) => !isGlobal(name) || mayBeShadowed(name, base));
}

/** Whether the module at `base` may have a variable of this global's name: a rough look at its text that errs on the safe side. */
function mayBeShadowed(name: string, base: string): boolean {
  if (name === "undefined" || name === "NaN" || name === "Infinity") return false;
  const text = moduleAt(base)?.text;
  if (text === undefined) return true;
  const declared = `(?:function\\s*\\*?|const|let|var|class|using|import|as|catch\\s*\\()\\s*${name}(?![\\w$])`;
  const listed = `[{,([]\\s*(?:\\.\\.\\.)?${name}\\s*[,=:)}\\]]`;
  return new RegExp(`(?<![\\w$.])${declared}|${listed}`).test(text);
}

function keyOfSource(text: string): string {
  let key = sourceKeys.get(text);
  if (key === undefined) {
    if (sourceKeys.size >= MAX_SOURCE_KEYS) sourceKeys.clear();
    sourceKeys.set(text, key = newKey());
  }
  return key;
}

// The receiver's side

// deno-lint-ignore ban-types -- any callable is meant
function revived(): Map<string, Function> {
  // deno-lint-ignore ban-types -- any callable is meant
  return perRealm("revived functions", () => new Map<string, Function>());
}

/** How many closures are kept: whoever uses one keeps it as well, and each call may bring a new one. */
const MAX_CLOSURES = 64;
const closures: string[] = perRealm("revived closures", () => []);

// deno-lint-ignore ban-types -- any callable is meant
function keep(carrier: Carrier, fn: Function): Function {
  revived().set(carrier.key, fn);
  if (carrier.kind === "closure" && closures.push(carrier.key) > MAX_CLOSURES) {
    revived().delete(closures.shift() as string);
  }
  if (!origins().has(fn)) origins().set(fn, carrier);
  return fn;
}

/** The function of a carrier, when this thread can make it without waiting; else `undefined`. */
// deno-lint-ignore ban-types -- any callable is meant
export function reviveSync(carrier: Carrier): Function | undefined {
  const known = revived().get(carrier.key);
  if (known !== undefined) return known;
  if (carrier.kind === "source") return keep(carrier, fromSource(carrier.source, carrier));
  if (carrier.kind === "reference") {
    const fn = findSync(carrier);
    if (fn !== undefined) return keep(carrier, fn);
  }
  if (carrier.kind === "closure") {
    const fn = rebuildSync(carrier);
    if (fn !== undefined) return keep(carrier, fn);
  }
  return undefined;
}

/**
 * Makes the function again on the receiving side.
 *
 * @throws Whatever the function's module throws when it is imported, as it is.
 * @throws {UnresolvedError} When none of the candidates is the function and the sender can send it otherwise; see {@linkcode isUnresolved}.
 * @throws {TransportError} When it cannot be made here.
 */
// deno-lint-ignore ban-types -- any callable is meant
export async function revive(carrier: Carrier): Promise<Function> {
  const known = reviveSync(carrier);
  if (known !== undefined) return known;
  if (carrier.kind === "reference") {
    const found = await find(carrier);
    if (found === undefined) return keep(carrier, fallBack(carrier));
    origins().set(found.fn, { ...carrier, candidates: [found.candidate] });
    return keep(carrier, found.fn);
  }
  if (carrier.kind === "closure") return keep(carrier, await rebuild(carrier));
  return fromSource(carrier.source, carrier);
}

/** None of the candidates is the function: its source will do when it needs nothing else. */
// deno-lint-ignore ban-types -- any callable is meant
function fallBack(carrier: ReferenceCarrier): Function {
  const label = nameFor(carrier.what, carrier.name);
  const analysis = analysed(carrier.source, label);
  if (carrier.closure && (analysis.free.length > 0 || needsInspector(analysis, ""))) {
    throw new UnresolvedError(`Cannot find ${label} among the exports of its module`);
  }
  checkPortable(analysis, label);
  checkCallable(analysis, label);
  checkSelfContained(analysis, label);
  return fromSource(carrier.source, carrier);
}

/** Whether the error of {@linkcode revive}, which may have travelled, says that the sender has to {@linkcode carry} the function in another way. */
export function isUnresolved(error: unknown): boolean {
  return typeof error === "object" && error !== null && (error as { code?: unknown }).code === UNRESOLVED;
}

/** Ends the inspector's session: a worker that is created while there is one starts half a second late. */
export function disconnectInspector(): void {
  disconnect();
}

setActionTransport({
  carry: (action) => carry(action, { what: "action" }),
  revive: (carrier) => (reviveSync(carrier) ?? revive(carrier)) as (() => unknown) | Promise<() => unknown>,
});
