import type { Session } from "node:inspector";
import { dynamicImport } from "./dynamic_import.ts";
import { perRealm } from "../base/realm.ts";

/**
 * The runtime's inspector, used on the own thread: where a function's code is
 * and what its variables hold. It is connected while it is in use (connecting
 * again takes microseconds), for a worker that is created meanwhile starts half
 * a second late. What is posted takes effect at once; what it answers comes in
 * a later turn.
 */

/** One region of variables around a function. */
export interface Surrounding {
  /** As V8 describes it: `Closure (make)`, `Block`, `Module`. */
  readonly description: string;
  /** The variables that inner functions use, with their values. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What a variable holds; `undefined` for one that has no value yet. */
export function valueOf(surrounding: Surrounding, name: string): unknown {
  try {
    return surrounding.variables[name];
  } catch {
    return undefined; // before its declaration
  }
}

/** What a bound function is made of. */
export interface Bound {
  // deno-lint-ignore ban-types -- any callable is meant
  readonly target: Function;
  readonly self: unknown;
  readonly args: readonly unknown[];
}

/** What the inspector knows of a function. */
export interface Insides {
  /** The address of its module; empty where it has none. */
  readonly url: string;
  /** The script's id; empty for native code. */
  readonly script: string;
  /** Line and column, unique within the script. */
  readonly place: string;
  /** From the innermost outwards, without the globals. */
  readonly surroundings: readonly Surrounding[];
  readonly bound?: Bound;
}

interface RemoteObject {
  readonly value?: unknown;
  readonly objectId?: string;
}
interface InternalProperty {
  readonly name: string;
  readonly value?: RemoteObject;
}

const HOLDER: unique symbol = Symbol.for("lanes.inspected") as never;

/** Where the inspector's expressions find the function in question, and leave what they found. */
interface Holder {
  asked: unknown;
  found: unknown;
}

/** Always the same text: V8 keeps what it compiles for the inspector, 700 bytes for each different one. */
const ASKED = 'globalThis[Symbol.for("lanes.inspected")].asked';

function holder(): Holder {
  return perRealm("inspected", () => {
    const made: Holder = { asked: undefined, found: undefined };
    Object.defineProperty(globalThis, HOLDER, { value: made });
    return made;
  });
}

interface Connection {
  session: Session | null;
  /** Whether the session's debugger is on: only that knows scripts, and it takes 20 ms the first time. */
  debugging: boolean;
  /** How many captures are under way. */
  users: number;
  /** Addresses of scripts by their ids, which stay the same from session to session. */
  readonly scripts: Map<string, string>;
  readonly sources: Map<string, Promise<string>>;
  last: number;
}

const connection: Connection = perRealm("inspector", () => ({
  session: null,
  debugging: false,
  users: 0,
  scripts: new Map(),
  sources: new Map(),
  last: 0,
}));

async function connected(): Promise<Session> {
  if (connection.session !== null) return connection.session;
  const { Session } = await dynamicImport("node:inspector") as typeof import("node:inspector");
  // Another call may have connected meanwhile.
  if (connection.session !== null) return connection.session;
  const session = new Session();
  session.connect();
  session.on("Debugger.scriptParsed", ({ params }: { params: { scriptId: string; url: string } }) => {
    connection.scripts.set(params.scriptId, params.url);
  });
  connection.session = session;
  connection.debugging = false;
  return session;
}

function startDebugger(session: Session): void {
  if (connection.debugging) return;
  session.post("Debugger.enable");
  // A `debugger` statement would stop the thread for ever: nobody would let it go on.
  session.post("Debugger.setSkipAllPauses", { skip: true });
  connection.debugging = true;
}

/** The address of a script; asks for those of all scripts when it is a new one. */
async function addressOf(session: Session, script: string): Promise<string> {
  if (script === "") return "";
  if (!connection.scripts.has(script)) {
    startDebugger(session);
    await ask(session, "Runtime.evaluate", { expression: "0", silent: true });
    if (!connection.scripts.has(script)) connection.scripts.set(script, "");
  }
  return connection.scripts.get(script) as string;
}

/** Ends the session, if there is one; what was asked of it and not yet answered is asked again. */
export function disconnect(): void {
  const { session } = connection;
  connection.session = null;
  session?.disconnect();
}

function ask<T>(session: Session, method: string, params: object): Promise<T> {
  return new Promise((resolve, reject) => {
    const answer = (error: Error | null, result?: unknown): void => error ? reject(error) : resolve(result as T);
    (session.post as (method: string, params: object, answer: unknown) => void)(method, params, answer);
  });
}

function wasClosed(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "ERR_INSPECTOR_CLOSED" || code === "ERR_INSPECTOR_NOT_CONNECTED";
}

/** Keeps the session from the first to the last look inside. */
export async function usingInspector<T>(work: () => Promise<T>): Promise<T> {
  connection.users++;
  try {
    return await work();
  } finally {
    if (--connection.users === 0) disconnect();
  }
}

/** Runs `query` in a session; once more when the session was ended for a worker's sake meanwhile. */
async function inSession<T>(query: (session: Session) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await query(await connected());
    } catch (error) {
      if (!wasClosed(error)) throw error;
    }
  }
}

/** Looks inside of a function: its place, and its variables as they are now. */
// deno-lint-ignore ban-types -- any callable is meant
export function lookInside(fn: Function): Promise<Insides> {
  return inSession((session) => lookInsideIn(session, fn));
}

// deno-lint-ignore ban-types -- any callable is meant
async function lookInsideIn(session: Session, fn: Function): Promise<Insides> {
  const objectGroup = `lanes${++connection.last}`;
  holder().asked = fn;
  const evaluated = ask<{ result: RemoteObject }>(session, "Runtime.evaluate", {
    expression: ASKED,
    objectGroup,
    silent: true,
  });
  holder().asked = undefined;
  const { objectId } = (await evaluated).result;
  const { internalProperties = [] } = await ask<{ internalProperties?: InternalProperty[] }>(
    session,
    "Runtime.getProperties",
    { objectId, ownProperties: true },
  );
  const insides = read(session, new Map(internalProperties.map((p) => [p.name, p.value])));
  session.post("Runtime.releaseObjectGroup", { objectGroup });
  return { ...insides, url: await addressOf(session, insides.script) };
}

/** The object that an id of the inspector stands for. */
function take(session: Session, remote: RemoteObject | undefined, of = "this"): unknown {
  if (remote?.objectId === undefined) return remote?.value;
  const functionDeclaration = `function () { globalThis[Symbol.for("lanes.inspected")].found = ${of}; }`;
  session.post("Runtime.callFunctionOn", { objectId: remote.objectId, functionDeclaration, silent: true });
  const { found } = holder();
  holder().found = undefined;
  return found;
}

function read(session: Session, internal: ReadonlyMap<string, RemoteObject | undefined>): Omit<Insides, "url"> {
  const location = internal.get("[[FunctionLocation]]")?.value as
    | { scriptId: string; lineNumber: number; columnNumber: number }
    | undefined;
  const script = location?.scriptId ?? "";
  const target = take(session, internal.get("[[TargetFunction]]"));
  const list = take(session, internal.get("[[Scopes]]"), "Array.from(this, (s) => [s.description, s.object])");
  const surroundings = ((list ?? []) as [string, Record<string, unknown>][])
    .filter(([description]) => !description.startsWith("Global"))
    .map(([description, variables]) => ({ description, variables }));
  return {
    script,
    place: location === undefined ? "" : `${script}:${location.lineNumber}:${location.columnNumber}`,
    surroundings,
    ...(typeof target === "function"
      ? {
        bound: {
          target,
          self: take(session, internal.get("[[BoundThis]]")),
          args: take(session, internal.get("[[BoundArgs]]")) as unknown[],
        },
      }
      : {}),
  };
}

/** The text of a script, as V8 runs it. */
export function scriptSource(script: string): Promise<string> {
  let source = connection.sources.get(script);
  if (source === undefined) {
    source = inSession(async (session) => {
      startDebugger(session);
      const answer = await ask<{ scriptSource: string }>(session, "Debugger.getScriptSource", { scriptId: script });
      return answer.scriptSource;
    });
    connection.sources.set(script, source);
  }
  return source;
}
