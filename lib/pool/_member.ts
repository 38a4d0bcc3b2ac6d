import { decode, decodeError, encode } from "../channel/codec.ts";
import type { RingRecord } from "../channel/ring.ts";
import { kernelModule } from "../kernels/instance.ts";
import type { Carrier } from "../task/task.ts";
import { hire, type Hold } from "../worker/hire.ts";
import { Answer, Order, WITH_SIDE } from "../worker/protocol.ts";
import { post, sendSide, takeSide } from "../worker/side.ts";
import type { WorkerStats } from "./options.ts";
import type { Task } from "./task.ts";

/** What a member tells the dispatcher. */
export interface MemberEvents {
  /** A task is done; the member has room. */
  onOutcome(member: Member, task: Task, outcome: Outcome): void;
  /** The worker takes orders now. */
  onReady(member: Member): void;
  /** The worker ended. `started`: the task that it had begun; `unstarted`: those that it had not. */
  onEnd(member: Member, exitCode: number, left: { started: Task | null; unstarted: Task[] }): void;
}

/** What became of a task. */
export type Outcome =
  | { readonly type: "value"; readonly value: unknown }
  | { readonly type: "error"; readonly error: unknown; readonly index: number }
  | { readonly type: "unresolved" };

/** What a pool asks of a new member. */
export interface MemberOptions {
  readonly name: string;
  readonly path: string;
  readonly isolation: "worker" | "process";
  readonly maxHeapSize?: number | undefined;
  readonly permissions?: Deno.PermissionOptions | undefined;
}

const NOTHING = new Uint8Array();

/** One worker of a pool: what it has been given, in order, and what it has answered. */
export class Member {
  /** Its name. */
  readonly name: string;
  /** Whether it is on its way out: it is given nothing any more. */
  retiring = false;
  /** Whether it may be given tasks: the pool's initializer, if there is one, has succeeded in it. */
  initialized = false;
  /** How many tasks it was given. */
  given = 0;
  /** The error that ended it, where it told. */
  uncaught: unknown;
  readonly #events: MemberEvents;
  readonly #hold: Hold;
  readonly #tasks = new Map<number, Task>();
  readonly #defined = new Map<number, Carrier>();
  #answered = 0;
  #busy = 0;
  #hasKernels = false;
  #ended = false;

  /** Starts a worker. */
  constructor(options: MemberOptions, events: MemberEvents) {
    this.name = options.name;
    this.#events = events;
    this.#hold = hire({ ...options, daemon: false, pooled: true }, {
      onRecord: (record) => this.#onRecord(record),
      onReady: () => events.onReady(this),
      onEnd: (exitCode) => this.#onEnd(exitCode),
    });
  }

  /** Its pid. */
  get pid(): number {
    return this.#hold.pid;
  }

  /** Whether shared objects can travel to it. */
  get sharesMemory(): boolean {
    return this.#hold.sharesMemory;
  }

  /** Whether it takes orders yet. */
  get ready(): boolean {
    return this.#hold.link.ready;
  }

  /** How many tasks it has that it has not answered. */
  get load(): number {
    return this.#tasks.size;
  }

  /** Microseconds that a task took it of late. */
  pace = 1000;

  /** The tasks that it has not answered. */
  tasks(): Task[] {
    return [...this.#tasks.values()];
  }

  /** What it has done. */
  stats(): WorkerStats {
    return { pid: this.pid, name: this.name, tasks: this.#answered, busy: this.#busy / 1000 };
  }

  /** Gives it a task; `false` when it has no room. */
  give(task: Task): boolean {
    const { fn, packet } = task;
    if (fn !== null && !this.#define(fn.number, task.carrier!)) return false;
    if (task.order === Order.Job) this.#sendKernels();
    const side = packet.side.length > 0;
    const { bytes } = packet;
    const body = { aux: fn?.number ?? 0, aux2: side ? WITH_SIDE : 0, bytes, length: bytes.length };
    const place = this.#hold.link.send(task.order, task.id, body);
    if (place === null) return false;
    if (side) sendSide(this.pid, `${this.pid}/${task.id}`, { objects: packet.side, transfer: task.transfer });
    task.member = this;
    task.place = place;
    this.#tasks.set(task.id, task);
    this.given++;
    return true;
  }

  /** Takes a task back; `false` when the worker has started on it. */
  takeBack(task: Task): boolean {
    if (!this.#hold.link.revoke(task.place)) return false;
    this.#forget(task);
    this.given--;
    return true;
  }

  /** Whether the worker has started on a task. */
  begun(task: Task): boolean {
    return this.#hold.link.begun(task.place);
  }

  /** Takes back up to `count` of the tasks that it was given last and has not started. */
  takeBackLast(count: number): Task[] {
    const last = [...this.#tasks.values()].slice(-count).reverse();
    const taken: Task[] = [];
    for (const task of last) {
      if (!this.takeBack(task)) break;
      taken.unshift(task);
    }
    return taken;
  }

  /** Lets it end once it has done what it has. */
  stop(): void {
    this.retiring = true;
    this.#hold.link.send(Order.Stop, 0, { aux: 0, aux2: 0, bytes: NOTHING, length: 0 });
  }

  /** Ends it at once. */
  kill(exitCode: number): void {
    this.retiring = true;
    this.#hold.kill(exitCode);
    this.#hold.link.poll();
  }

  #define(number: number, carrier: Carrier): boolean {
    if (this.#defined.get(number) === carrier) return true;
    const { bytes } = encode(carrier, { where: "the function", shared: this.sharesMemory });
    const place = this.#hold.link.send(Order.Define, 0, { aux: number, aux2: 0, bytes, length: bytes.length });
    if (place === null) return false;
    this.#defined.set(number, carrier);
    return true;
  }

  #sendKernels(): void {
    if (this.#hasKernels) return;
    this.#hasKernels = true;
    post(this.pid, { lanes: "kernels", module: kernelModule(), to: this.pid });
  }

  #forget(task: Task): void {
    this.#tasks.delete(task.id);
    task.member = null;
  }

  #onRecord(record: RingRecord): void {
    const task = this.#tasks.get(record.id);
    if (record.kind === Answer.Uncaught) this.uncaught = decodeError(record);
    if (task === undefined) return;
    switch (record.kind as Answer) {
      case Answer.Value:
        this.#busy += record.aux;
        this.pace += (record.aux - this.pace) / 8;
        if ((record.aux2 & WITH_SIDE) === 0) this.#outcome(task, valueOf(record));
        else void this.#withSide(task, record.bytes.slice());
        break;
      case Answer.Failure:
        this.#outcome(task, { type: "error", error: decodeError(record), index: record.aux });
        break;
      case Answer.Unresolved:
        this.#outcome(task, { type: "unresolved" });
        break;
      default:
        break;
    }
  }

  async #withSide(task: Task, bytes: Uint8Array): Promise<void> {
    const side = await takeSide(`${this.pid}/${task.id}`);
    this.#outcome(task, { type: "value", value: decode({ bytes, side }) });
  }

  #outcome(task: Task, outcome: Outcome): void {
    this.#forget(task);
    this.#answered++;
    this.#events.onOutcome(this, task, outcome);
  }

  #onEnd(exitCode: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.retiring = true;
    // Below 0: it died while it imported this function's module, which counts as starting on the call.
    const importing = -this.#hold.link.current;
    let started: Task | null = null;
    const unstarted: Task[] = [];
    for (const task of this.#tasks.values()) {
      // The record is still there: whether it was begun can be read off it, also of the dead.
      const untouched = this.#hold.link.revoke(task.place);
      if (untouched && (started !== null || importing <= 0 || task.fn?.number !== importing)) unstarted.push(task);
      else started ??= task;
      task.member = null;
    }
    this.#tasks.clear();
    this.#events.onEnd(this, exitCode, { started, unstarted });
  }
}

function valueOf(record: RingRecord): Outcome {
  try {
    return { type: "value", value: record.bytes.length === 0 ? undefined : decode(record) };
  } catch (error) {
    return { type: "error", error, index: 0 };
  }
}
