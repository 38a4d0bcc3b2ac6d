import { TransportError } from "../base/errors.ts";
import type { Packet } from "../channel/codec.ts";
import type { RecordPlace } from "../worker/lane.ts";
import type { Order } from "../worker/protocol.ts";
import type { Carrier } from "../task/task.ts";

// deno-lint-ignore ban-types -- any callable is meant
export type Callable = Function;

/** A function as a pool knows it: its number in orders, and how it travels where that never changes. */
export interface KnownFunction {
  /** What orders call it. */
  readonly number: number;
  /** The function. */
  readonly fn: Callable;
  /** What it is called in error messages. */
  readonly what: string;
  /** Whether shared objects may travel with it. */
  readonly shared: boolean;
  /** Whether a worker did not find it where it was said to be: it must travel in another way. */
  unresolved: boolean;
  /** How it travels, where that is the same at each call. */
  stable: Carrier | null;
  /** Whether what it captures is read once, for all tasks of one job. */
  readonly once: boolean;
  /** The same while it is being read. */
  pending: Promise<Carrier> | null;
}

/** Who hears what became of a task; the first call counts. */
export interface TaskEvents {
  /** The bytes of the answer, decoded. */
  value(value: unknown): void;
  /** What it threw, or why it was not run; `index` of the item, within the task, that threw. */
  error(error: unknown, index: number): void;
}

/**
 * What a task's order carries: a value that is encoded already, or arguments that are neither objects nor functions.
 * Nothing can change those before they are sent, so they are encoded when the task is given.
 */
export type Payload = Packet | readonly unknown[];

/** What a task is made of. */
export interface TaskParts {
  readonly order: Order;
  readonly fn: KnownFunction | null;
  readonly payload: Payload;
  readonly index: number;
  readonly events: TaskEvents;
  readonly timeout?: number | undefined;
  readonly transfer?: readonly unknown[] | undefined;
}

/** What holds for every task that does not say otherwise. */
export interface TaskSettings {
  /** In milliseconds; `Infinity` for none. */
  readonly taskTimeout: number;
  /** How often a task is run again whose worker died. */
  readonly retries: number;
}

const NONE: readonly unknown[] = [];

/** What a task needs of the worker that has it. */
export interface Holder {
  /** Whether the worker has begun the task. */
  begun(task: Task): boolean;
  /** Takes the task back from the worker, unless that has begun it; whether it could. */
  takeBack(task: Task): boolean;
  /** Takes back up to `count` of the tasks that the worker was given last and has not begun; in the order of their giving. */
  takeBackLast(count: number): Task[];
}

/** One order to one worker, and where it is. */
export class Task {
  /** Unique within the pool. */
  readonly id: number;
  /** What is to be done with the payload. */
  readonly order: Order;
  /** The function, or `null` where the order calls none. */
  readonly fn: KnownFunction | null;
  /** What the order carries. */
  payload: Payload;
  /** Those of the payload's objects that are transferred. */
  transfer: readonly unknown[] = NONE;
  /** Its index in its job. */
  readonly index: number;
  /** In milliseconds from its start; `null` for none. */
  readonly timeout: number | null;
  /** Who hears what became of it. */
  readonly events: TaskEvents;
  /** When it was submitted, by `performance.now()`; `null` where that is not measured. */
  since: number | null = null;
  /** How the function travels, this time. */
  carrier: Carrier | null = null;
  /** How often it may still be run again after its worker died. */
  retries: number;
  /** The worker that has it. */
  member: Holder | null = null;
  /** Where in the worker's ring it is, or was last; `null` before it was given to any. */
  place: RecordPlace | null = null;
  /** Whether its outcome is known. */
  settled = false;
  /** Ends it when it takes too long. */
  timer: ReturnType<typeof setTimeout> | undefined = undefined;

  /** A task that nobody has yet. */
  constructor(id: number, parts: TaskParts, settings?: TaskSettings) {
    this.id = id;
    this.order = parts.order;
    this.fn = parts.fn;
    this.payload = parts.payload;
    this.index = parts.index;
    this.timeout = finite(parts.timeout === undefined ? settings?.taskTimeout : Math.max(0, parts.timeout ?? Infinity));
    this.events = parts.events;
    this.retries = settings?.retries ?? 0;
  }

  /**
   * Takes from the caller, as `postMessage` does, those of the payload's objects that `transfer` lists: from now on they
   * are only this task's. Returns an error where they are not the caller's any more.
   */
  move(transfer: readonly unknown[] | undefined): TransportError | null {
    if (transfer === undefined || transfer.length === 0 || !isPacket(this.payload)) return null;
    const { side } = this.payload;
    const own = side.filter((object) => transfer.includes(object));
    if (own.length === 0) return null;
    try {
      const moved = structuredClone(own, { transfer: own as Transferable[] });
      const places = new Map(own.map((object, i) => [object, moved[i]]));
      this.payload = { ...this.payload, side: side.map((object) => places.get(object) ?? object) };
      this.transfer = moved;
      return null;
    } catch (cause) {
      return new TransportError(`Cannot transfer an argument: ${(cause as Error).message}`, { cause });
    }
  }
}

/** Infinity as `null`: a number that is no small integer takes memory of its own, and there may be many tasks. */
function finite(timeout = Infinity): number | null {
  return timeout === Infinity ? null : timeout;
}

/** Whether arguments are a payload as they are. */
export function isPlain(args: readonly unknown[]): boolean {
  for (let i = 0; i < args.length; i++) {
    const type = typeof args[i];
    if ((type === "object" && args[i] !== null) || type === "function" || type === "symbol") return false;
  }
  return true;
}

/** Whether a payload is encoded. */
export function isPacket(payload: Payload): payload is Packet {
  return !Array.isArray(payload);
}
