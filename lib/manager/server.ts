import { perRealm } from "../base/realm.ts";
import { Handle, type HandleData } from "../memory/handle.ts";
import { UNIT_BYTES } from "../memory/layout.ts";
import {
  CLIENT_GENERATION,
  CLIENT_NEXT,
  MANAGER_ARRIVALS,
  MANAGER_BELL,
  MANAGER_PHASE,
  MANAGER_SERVER,
} from "../memory/manager_layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { self } from "../memory/process_table.ts";
import { registerShareable } from "../memory/shareable.ts";
import { wake } from "../sync/park.ts";
import { type Carrier, revive } from "../task/task.ts";
import { bell, nextTurn } from "../worker/bell.ts";
import { managerWords, Phase } from "./_connection.ts";
import { MAKERS } from "./_containers.ts";
import { Guest, type Task } from "./_guest.ts";
import { type Entry, type Made, ObjectTable } from "./_objects.ts";
import { releaseTaken } from "./_taken.ts";
import { builtinType, placeOf, type SpecialArguments } from "./proxy.ts";
import { type Definition, Request, type TypeInfo } from "./_wire.ts";

/**
 * A manager's server: keeps the objects and does what clients ask for. It runs
 * in a process of its own, as a task that ends when the manager is shut down.
 *
 * A call whose method returns a promise does not keep others waiting; all
 * others are done in the order in which they came.
 */

/** How often, in milliseconds, objects that nobody refers to any more are looked for. */
const SWEEP_EVERY = 500;
/** How long, in milliseconds, the thread blocks at most before timers and messages get their turn. */
const BLOCK_FOR = 100;
/** The same where users' objects are served, for as long after the last request. */
const BLOCK_BRIEFLY = 2, BUSY_FOR = 20;

// deno-lint-ignore ban-types -- any callable is meant
type Callable = Function;

interface Registered {
  readonly make: Callable | null;
  readonly exposed: readonly string[] | null;
}

/** See the file's head. */
class Server {
  readonly #handle: Handle;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #objects: ObjectTable;
  readonly #registered = new Map<string, Registered>();
  readonly #guests = new Set<Guest>();
  /** Those whose process has ended, until it cannot be reading any more. */
  readonly #gone = new Set<Guest>();
  #unblocked = Promise.withResolvers<void>();
  /** How many calls have returned promises that are not settled. */
  #unsettled = 0;
  #stopping = false;
  /** When something came, where users' objects are served. */
  #lastBusy = 0;

  constructor(handle: Handle) {
    this.#handle = handle;
    this.#words = managerWords(handle);
    this.#objects = new ObjectTable(handle);
  }

  /** Serves until the manager is shut down. */
  async run(): Promise<void> {
    this.#words[MANAGER_SERVER] = self();
    this.#words[MANAGER_BELL] = bell().offset / UNIT_BYTES;
    bell().watch(this);
    const timer = setInterval(() => this.#sweep(), SWEEP_EVERY);
    Atomics.compareExchange(this.#words, MANAGER_PHASE, Phase.New, Phase.Running);
    wake(this.#words, MANAGER_PHASE);
    while (!this.#stopping) {
      const most = this.#blockable();
      if (most === 0) {
        await this.#unblocked.promise;
      } else {
        bell().blockUntil(() => this.#blockable() === 0, performance.now() + most);
        await nextTurn();
      }
    }
    clearInterval(timer);
    bell().unwatch(this);
    for (const guest of this.#gone) {
      await new Promise((resolve) => setTimeout(resolve, guest.windsDown));
      guest.free();
    }
  }

  /** Frees what the dead have left, and forgets the objects that nobody refers to. */
  #sweep(): void {
    for (const guest of this.#gone) {
      if (guest.windsDown > 0) continue;
      this.#gone.delete(guest);
      guest.free();
    }
    this.#objects.sweep();
  }

  /**
   * For how many milliseconds the thread may block: requests wake a blocked
   * thread several times faster than one that waits in its event loop. Not
   * while a call's promise is to be settled; and only for moments, and while
   * requests come, where users' objects may have timers.
   */
  #blockable(): number {
    if (this.#stopping || this.#unsettled > 0) return 0;
    if (this.#registered.size === 0) return BLOCK_FOR;
    return performance.now() - this.#lastBusy < BUSY_FOR ? BLOCK_BRIEFLY : 0;
  }

  /** Lets the loop of {@linkcode Server.run} look again. */
  #look(): void {
    this.#unblocked.resolve();
    this.#unblocked = Promise.withResolvers<void>();
  }

  /** Handles what has come; called by the thread's bell. */
  poll(): boolean {
    let any = this.#admit();
    for (const guest of this.#guests) any = this.#serve(guest) || any;
    if (any && this.#registered.size > 0) {
      this.#lastBusy = performance.now();
      this.#look();
    }
    return any;
  }

  /** Does what one client has asked for; `true` when that was anything. */
  #serve(guest: Guest): boolean {
    const outcome = guest.poll(this.#perform);
    if (outcome === "gone") {
      this.#guests.delete(guest);
      this.#gone.add(guest);
    }
    return outcome !== "quiet";
  }

  /**
   * Does what clients had asked for before they died. Whoever knows of a death
   * finds all of that done, as this comes before what it asks for.
   */
  #serveDead(): void {
    if (Atomics.load(this.#words, MANAGER_ARRIVALS) !== 0) this.#admit();
    for (const guest of this.#guests) if (guest.ended) this.#serve(guest);
  }

  #admit(): boolean {
    let place = Atomics.exchange(this.#words, MANAGER_ARRIVALS, 0);
    if (place === 0) return false;
    while (place !== 0) {
      const words = wordsAt(place * UNIT_BYTES, 16);
      const next = words[CLIENT_NEXT]!;
      this.#guests.add(new Guest(Handle.adopt([place * UNIT_BYTES, words[CLIENT_GENERATION]!])));
      place = next;
    }
    return true;
  }

  /** Does what one request asks for, and answers it; never throws. */
  readonly #perform = (task: Task): void => {
    this.#serveDead();
    let result: unknown;
    try {
      result = this.#do(task);
    } catch (error) {
      return this.#thrown(task, error);
    }
    if (!isThenable(result)) return this.#value(task, result);
    void this.#later(task, result);
  };

  async #later(task: Task, pending: PromiseLike<unknown>): Promise<void> {
    this.#unsettled++;
    try {
      this.#value(task, await pending);
    } catch (error) {
      this.#thrown(task, error);
    } finally {
      task.guest.controllers.delete(task.id);
      if (--this.#unsettled === 0) this.#look();
    }
  }

  #value(task: Task, value: unknown): void {
    try {
      task.guest.reply(task.id, isIterator(value) ? this.#keep(value, builtinType("iterator")) : value);
    } catch (error) {
      this.#thrown(task, error);
    }
    releaseTaken();
  }

  #thrown(task: Task, error: unknown): void {
    task.guest.replyThrown(task.id, error);
    releaseTaken();
  }

  #do(task: Task): unknown {
    switch (task.kind) {
      case Request.Call:
        return this.#call(task);
      case Request.Create:
        return this.#create(...task.payload as [string, unknown[] | SpecialArguments], task);
      case Request.Define:
        return this.#define(task.payload as Definition);
      case Request.Initialize:
        return initialize(...task.payload as [Carrier, unknown[]]);
      case Request.Count:
        this.#sweep();
        return this.#objects.count();
      case Request.Abort:
        return task.guest.controllers.get(task.id)?.abort(...task.payload as unknown[]);
      case Request.Stop:
        this.#stopping = true;
        return this.#look();
      default:
        task.kind satisfies never;
    }
  }

  #call(task: Task): unknown {
    const entry = this.#objects.at(task.aux);
    if (entry === undefined) throw new TypeError("The managed object of this proxy is gone");
    const { payload } = task;
    if (Array.isArray(payload)) return invoke(entry, task.aux2, payload);
    return argumentsOf(payload as SpecialArguments, task).then((args) => invoke(entry, task.aux2, args));
  }

  #create(name: string, given: unknown[] | SpecialArguments, task: Task): unknown {
    const maker = Object.hasOwn(MAKERS, name) ? MAKERS[name] : undefined;
    if (Array.isArray(given) && maker !== undefined) return this.#keep(maker(...given), builtinType(name));
    const registered = this.#registered.get(name);
    if (registered === undefined) throw new TypeError(`This manager knows no type "${name}": register it first`);
    if (Array.isArray(given)) return this.#make(name, registered, given);
    return argumentsOf(given, task).then((args) => this.#make(name, registered, args));
  }

  #make(name: string, { make, exposed }: Registered, args: readonly unknown[]): unknown {
    const object = make === null ? args[0] : isClass(make) ? Reflect.construct(make, args) : make(...args);
    if (isThenable(object)) {
      return object.then((made) => this.#keep(made, { name, methods: exposed ?? methodsOf(made) }));
    }
    return this.#keep(object, { name, methods: exposed ?? methodsOf(object) });
  }

  #keep(target: unknown, type: TypeInfo): Made {
    if ((typeof target !== "object" && typeof target !== "function") || target === null) {
      throw new TypeError(`Expected an object to manage as "${type.name}", got ${typeof target}`);
    }
    return this.#objects.add(target, type);
  }

  async #define({ name, carrier, exposed }: Definition): Promise<void> {
    const make = carrier === null ? null : await revive(carrier as Carrier);
    this.#registered.set(name, { make, exposed });
  }
}

function invoke({ target, type }: Entry, index: number, args: readonly unknown[]): unknown {
  const name = type.methods[index];
  const method = name === undefined ? undefined : (target as Record<string, unknown>)[name];
  if (typeof method !== "function") {
    // An iterator need not have more than next().
    if (type.name === "iterator" && (name === "return" || name === "throw")) return finish(name, args[0]);
    throw new TypeError(`A managed ${type.name} has no method "${name ?? index}" for its clients`);
  }
  return Reflect.apply(method, target, args);
}

function finish(name: string, value: unknown): unknown {
  if (name === "throw") throw value;
  return { done: true, value };
}

async function argumentsOf({ args, functions, signal }: SpecialArguments, task: Task): Promise<unknown[]> {
  const all = [...args];
  if (signal) {
    const controller = new AbortController();
    task.guest.controllers.set(task.id, controller);
    all[all.length - 1] = { ...all.at(-1) as object, signal: controller.signal };
  }
  for (const [i, carrier] of functions) all[i] = await revive(carrier as Carrier);
  return all;
}

async function initialize(carrier: Carrier, args: unknown[]): Promise<void> {
  await (await revive(carrier))(...args);
}

function isClass(make: Callable): boolean {
  return /^class\b/.test(Function.prototype.toString.call(make));
}

/** The public methods of an object: those of its class and of what that extends. */
function methodsOf(target: unknown): string[] {
  const names = new Set<string>();
  for (let holder = target; holder !== null && holder !== Object.prototype; holder = Object.getPrototypeOf(holder)) {
    if (typeof holder !== "object" || holder === null) break;
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
      // A proxy with a method "then" would be taken for a promise.
      if (typeof value === "function" && !name.startsWith("_") && name !== "constructor" && name !== "then") {
        names.add(name);
      }
    }
  }
  return [...names];
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as PromiseLike<unknown>).then === "function";
}

function isIterator(value: unknown): value is Iterator<unknown> | AsyncIterator<unknown> {
  return typeof value === "object" && value !== null && placeOf(value) === undefined &&
    typeof (value as Iterator<unknown>).next === "function" &&
    (Symbol.iterator in value || Symbol.asyncIterator in value);
}

/** What the manager's process runs. */
interface Seat {
  serve(): Promise<void>;
}

registerShareable("ManagerSeat", (data: HandleData): Seat => {
  const handle = Handle.adopt(data);
  return {
    serve: async () => {
      const server = perRealm("manager server", () => new Server(handle));
      await server.run();
    },
  };
});
