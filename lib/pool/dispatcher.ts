import { discard, renew } from "../channel/codec.ts";
import { BrokenPoolError, PoolTerminatedError, TimeoutError, WorkerDiedError } from "../base/errors.ts";
import type { Carrier } from "../task/task.ts";
import { bell, nextTurn } from "../worker/bell.ts";
import { setLongTimeout } from "../worker/waiter.ts";
import { Crew } from "./_crew.ts";
import { Door } from "./_door.ts";
import { carrierOf, Functions, refuse } from "./functions.ts";
import { INITIALIZER, Initializer } from "./_initializer.ts";
import type { Member, Outcome } from "./_member.ts";
import { choose, mayHave, SHORT_US } from "./_policy.ts";
import { Deque } from "./_queue.ts";
import { Meter } from "./_meter.ts";
import type { PoolStats, Settings } from "./options.ts";
import { type Callable, isPacket, type KnownFunction, Task, type TaskParts } from "./task.ts";

/** So many workers in a row that end before they take work break the pool: starting more would go on for ever. */
const MOST_STILLBORN = 3;
/** The first tasks all have their latency measured, then one in so many. */
const MEASURED_FULLY = 1024;
const MEASURED = 8;

/**
 * Who gets which task: tasks wait in one queue in the order of their
 * submission, and go to the worker that has least to do. `README.md` beside
 * this file draws a task's states.
 */
export class Dispatcher {
  /** Where submissions wait for room. */
  readonly door: Door;
  readonly #settings: Settings;
  readonly #bell = bell();
  readonly #crew: Crew;
  readonly #queue = new Deque<Task>();
  /** Tasks whose function is still being looked up. */
  readonly #entering = new Set<Task>();
  readonly #meter = new Meter();
  readonly #initializer: Initializer;
  readonly #functions: Functions;
  #lastId = 0;
  #pending = 0;
  #stays = 0;
  #broken: BrokenPoolError | null = null;
  #closing = false;
  #terminated = false;
  #growing = false;
  /** How many workers in a row ended before they took any work. */
  #stillborn = 0;

  /** A dispatcher without workers: they start as there is work for them, at once where there is an initializer. */
  constructor(settings: Settings) {
    this.#settings = settings;
    this.door = new Door(() => this.queued < settings.maxQueueSize);
    this.#functions = new Functions(settings.isolation === "worker");
    const initializer = settings.initializer ? this.known(settings.initializer, "initializer") : null;
    this.#initializer = new Initializer(initializer, settings, {
      onBegun: () => this.pump(),
      onFailed: (error) => this.#break(error),
    });
    this.#crew = new Crew(settings, {
      onOutcome: (member, task, outcome) => this.#onOutcome(member, task, outcome),
      onBatch: () => this.pump(),
      onReady: () => this.pump(),
      onEnd: (member, exitCode, left) => this.#onEnd(member, exitCode, left),
    });
    if (this.#initializer.exists) void this.#staff();
  }

  /** Starts all workers, one a turn: each has something to do before its first task. */
  async #staff(): Promise<void> {
    const leave = this.stay();
    try {
      while (this.#crew.hasVacancy && this.#broken === null) {
        this.#start();
        await nextTurn();
      }
    } catch (error) {
      this.#break(error);
    } finally {
      leave();
    }
  }

  /** Keeps a closed pool's workers, for work that has more to submit; returns what ends that. */
  stay(): () => void {
    this.#stays++;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#stays--;
      if (this.#closing) this.#wind();
    };
  }

  /** How many tasks wait for a worker. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Whether payloads may be in blocks of shared memory: what has to wait does so in this thread's own memory. */
  get blocks(): boolean {
    return this.#queue.length === 0;
  }

  /** Why nothing can be run any more, or `null`. */
  get broken(): BrokenPoolError | null {
    return this.#broken;
  }

  /** Resolves when all workers have ended. */
  get gone(): Promise<void> {
    return this.#crew.gone;
  }

  /** What the pool is doing. */
  stats(): PoolStats {
    const running = this.#crew.members.reduce((sum, member) => sum + member.load, 0);
    return { queued: this.#queue.length, running, ...this.#meter.stats(), ...this.#crew.stats() };
  }

  /** `fn` as orders name it. */
  known(fn: Callable, what: string): KnownFunction {
    return this.#functions.know(fn, what);
  }

  /** Takes in a task. */
  submit(parts: TaskParts): Task {
    const id = this.#lastId = (this.#lastId + 1) & 0x3fffffff || 1;
    const task = new Task(id, parts, this.#settings);
    if (id <= MEASURED_FULLY || id % MEASURED === 0) task.since = performance.now();
    if (this.#pending++ === 0) this.#bell.hold();
    const error = this.#broken ?? (this.#terminated ? terminated() : task.move(parts.transfer));
    if (error === null) this.#enter(task);
    else this.#fail(task, error);
    return task;
  }

  /** Whether a worker has started on a task. */
  begun(task: Task): boolean {
    return task.settled || (task.member?.begun(task) ?? false);
  }

  /** Drops a task that no worker has started on; `false` when one has. `silent`: without telling its events. */
  withdraw(task: Task, error: unknown, { silent = false }: { silent?: boolean } = {}): boolean {
    if (task.settled) return false;
    if (task.member === null) this.#queue.remove(task);
    else if (!task.member.takeBack(task)) return false;
    if (silent) {
      task.settled = true;
      drop(task);
      this.#count(task, false);
    } else this.#fail(task, error);
    this.pump();
    return true;
  }

  /** Drops a task, and stops it where it is running. */
  cancel(task: Task, error: unknown): void {
    if (task.settled || this.withdraw(task, error)) return;
    // The worker may be done with it, and about to begin the next one: that one must not die with it.
    const spared = task.member?.takeBackLast(Infinity) ?? [];
    this.#fail(task, error);
    this.#bell.poll();
    for (const other of spared.reverse()) this.#queue.unshift(other);
    if (task.member !== null) this.#crew.killHolder(task);
    if (spared.length > 0) this.pump();
  }

  /** Takes nothing more in: workers end as they get done. */
  close(): void {
    this.#closing = true;
    this.#wind();
  }

  /** Drops everything and ends every worker at once. */
  terminate(): void {
    this.#closing = true;
    this.#terminated = true;
    this.#drop(terminated);
    this.door.letIn();
    this.#crew.killAll();
    this.#crew.close();
  }

  /** Hands out what can be handed out. */
  pump(): void {
    const { members } = this.#crew;
    for (let task = this.#queue.peek(); task !== undefined; task = this.#queue.peek()) {
      const member = choose(members, task, this.#settings);
      if (member === null || !this.#give(member, task)) break;
      this.#queue.shift();
    }
    if (this.#queue.length > 0) this.#grow();
    else if (this.#closing) this.#wind();
    else this.#balance(members);
    this.door.letIn();
  }

  /** Finds out how the function travels, then queues the task. */
  #enter(task: Task): void {
    try {
      const carrier = carrierOf(task.fn);
      if (carrier instanceof Promise) void this.#enterLater(task, carrier);
      else this.#enqueue(task, carrier);
    } catch (error) {
      this.#fail(task, error);
    }
  }

  async #enterLater(task: Task, carrier: Promise<Carrier>): Promise<void> {
    this.#entering.add(task);
    try {
      this.#enqueue(task, await carrier);
    } catch (error) {
      this.#fail(task, error);
    } finally {
      this.#entering.delete(task);
    }
  }

  #enqueue(task: Task, carrier: Carrier | null): void {
    if (task.settled) return;
    task.carrier = carrier;
    this.#queue.push(task);
    this.pump();
  }

  #give(member: Member, task: Task): boolean {
    if (!member.give(task)) return false;
    if (task.timeout !== null) task.timer = setLongTimeout(() => this.#late(task), task.timeout);
    if (member.pace <= SHORT_US) this.#bell.expect();
    return true;
  }

  #late(task: Task): void {
    // Its answer may lie in the ring already.
    this.#bell.poll();
    if (!task.settled) {
      this.cancel(task, new TimeoutError(`The task took longer than its timeout of ${task.timeout} ms`));
    }
  }

  /** Starts one more worker in the next turn, so that those which run get their answers seen first. */
  #grow(): void {
    if (this.#growing || this.#broken !== null || !this.#crew.hasVacancy) return;
    if (this.#crew.members.length === 0) {
      this.#start();
      return this.pump();
    }
    this.#growing = true;
    void nextTurn().then(() => {
      this.#growing = false;
      if (this.#queue.length === 0 || !this.#crew.hasVacancy) return;
      this.#start();
      this.pump();
    });
  }

  #start(): void {
    this.#initializer.begin(this.#crew.start());
  }

  /** Nothing can be run any more: everything pending and later fails, each with an error of its own. */
  #break(cause: unknown): void {
    if (this.#broken !== null) return;
    const why = this.#stillborn >= MOST_STILLBORN ? "its workers do not start" : "its initializer failed";
    const error = (): BrokenPoolError => new BrokenPoolError(`The pool is broken: ${why}`, { cause });
    this.#broken = error();
    this.#drop(error);
    this.#crew.killAll();
    this.door.letIn();
  }

  #drop(error: () => unknown): void {
    for (const task of [...this.#queue.drain(), ...this.#entering]) this.#fail(task, error());
    for (const member of this.#crew.members) {
      for (const task of member.tasks()) this.#fail(task, error());
    }
  }

  #onOutcome(member: Member, task: Task, outcome: Outcome): void {
    clearTimeout(task.timer);
    if (outcome.type === "unresolved") {
      refuse(task.fn!);
      if (task.id === INITIALIZER) this.#initializer.again(member, task);
      else if (!task.settled) this.#enter(task);
    } else if (outcome.type === "value") this.#succeed(task, outcome.value);
    else this.#fail(task, outcome.error, outcome.index);
    free(task);
    if (member.given >= this.#settings.maxTasksPerChild && member.load === 0) this.#crew.retire(member);
  }

  #onEnd(member: Member, exitCode: number, left: { started: Task | null; unstarted: Task[] }): void {
    for (const task of left.unstarted.reverse()) {
      clearTimeout(task.timer);
      if (task.settled) drop(task);
      else if (task.transfer.length > 0) this.#lost(member, exitCode, task);
      else if (task.id !== INITIALIZER) this.#queue.unshift(task);
    }
    if (left.started !== null) {
      this.#lost(member, exitCode, left.started);
      free(left.started);
    }
    this.#stillborn = member.ready || member.killed ? 0 : this.#stillborn + 1;
    if (this.#stillborn >= MOST_STILLBORN) {
      this.#break(new WorkerDiedError(`Workers end, with exit code ${exitCode}, before they take work`, { exitCode }));
    }
    if (!this.#closing || this.#queue.length > 0) this.pump();
    else this.#wind();
  }

  /** The worker died in the middle of `task`. */
  #lost(member: Member, exitCode: number, task: Task): void {
    clearTimeout(task.timer);
    if (task.settled) return;
    const error = new WorkerDiedError(
      `The worker ${JSON.stringify(member.name)} ended with exit code ${exitCode} while it ran task ${task.index}`,
      { exitCode, taskIndex: task.index, pid: member.pid, cause: member.uncaught },
    );
    if (task.id === INITIALIZER) return this.#break(error);
    if (task.retries-- > 0 && this.#renewed(task)) this.#queue.unshift(task);
    else this.#fail(task, error);
  }

  /** Whether a task whose payload the dead may have taken in can be sent again: not if parts of it were transferred. */
  #renewed({ payload, transfer }: Task): boolean {
    if (transfer.length > 0) return false;
    try {
      if (isPacket(payload)) renew(payload);
      return true;
    } catch {
      // A shared object among its arguments was closed meanwhile.
      return false;
    }
  }

  /** A worker with nothing to do gets half of what the busiest has waiting. */
  #balance(members: readonly Member[]): void {
    const idle = members.find((member) => member.load === 0 && member.ready && !member.retiring);
    if (idle === undefined) return;
    let busiest: Member | null = null;
    for (const member of members) {
      if (member.load >= 2 && (busiest === null || member.load > busiest.load)) busiest = member;
    }
    if (busiest === null || busiest.pace * busiest.load < SHORT_US) return;
    const tasks = busiest.takeBackLast(busiest.load >> 1);
    for (const task of tasks) {
      if (!mayHave(idle, task, this.#settings, true) || !idle.give(task)) this.#queue.push(task);
    }
  }

  /** Lets workers end that will get nothing more. */
  #wind(): void {
    if ((this.#pending > 0 || this.#stays > 0) && this.#broken === null && !this.#terminated) return;
    this.#crew.retireAll();
    this.#crew.close();
  }

  #succeed(task: Task, value: unknown): void {
    if (task.settled) return;
    task.settled = true;
    this.#count(task, true);
    task.events.value(value);
  }

  #fail(task: Task, error: unknown, index = 0): void {
    if (task.settled) return;
    task.settled = true;
    clearTimeout(task.timer);
    if (task.place === null) drop(task);
    this.#count(task, false);
    task.events.error(error, index);
  }

  #count(task: Task, ok: boolean): void {
    free(task);
    if (task.id === INITIALIZER) return;
    this.#meter.count(ok, task.since === null ? null : performance.now() - task.since);
    if (--this.#pending > 0) return;
    this.#bell.release();
    if (this.#closing) this.#wind();
  }
}

function terminated(): PoolTerminatedError {
  return new PoolTerminatedError("The pool was terminated before this work was done");
}

/** Gives up the memory of the payload of a task that is settled and that no worker has. */
function free({ payload, settled, member }: Task): void {
  if (settled && member === null && isPacket(payload)) payload.block?.close();
}

/** Nobody will decode the task's payload: what its shared objects hold is given back. */
function drop({ payload }: Task): void {
  if (isPacket(payload)) discard(payload);
}
