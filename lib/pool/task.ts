import type { Packet } from "../channel/codec.ts";
import type { RecordPlace } from "../worker/lane.ts";
import type { Order } from "../worker/protocol.ts";
import type { Carrier } from "../task/task.ts";
import type { Member } from "./_member.ts";

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
  /** Whether a worker did not find it where it was said to be: it must travel in another way. */
  unresolved: boolean;
  /** How it travels, where that is the same at each call. */
  stable: Carrier | null;
}

/** Who hears what became of a task; the first call counts. */
export interface TaskEvents {
  /** The bytes of the answer, decoded. */
  value(value: unknown): void;
  /** What it threw, or why it was not run; `index` of the item, within the task, that threw. */
  error(error: unknown, index: number): void;
}

/** One order to one worker, and where it is. */
export interface Task {
  /** Unique within the pool. */
  readonly id: number;
  /** What is to be done with the payload. */
  readonly order: Order;
  /** The function, or `null` where the order calls none. */
  readonly fn: KnownFunction | null;
  /** The payload. */
  readonly packet: Packet;
  /** Those of the payload's objects that are transferred. */
  readonly transfer: readonly unknown[];
  /** Its index in its job. */
  readonly index: number;
  /** In milliseconds from its start; `Infinity` for none. */
  readonly timeout: number;
  /** Who hears what became of it. */
  readonly events: TaskEvents;
  /** When it was submitted, by `performance.now()`. */
  readonly since: number;
  /** How the function travels, this time. */
  carrier: Carrier | null;
  /** How often it may still be run again after its worker died. */
  retries: number;
  /** The worker that has it. */
  member: Member | null;
  /** Where in the worker's ring it is. */
  place: RecordPlace;
  /** Whether its outcome is known. */
  settled: boolean;
  /** Ends it when it takes too long. */
  timer: ReturnType<typeof setTimeout> | undefined;
}
