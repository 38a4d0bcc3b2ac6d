import { checkFunction, checkString, checkTimeout } from "../base/check.ts";
import { ClosedError, InvalidStateError } from "../base/errors.ts";
import type { WaitSyncOptions } from "../base/options.ts";
import { perRealm } from "../base/realm.ts";
import { Handle } from "../memory/handle.ts";
import { BlockKind } from "../memory/layout.ts";
import { MANAGED_STATE, MANAGED_TAG, MANAGER_BYTES, MANAGER_PHASE } from "../memory/manager_layout.ts";
import { SHARE, type Shareable, type Shared } from "../memory/shareable.ts";
import { parkAsync, wake } from "../sync/park.ts";
import { callSite, type Carrier, carry, isUnresolved } from "../task/task.ts";
import { Process } from "../worker/process.ts";
import { connectionTo, managerWords, Phase } from "./_connection.ts";
import { type Definition, Request } from "./_wire.ts";
import { ManagerClient } from "./client.ts";
import { NATIVE_KINDS } from "./native.ts";
import type { ProxyOf } from "./types.ts";

/** How a manager is started. */
export interface ManagerStartOptions<A extends readonly unknown[] = readonly unknown[]> {
  /** Runs once in the manager's process, before anything else. */
  readonly initializer?: (...args: A) => unknown;
  /** What `initializer` is called with. */
  readonly initargs?: A;
}

/** How a class is registered. */
export interface RegisterOptions {
  /** The members that clients may call, also such as begin with an underscore. Default: all public methods. */
  readonly exposed?: readonly string[];
}

/** A class, or a function that makes an object. */
// deno-lint-ignore no-explicit-any -- a class with a constructor of any kind
export type Registrable = (new (...args: any[]) => object) | ((...args: any[]) => unknown);

/** A manager with the method of a name that was registered. */
export type WithRegistered<M, N extends string, C extends Registrable> =
  & M
  & {
    readonly [K in N]: C extends new (...args: infer A) => infer T ? (...args: A) => Promise<ProxyOf<T>>
      : C extends (...args: infer A) => infer T ? (...args: A) => Promise<ProxyOf<Awaited<T>>>
      : never;
  };

interface Registration {
  readonly name: string;
  readonly make: Registrable | null;
  readonly exposed: readonly string[] | null;
  readonly site: readonly string[];
}

/** How long, in milliseconds, a shutdown waits before it terminates the manager's process. */
const SHUTDOWN_TIMEOUT = 1000;

/** Runs in the manager's process; the argument is what the seat became there. Travels as its source. */
function serveManager(seat: unknown): Promise<void> {
  return (seat as { serve(): Promise<void> }).serve();
}

/** What becomes the server where it arrives. */
class Seat implements Shareable {
  readonly #handle: Handle;

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  [SHARE](): Shared {
    return { kind: "ManagerSeat", data: this.#handle.share("manager") };
  }
}

/**
 * Keeps objects in a process of its own, for any number of processes that use
 * them through proxies, as Python's `multiprocessing.Manager`.
 *
 * A proxy can be sent anywhere, also into another managed object, and works the
 * same wherever it arrives. A value that is got from a managed object is a
 * copy: changing it changes nothing there, until it is set again. An object
 * goes with its last proxy.
 *
 * @example
 * ```ts
 * import { Manager } from "@lanes/lanes/shared";
 * import { assertEquals } from "@std/assert";
 *
 * await using manager = new Manager();
 * await manager.start();
 * const dict = await manager.dict([["a", 1]]);
 * await dict.set("b", 2);
 * assertEquals(await dict.keys(), ["a", "b"]);
 * ```
 */
export class Manager extends ManagerClient implements AsyncDisposable {
  readonly #handle: Handle;
  readonly #registered = new Map<string, Registration>();
  #state: "new" | "starting" | "running" | "down" = "new";
  #process: Process<[Seat], void> | null = null;
  #ending: Promise<void> | null = null;

  /** A manager that does not run yet. */
  constructor() {
    const handle = Handle.create(MANAGER_BYTES, BlockKind.Managed);
    super(handle);
    this.#handle = handle;
    managerWords(handle)[MANAGED_TAG] = MANAGED_STATE;
  }

  /**
   * Makes a class known: `manager.NAME(...args)` makes an object of it in the
   * manager's process, and resolves to a proxy with its public methods. Without
   * a class the method takes the object itself.
   *
   * @throws {InvalidStateError} After the start.
   * @throws {TypeError} When the class is no function, or the name is one that every manager has.
   */
  register<N extends string, C extends Registrable>(
    name: N,
    Class?: C,
    options: RegisterOptions = {},
  ): WithRegistered<this, N, C> {
    checkString("name", name);
    if (Class !== undefined && Class !== null) checkFunction("Class", Class);
    if (this.#state !== "new") throw new InvalidStateError("Cannot register a class after the start of its manager");
    if (!this.#registered.has(name)) {
      if (name in this || NATIVE_KINDS.includes(name)) {
        throw new TypeError(`Expected a name that managers do not have, got ${JSON.stringify(name)}`);
      }
      this._addName(name);
    }
    this.#registered.set(name, {
      name,
      make: Class ?? null,
      exposed: options.exposed === undefined ? null : [...options.exposed],
      site: callSite(),
    });
    return this as unknown as WithRegistered<this, N, C>;
  }

  /**
   * Starts the manager's process; resolves when it serves.
   *
   * @throws {InvalidStateError} When it was started before.
   * @throws {TypeError} When the initializer is not a function.
   * @throws What the initializer, or the import of a registered class, throws.
   */
  async start<A extends readonly unknown[]>(options: ManagerStartOptions<A> = {}): Promise<void> {
    if (this.#state === "down") {
      throw new InvalidStateError("Cannot start a manager that has shut down: make a new one");
    }
    if (this.#state !== "new") throw new InvalidStateError("Cannot start a manager twice");
    const { initializer, initargs } = options;
    if (initializer !== undefined) checkFunction("initializer", initializer);
    const site = callSite();
    this.#state = "starting";
    try {
      await this.#launch();
      if (initializer !== undefined) await this.#send({ fn: initializer, what: "initializer", site }, initargs ?? []);
      for (const registration of this.#registered.values()) await this.#define(registration);
      this.#state = "running";
    } catch (error) {
      await this.shutdown();
      throw error;
    }
  }

  /**
   * Ends the manager's process: what it kept is gone, and every later use of it
   * a `ClosedError`. Asks it to end, and terminates it when that takes longer
   * than the timeout, by default a second. Idempotent.
   *
   * @throws {InvalidStateError} Before the start.
   */
  shutdown(options: WaitSyncOptions = {}): Promise<void> {
    if (this.#state === "new") {
      return Promise.reject(new InvalidStateError("Cannot shut a manager down that was not started"));
    }
    return this.#ending ??= this.#end(options.timeout === undefined ? SHUTDOWN_TIMEOUT : checkTimeout(options.timeout));
  }

  /** Shuts the manager down if it was started. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === "new") this.#state = "down";
    else await this.shutdown();
  }

  /** How it is printed. */
  [Symbol.for("Deno.customInspect")](): string {
    return `<Manager ${this.#state}>`;
  }

  /** Throws unless the manager runs; for the library's own use. */
  override _check(): void {
    if (this.#state === "running") return super._check();
    if (this.#state === "down") throw new ClosedError("This manager has shut down: make a new one");
    throw new InvalidStateError("This manager was not started: await start() first");
  }

  async #launch(): Promise<void> {
    const counter = perRealm("managers", () => ({ last: 0 }));
    const process = new Process<[Seat], void>({
      target: serveManager,
      args: [new Seat(this.#handle)],
      name: `Manager-${++counter.last}`,
      daemon: true,
    });
    process.start();
    this.#process = process;
    const died = new AbortController();
    process.result.then(() => {}, (error) => died.abort(error));
    const words = managerWords(this.#handle);
    while (Atomics.load(words, MANAGER_PHASE) === Phase.New) {
      await parkAsync(words, MANAGER_PHASE, Phase.New, { signal: died.signal });
    }
  }

  async #define({ name, make, exposed, site }: Registration): Promise<void> {
    const definition = { name, exposed, carrier: null } satisfies Definition;
    if (make === null) await connectionTo(this.#handle).request(Request.Define, definition);
    else await this.#send({ fn: make, what: `class "${name}"`, site }, definition);
  }

  /** Sends a function: with arguments to be run, with a definition to be kept. A second time, by closure, when the server does not find it. */
  async #send(
    { fn, what, site }: { fn: (...args: never[]) => unknown; what: string; site: readonly string[] } | {
      fn: Registrable;
      what: string;
      site: readonly string[];
    },
    payload: Definition | readonly unknown[],
  ): Promise<void> {
    for (const unresolved of [false, true]) {
      const carrier: Carrier = await carry(fn, { what, site, unresolved });
      try {
        if ("exposed" in payload) {
          await connectionTo(this.#handle).request(Request.Define, { ...payload, carrier });
        } else {
          await connectionTo(this.#handle).request(Request.Initialize, [carrier, payload]);
        }
        return;
      } catch (error) {
        if (unresolved || !isUnresolved(error)) throw error;
      }
    }
  }

  async #end(timeout: number): Promise<void> {
    this.#state = "down";
    const words = managerWords(this.#handle);
    const running = Atomics.exchange(words, MANAGER_PHASE, Phase.Down) === Phase.Running;
    wake(words, MANAGER_PHASE);
    const process = this.#process;
    if (process === null) return;
    if (running) {
      connectionTo(this.#handle, true).request(Request.Stop, null).catch(() => {});
      await process.join({ timeout });
    }
    if (process.isAlive()) process.terminate();
    await process.join();
  }
}
