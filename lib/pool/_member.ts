import { WorkerDiedError } from "../base/errors.ts";
import { address, decode, decodeError, encode, Encoder, type Packet } from "../channel/codec.ts";
import { bytesOf, type RingRecord, valueOf } from "../channel/ring.ts";
import { kernelModule } from "../kernels/instance.ts";
import { type Carrier, missingClasses } from "../task/task.ts";
import { hire, type Hold, sendDefinition } from "../worker/hire.ts";
import type { RecordPlace } from "../worker/lane.ts";
import { Answer, Order, WITH_SIDE } from "../worker/protocol.ts";
import { post, sendSide, takeSide } from "../worker/side.ts";
import type { WorkerStats } from "./options.ts";
import { Deque } from "./_queue.ts";
import { isPacket, type Task } from "./task.ts";

/** What a member tells the dispatcher. */
export interface MemberEvents {
  /** A task is done; the member has room. */
  onOutcome(member: Member, task: Task, outcome: Outcome): void;
  /** Some tasks are done. */
  onBatch(): void;
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

/** How long, in milliseconds, messages of a worker that has ended may still come. */
const COMING_MS = 2000;
const NOTHING = new Uint8Array();
/** Plain arguments' bytes, one task's after the other's. */
const encoder = new Encoder();

/** One worker of a pool: what it has been given, in order, and what it has answered. */
export class Member {
  /** Its name. */
  readonly name: string;
  /** Whether it was ended from here. */
  killed = false;
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
  /** In the order in which it was given them, which is that in which it answers. */
  readonly #tasks = new Deque<Task>();
  readonly #defined = new Map<number, Carrier>();
  readonly #coming = new Set<Task>();
  #definitions = 0;
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
      onBatch: () => events.onBatch(),
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
    return this.#tasks.length + this.#coming.size;
  }

  /** Microseconds that a task took it of late. */
  pace = 1000;

  /** The tasks that it has not answered. */
  tasks(): Task[] {
    return [...this.#tasks.toArray(), ...this.#coming];
  }

  /** What it has done. */
  stats(): WorkerStats {
    return { pid: this.pid, name: this.name, tasks: this.#answered, busy: this.#busy / 1000 };
  }

  /** Gives it a task; `false` when it has no room. */
  give(task: Task): boolean {
    const { fn, payload } = task;
    if (fn !== null && !this.#define(fn.number, task.carrier!)) return false;
    if (task.order === Order.Job) this.#sendKernels();
    const place = isPacket(payload) ? this.#sendPacket(task, payload) : this.#sendPlain(task, payload);
    if (place === null) return false;
    task.member = this;
    task.place = place;
    this.#tasks.push(task);
    this.given++;
    return true;
  }

  #sendPlain(task: Task, args: readonly unknown[]): RecordPlace | null {
    const { bytes, length } = encoder.encodePlain(args);
    return this.#hold.link.send(task.order, task.id, { aux: task.fn?.number ?? 0, aux2: 0, bytes, length });
  }

  #sendPacket(task: Task, packet: Packet): RecordPlace | null {
    const { bytes, side, block } = packet;
    const aux2 = side.length > 0 ? WITH_SIDE : 0;
    const body = { aux: task.fn?.number ?? 0, aux2, bytes, length: bytes.length, block };
    // Before it is sent: the worker may have decoded it by the time send() returns.
    address(packet, this.pid);
    const place = this.#hold.link.send(task.order, task.id, body);
    if (place === null) return null;
    if (side.length > 0) {
      sendSide(this.pid, `${this.pid}/${task.id}`, { objects: side, transfer: task.transfer });
    }
    return place;
  }

  /** Takes a task back; `false` when the worker has started on it. */
  takeBack(task: Task): boolean {
    if (!this.#hold.link.revoke(task.place!)) return false;
    this.#forget(task);
    task.place = null;
    this.given--;
    return true;
  }

  /** Whether the worker has started on a task. */
  begun(task: Task): boolean {
    return this.#hold.link.begun(task.place!);
  }

  /** Takes back up to `count` of the tasks that it was given last and has not started; in the order of their giving. */
  takeBackLast(count: number): Task[] {
    const taken: Task[] = [];
    for (let task = this.#tasks.last(); task !== undefined && taken.length < count; task = this.#tasks.last()) {
      if (task.transfer.length > 0 || !this.#hold.link.revoke(task.place!)) break;
      this.#tasks.pop();
      task.member = null;
      task.place = null;
      this.given--;
      taken.push(task);
    }
    return taken.reverse();
  }

  /** Lets it end once it has done what it has. */
  stop(): void {
    this.retiring = true;
    this.#hold.link.send(Order.Stop, 0, { aux: 0, aux2: 0, bytes: NOTHING, length: 0 });
  }

  /** Ends it at once. */
  kill(exitCode: number): void {
    this.retiring = this.killed = true;
    this.#hold.kill(exitCode);
    this.#hold.link.poll();
  }

  #define(number: number, carrier: Carrier): boolean {
    if (this.#defined.get(number) === carrier) return true;
    const packet = encode(carrier, { where: "the function", shared: this.sharesMemory });
    if (!sendDefinition(this.#hold, number, { packet, id: ++this.#definitions })) return false;
    this.#defined.set(number, carrier);
    return true;
  }

  #sendKernels(): void {
    if (this.#hasKernels) return;
    this.#hasKernels = true;
    post(this.pid, { lanes: "kernels", module: kernelModule(), to: this.pid });
  }

  #forget(task: Task): void {
    if (this.#tasks.peek() === task) this.#tasks.shift();
    else this.#tasks.remove(task);
    task.member = null;
  }

  #taskOf(id: number): Task | undefined {
    const first = this.#tasks.peek();
    return first?.id === id ? first : this.#tasks.find((task) => task.id === id);
  }

  #onRecord(record: RingRecord): void {
    const task = this.#taskOf(record.id);
    if (record.kind === Answer.Uncaught) this.uncaught = decodeError({ bytes: bytesOf(record) });
    if (task === undefined) return;
    switch (record.kind as Answer) {
      case Answer.Value:
        this.#busy += record.aux;
        this.pace += (record.aux - this.pace) / 8;
        if ((record.aux2 & WITH_SIDE) === 0) this.#outcome(task, outcomeOf(record));
        else void this.#withSide(task, bytesOf(record));
        break;
      case Answer.Failure:
        this.#onFailure(task, record);
        break;
      case Answer.Unresolved:
        this.#outcome(task, { type: "unresolved" });
        break;
      default:
        break;
    }
  }

  #onFailure(task: Task, record: RingRecord): void {
    const bytes = bytesOf(record);
    const index = record.aux;
    const error = decodeError({ bytes });
    const missing = missingClasses();
    if (missing === undefined) return this.#outcome(task, { type: "error", error, index });
    // The error's class is in a module that this thread has not imported for a task yet.
    this.#forget(task);
    this.#coming.add(task);
    void missing.then(() => {
      if (this.#coming.delete(task)) this.#outcome(task, { type: "error", error: decodeError({ bytes }), index });
    });
  }

  /** A part of the result comes by message, which may be later than the news of the worker's end. */
  async #withSide(task: Task, bytes: Uint8Array): Promise<void> {
    this.#forget(task);
    this.#coming.add(task);
    const side = await takeSide(`${this.pid}/${task.id}`);
    if (this.#coming.delete(task)) this.#outcome(task, { type: "value", value: decode({ bytes, side }) });
  }

  /** What a dead worker's results lack may still be on its way, if it was not killed; but not for ever. */
  #giveUpComing(): void {
    const lost: Outcome = {
      type: "error",
      error: new WorkerDiedError("The worker ended before its result came"),
      index: 0,
    };
    for (const task of this.#coming) {
      this.#coming.delete(task);
      this.#events.onOutcome(this, task, lost);
    }
  }

  #outcome(task: Task, outcome: Outcome): void {
    if (task.member !== null) this.#forget(task);
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
    for (const task of this.#tasks.drain()) {
      // The record is still there: whether it was begun can be read off it, also of the dead.
      const untouched = this.#hold.link.revoke(task.place!);
      if (untouched && (started !== null || importing <= 0 || task.fn?.number !== importing)) unstarted.push(task);
      else started ??= task;
      if (untouched) task.place = null;
      task.member = null;
    }
    if (this.killed) this.#giveUpComing();
    else if (this.#coming.size > 0) setTimeout(() => this.#giveUpComing(), COMING_MS);
    this.#events.onEnd(this, exitCode, { started, unstarted });
  }
}

function outcomeOf(record: RingRecord): Outcome {
  try {
    return { type: "value", value: record.length === 0 ? undefined : valueOf(record) };
  } catch (error) {
    return { type: "error", error, index: 0 };
  }
}
