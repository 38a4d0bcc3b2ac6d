import { perRealm } from "../base/realm.ts";
import { JoinableQueue } from "../channel/joinable_queue.ts";
import { Queue } from "../channel/queue.ts";
import { SimpleQueue } from "../channel/simple_queue.ts";
import { disposed, Handle } from "../memory/handle.ts";
import { MANAGER_PHASE } from "../memory/manager_layout.ts";
import { registerShareable, SHARE, type Shareable, type Shared } from "../memory/shareable.ts";
import { Barrier } from "../sync/barrier.ts";
import { Condition } from "../sync/condition.ts";
import { Event } from "../sync/event.ts";
import { Lock } from "../sync/lock.ts";
import { parkIdle } from "../sync/park.ts";
import { RLock } from "../sync/rlock.ts";
import { BoundedSemaphore, Semaphore } from "../sync/semaphore.ts";
import { managerDown, managerWords, Phase } from "./_connection.ts";

/**
 * Managed locks, events, queues and so on. They need no server: what they stand
 * for lies in shared memory and survives its users' deaths by itself. Managed,
 * they are asynchronous twins which end with their manager.
 */

const INSPECT: unique symbol = Symbol.for("Deno.customInspect") as never;

interface Kind {
  /** Makes a new one. */
  readonly make: (...args: never[]) => object;
  /** Methods that return at once, and properties. */
  readonly members: readonly string[];
  /** Methods that wait, with the index of their options. */
  readonly waits: Readonly<Record<string, number>>;
}

const LOCKS: Omit<Kind, "make"> = { members: ["release", "locked"], waits: { acquire: 0 } };
const SEMAPHORES: Omit<Kind, "make"> = { members: ["release", "locked", "getValue"], waits: { acquire: 0 } };
const QUEUES: Omit<Kind, "make"> = {
  members: ["putNowait", "getNowait", "qsize", "empty", "full", "close", "shutdown"],
  waits: { put: 1, get: 0 },
};

const KINDS: Readonly<Record<string, Kind>> = {
  Lock: { make: () => new Lock(), ...LOCKS },
  RLock: { make: () => new RLock(), ...LOCKS },
  Semaphore: { make: (value?: number) => new Semaphore(value), ...SEMAPHORES },
  BoundedSemaphore: { make: (value?: number) => new BoundedSemaphore(value), ...SEMAPHORES },
  Event: { make: () => new Event(), members: ["isSet", "set", "clear"], waits: { wait: 0 } },
  Condition: {
    make: (lock?: Lock | RLock) => new Condition(lock),
    members: ["release", "notify", "notifyAll"],
    waits: { acquire: 0, wait: 0, waitFor: 1 },
  },
  Barrier: {
    make: (parties: number, options?: object) => new Barrier(parties, options),
    members: ["reset", "abort", "parties", "nWaiting", "broken"],
    waits: { wait: 0 },
  },
  Queue: { make: (maxsize?: number, options?: object) => new Queue(maxsize, options), ...QUEUES },
  JoinableQueue: {
    make: (maxsize?: number, options?: object) => new JoinableQueue(maxsize, options),
    members: [...QUEUES.members, "taskDone"],
    waits: { ...QUEUES.waits, join: 0 },
  },
  SimpleQueue: { make: () => new SimpleQueue(), members: ["empty", "close"], waits: { put: 1, get: 0 } },
};

/** Names of what can be managed this way. */
export const NATIVE_KINDS: readonly string[] = Object.keys(KINDS);

/** What a managed lock stands for: for those that make a managed condition of it. */
const NATIVE: unique symbol = Symbol.for("lanes.native") as never;

// Symbols, as the twins have all the names of what they stand for.
const PERFORM = Symbol("perform"), WAIT = Symbol("wait");

/** The object that a twin stands for; anything else as it is. */
export function nativeOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && NATIVE in value ? value[NATIVE] : value;
}

/** An asynchronous twin; the methods are added by {@linkcode twinClass}. */
class NativeTwin implements Shareable, Disposable {
  readonly #manager: Handle;
  readonly #kind: string;
  readonly #native: Record<string, unknown>;
  #open = true;

  constructor(manager: Handle, kind: string, native: object) {
    this.#manager = manager;
    this.#kind = kind;
    this.#native = native as Record<string, unknown>;
  }

  get [NATIVE](): object {
    return this.#native;
  }

  /** The value of a member, or what the method returns. */
  async [PERFORM](name: string, args: readonly unknown[]): Promise<unknown> {
    this.#check();
    const member = this.#native[name];
    if (typeof member !== "function") return member;
    return await Reflect.apply(member, this.#native, args);
  }

  /** Waits; ends when the manager does. */
  async [WAIT](name: string, at: number, args: readonly unknown[]): Promise<unknown> {
    this.#check();
    const down = downSignal(this.#manager);
    const options = args[at] as { signal?: AbortSignal } | null | undefined;
    const own = options?.signal;
    // A signal that is none is for the method to refuse.
    const signal = own === undefined || own === null ? down : own instanceof AbortSignal ? anyOf(own, down) : own;
    const all = [...args];
    while (all.length < at) all.push(undefined);
    all[at] = { ...options, signal };
    return await Reflect.apply(this.#native[name] as (...all: unknown[]) => unknown, this.#native, all);
  }

  #check(): void {
    if (!this.#open) throw disposed(`managed ${this.#kind}`);
    if (Atomics.load(managerWords(this.#manager), MANAGER_PHASE) === Phase.Down) throw managerDown();
  }

  [SHARE](): Shared {
    this.#check();
    const [offset, generation] = this.#manager.share("manager");
    return { kind: "ManagerTwin", data: [offset, generation, this.#kind, this.#native] };
  }

  [Symbol.dispose](): void {
    this.#open = false;
    this.#manager.close();
  }

  [INSPECT](): string {
    return `<managed ${this.#kind}>`;
  }
}

function anyOf(own: AbortSignal, down: AbortSignal): AbortSignal {
  // An aborted own signal wins, as without a manager.
  return own.aborted ? own : AbortSignal.any([own, down]);
}

/** The signal that is aborted when the manager is shut down. */
function downSignal(manager: Handle): AbortSignal {
  const known = perRealm("managers going down", () => new Map<number, { generation: number; signal: AbortSignal }>());
  const { offset, generation } = manager;
  const found = known.get(offset);
  if (found !== undefined && found.generation === generation) return found.signal;
  const controller = new AbortController();
  known.set(offset, { generation, signal: controller.signal });
  void watch(managerWords(manager), controller);
  return controller.signal;
}

async function watch(words: Int32Array<SharedArrayBuffer>, controller: AbortController): Promise<void> {
  for (;;) {
    const phase = Atomics.load(words, MANAGER_PHASE);
    if (phase === Phase.Down) return controller.abort(managerDown());
    await parkIdle(words, MANAGER_PHASE, phase);
  }
}

type TwinClass = new (manager: Handle, kind: string, native: object) => NativeTwin;

function twinClass(kind: string): TwinClass {
  const classes = perRealm("manager twins", () => new Map<string, TwinClass>());
  let known = classes.get(kind);
  if (known === undefined) classes.set(kind, known = makeClass(KINDS[kind]!));
  return known;
}

function makeClass({ members, waits }: Kind): TwinClass {
  const made = class extends NativeTwin {};
  function define(name: PropertyKey, value: unknown): void {
    Object.defineProperty(made.prototype, name, { value, configurable: true, writable: true });
  }
  for (const name of members) {
    define(name, function (this: NativeTwin, ...args: unknown[]): Promise<unknown> {
      return this[PERFORM](name, args);
    });
  }
  for (const [name, at] of Object.entries(waits)) {
    define(name, function (this: NativeTwin, ...args: unknown[]): Promise<unknown> {
      return this[WAIT](name, at, args);
    });
  }
  if ("shutdown" in Object.fromEntries(members.map((name) => [name, true]))) {
    define(Symbol.asyncIterator, function (this: NativeTwin): AsyncIterator<unknown> {
      return (this[NATIVE] as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    });
  }
  return made;
}

/** A new managed object of that kind, with a hold of its own on the manager. */
export function makeNative(manager: Handle, kind: string, args: readonly unknown[]): object {
  const native = KINDS[kind]!.make(...args.map(nativeOf) as never[]);
  return new (twinClass(kind))(manager, kind, native);
}

registerShareable(
  "ManagerTwin",
  ([offset, generation, kind, native]: readonly [number, number, string, object]) =>
    new (twinClass(kind))(Handle.adopt([offset, generation]), kind, native),
);
