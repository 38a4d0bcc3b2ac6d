import { ClosedError, InvalidStateError, TransportError, WorkerDiedError } from "../base/errors.ts";
import { checkFunction, checkString, checkTimeout, quoted } from "../base/check.ts";
import type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
import { perRealm } from "../base/realm.ts";
import { WAITABLE, type Waitable, type WaitState } from "../base/waitable.ts";
import { SHARE } from "../memory/shareable.ts";
import { bell } from "./bell.ts";
import { checkNotImporting } from "./importing.ts";
import { identity } from "./info.ts";
import { onLeave } from "./leave.ts";
import { Errand } from "./errand.ts";
import { KILLED, TERMINATED } from "./protocol.ts";
import { Latch } from "./waiter.ts";

/** Where a process runs. */
export type Isolation = "worker" | "process";

/** How a {@linkcode Process} is made. */
export interface ProcessOptions<A extends readonly unknown[], R> {
  /** What the process runs. */
  readonly target: (...args: A) => R | PromiseLike<R>;
  /** What `target` is called with; copied by {@linkcode Process.start}. */
  readonly args?: A;
  /** Default: "Process-1", or "Process-1:2" for a child of Process-1. */
  readonly name?: string;
  /** Whether the program may end while the process runs. Default: that of the process which makes it. */
  readonly daemon?: boolean;
  /** "worker", the default: a thread that shares memory. "process": an operating-system process. */
  readonly isolation?: Isolation;
  /** The most bytes that its heap may take. */
  readonly maxHeapSize?: number;
  /** What it may do. With isolation "worker" only where the runtime supports it. */
  readonly permissions?: Deno.PermissionOptions;
}

/** What {@linkcode Process.sentinel} is: ready, for `wait`, once the process has ended. */
export type Sentinel = Waitable;

function children(): Set<Process<readonly unknown[], unknown>> {
  return perRealm("children", () => {
    const set = new Set<Process<readonly unknown[], unknown>>();
    onLeave(() => leaveChildren(set));
    return set;
  });
}

/** What a process does before it ends: its daemons are terminated, its other children awaited. */
async function leaveChildren(set: Set<Process<readonly unknown[], unknown>>): Promise<void> {
  for (const child of [...set]) {
    if (child.daemon) child.terminate();
  }
  for (const child of [...set]) await child.join();
}

/**
 * A function that runs in a worker, or in an operating-system process.
 *
 * Source: Python's `multiprocessing.Process`.
 *
 * @example
 * ```ts
 * import { Process } from "@lanes/lanes";
 * import { assertEquals } from "@std/assert";
 *
 * const process = new Process({ target: (x: number) => x * x, args: [7] });
 * process.start();
 * await process.join();
 * assertEquals(await process.result, 49);
 * assertEquals(process.exitCode, 0);
 * ```
 */
export class Process<A extends readonly unknown[] = readonly unknown[], R = unknown> implements AsyncDisposable {
  readonly #path: string;
  readonly #result = Promise.withResolvers<unknown>();
  readonly #ended = new Latch();
  readonly #sentinel: Sentinel = { [WAITABLE]: (): WaitState => this[WAITABLE]() };
  /** What it is made of, until it is sent. */
  #options: ProcessOptions<readonly unknown[], unknown> | null;
  #name: string;
  #daemon: boolean;
  #errand: Errand | null = null;
  #pid: number | null = null;
  #exitCode: number | null = null;
  #closed = false;

  /**
   * A process that does not run yet.
   *
   * @throws {TypeError} If `target` is not a function, or an option is of the wrong type.
   * @throws {BootstrapError} If a worker is importing the module that makes it.
   */
  constructor(options: ProcessOptions<A, R>) {
    checkNotImporting("Process");
    checkOptions(options);
    this.#options = options as unknown as ProcessOptions<readonly unknown[], unknown>;
    const me = identity();
    const number = ++me.children;
    this.#path = me.path === "" ? `${number}` : `${me.path}:${number}`;
    this.#name = options.name ?? `${new.target.name}-${this.#path}`;
    this.#daemon = options.daemon ?? me.daemon;
    // Whoever does not look at the result is told by the exit code and on stderr.
    this.#result.promise.catch(() => {});
  }

  /** Its name; may be changed at any time. */
  get name(): string {
    return this.#name;
  }

  set name(name: string) {
    checkString("name", name);
    this.#name = name;
  }

  /** Whether the program may end while it runs; may be set only before the start. */
  get daemon(): boolean {
    return this.#daemon;
  }

  set daemon(daemon: boolean) {
    this.#checkOpen();
    if (this.#errand !== null) {
      throw new InvalidStateError(`Cannot change "daemon" of ${quoted(this.#name)}: it has already started`);
    }
    this.#daemon = Boolean(daemon);
  }

  /** Its pid, unique in the program; `null` before the start. */
  get pid(): number | null {
    this.#checkOpen();
    return this.#pid;
  }

  /** `null` before the end; 0; 1 after an uncaught error; n after `Deno.exit(n)`; -15 terminated; -9 killed. */
  get exitCode(): number | null {
    this.#checkOpen();
    return this.#exitCode;
  }

  /** For `wait`: ready once the process has ended. */
  get sentinel(): Sentinel {
    this.#checkStarted("use the sentinel of");
    return this.#sentinel;
  }

  /** What `target` returned. Rejects with what it threw, or with a `LanesError` when it was killed or exited. */
  get result(): Promise<R> {
    return this.#result.promise as Promise<R>;
  }

  /**
   * Starts it: returns as soon as the worker is on its way.
   *
   * @throws {InvalidStateError} If it was started before, or this process is a daemon.
   * @throws {TransportError} If the target or an argument cannot travel.
   */
  start(): void {
    this.#checkOpen();
    if (this.#errand !== null) throw new InvalidStateError(`Cannot start ${quoted(this.#name)} twice`);
    if (identity().daemon) {
      throw new InvalidStateError(`Cannot start ${quoted(this.#name)}: a daemon may not have children`);
    }
    const { target, args, isolation, maxHeapSize, permissions } = this.#options!;
    const errand = new Errand({ fn: target, args: args === undefined ? [] : [...args] }, {
      name: this.#name,
      path: this.#path,
      daemon: this.#daemon,
      isolation: isolation ?? "worker",
      maxHeapSize,
      permissions,
      onValue: (value) => this.#result.resolve(value),
      onError: (error) => this.#result.reject(error),
      onEnd: (exitCode) => this.#finish(exitCode),
    });
    this.#errand = errand;
    // Once sent, the target and its arguments can be collected.
    this.#options = null;
    this.#pid = errand.pid;
    children().add(this as unknown as Process<readonly unknown[], unknown>);
    if (!this.#daemon) bell().hold();
  }

  /**
   * Resolves when it has ended, or at the timeout.
   *
   * @throws {InvalidStateError} If it was not started.
   */
  async join(options: WaitOptions = {}): Promise<void> {
    this.#checkStarted("join");
    // Whoever joins keeps the program alive meanwhile, also for a daemon.
    bell().hold();
    try {
      await this.#ended.wait(options);
    } finally {
      bell().release();
    }
  }

  /**
   * Blocks until it has ended, or the timeout.
   *
   * @throws {InvalidStateError} If it was not started, or its closure is not sent before the next turn.
   */
  joinSync(options: WaitSyncOptions = {}): void {
    this.#checkStarted("join");
    const timeout = checkTimeout(options.timeout);
    if (!this.#ended.done && !this.#errand!.sent && timeout > 0) {
      throw new InvalidStateError(
        `Cannot block on ${quoted(this.#name)} yet: its target is a closure, which is sent in a later turn; ` +
          `await something first, or export the function`,
      );
    }
    bell().blockUntil(() => this.#ended.done, performance.now() + timeout);
  }

  /** Whether it runs. */
  isAlive(): boolean {
    this.#checkOpen();
    if (this.#errand === null || this.#ended.done) return false;
    this.#errand.poll();
    return !this.#ended.done;
  }

  /** Ends it at once, whatever it is doing: exit code -15. Of no effect after its end. */
  terminate(): void {
    this.#end("terminate", TERMINATED);
  }

  /** Ends it at once, whatever it is doing: exit code -9. Of no effect after its end. */
  kill(): void {
    this.#end("kill", KILLED);
  }

  /**
   * Frees what it holds; later use, but of `close`, `name` and `daemon`, is an error.
   *
   * @throws {InvalidStateError} While it runs.
   */
  close(): void {
    if (this.#closed) return;
    if (this.#errand !== null && this.isAlive()) {
      throw new InvalidStateError(
        `Cannot close ${quoted(this.#name)} while it is running: join or terminate it first`,
      );
    }
    this.#closed = true;
    this.#options = null;
    if (this.#errand === null) {
      this.#result.reject(new ClosedError(`Process ${quoted(this.#name)} was closed before it was started`));
    }
  }

  /** Waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed && this.#errand !== null) await this.join();
  }

  /** A process belongs to the one that made it: as an argument it is a {@linkcode TransportError}. */
  [SHARE](): never {
    throw new TransportError("A Process cannot travel: it belongs to the process that made it");
  }

  /** For `wait`. */
  [WAITABLE](): WaitState {
    this.#checkStarted("wait for");
    return this.#errand!.waitState(() => this.#ended.done);
  }

  /** What `console.log` shows of it. */
  [Symbol.for("Deno.customInspect")](): string {
    const state = this.#closed
      ? "closed"
      : this.#errand === null
      ? "initial"
      : this.#ended.done
      ? `stopped exitCode=${this.#exitCode}`
      : "started";
    const pid = this.#pid === null ? "" : ` pid=${this.#pid}`;
    return `<Process name=${quoted(this.#name)}${pid} parent=${identity().pid} ${state}${
      this.#daemon ? " daemon" : ""
    }>`;
  }

  #end(verb: string, exitCode: number): void {
    this.#checkStarted(verb);
    if (this.#ended.done) return;
    // What it did before this call counts, also if it is not noticed yet.
    this.#errand!.poll();
    if (!this.#ended.done) this.#errand!.end(exitCode);
  }

  #finish(exitCode: number): void {
    if (this.#ended.done) return;
    this.#exitCode = exitCode;
    children().delete(this as unknown as Process<readonly unknown[], unknown>);
    if (!this.#daemon) bell().release();
    this.#result.reject(
      new WorkerDiedError(
        `Process ${quoted(this.#name)} ended with exit code ${exitCode} before its target returned`,
        { exitCode, pid: this.#pid, cause: this.#errand?.uncaught },
      ),
    );
    this.#ended.open();
  }

  #checkOpen(): void {
    if (this.#closed) throw new ClosedError(`Process ${quoted(this.#name)} is closed`);
  }

  #checkStarted(verb: string): void {
    this.#checkOpen();
    if (this.#errand === null) {
      throw new InvalidStateError(`Cannot ${verb} ${quoted(this.#name)}: it was not started`);
    }
  }
}

function checkOptions(options: unknown): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`Expected the options of a Process, got ${quoted(options)}`);
  }
  const { target, args, name, isolation, maxHeapSize } = options as ProcessOptions<readonly unknown[], unknown>;
  checkFunction("target", target);
  if (args !== undefined && typeof (args as Iterable<unknown>)?.[Symbol.iterator] !== "function") {
    throw new TypeError(`Expected "args" to be an array, got ${quoted(args)}`);
  }
  if (name !== undefined) checkString("name", name);
  if (isolation !== undefined && isolation !== "worker" && isolation !== "process") {
    throw new TypeError(`Expected "isolation" to be "worker" or "process", got ${quoted(isolation)}`);
  }
  if (maxHeapSize !== undefined) {
    if (typeof maxHeapSize !== "number") {
      throw new TypeError(`Expected "maxHeapSize" to be a number of bytes, got ${quoted(maxHeapSize)}`);
    }
    if (!(maxHeapSize > 0)) throw new RangeError(`Expected "maxHeapSize" to be above 0 bytes, got ${maxHeapSize}`);
  }
}

/**
 * The processes that this process started and that have not ended.
 *
 * @example
 * ```ts
 * import { activeChildren } from "@lanes/lanes/process";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(activeChildren(), []);
 * ```
 */
export function activeChildren(): Process[] {
  const running = [...children()].filter((child) => child.isAlive());
  return running as unknown as Process[];
}
