import type { MessagePort } from "node:worker_threads";
import type { RingRecord } from "../channel/ring.ts";

/**
 * Everything that is said between a worker and its owner, in one place.
 *
 * Tasks and results are records in the two rings of a lane (shared memory);
 * messages remain for what only a message can carry: a worker's start, and
 * objects that the runtime must clone or transfer itself.
 */

/** Kinds of the records from an owner to its worker. `aux` is the function's number where one is called. */
export const Order = {
  /** Payload: a carrier. From now on `aux` means this function. */
  Define: 1,
  /** Payload: the arguments, an array. Answer: `Value` or `Failure`. */
  Call: 2,
  /** Payload: items, an array; the function is called with each, the first error ends it. Answer: an array, or `Failure` with the item's index. */
  Map: 3,
  /** Payload: an array of arrays of arguments; else as `Map`. */
  Star: 4,
  /** As `Map`, but an item's error is its outcome: the answer is an array of {@linkcode Outcome}. */
  Each: 5,
  /** Payload: a kernel's job; the worker takes slices until none is left. Answer: `Value`. */
  Job: 6,
  /** No payload: end once everything before is done. */
  Stop: 7,
  /** As `Call`, of a pool's initializer. */
  Initialize: 8,
  /** As `Each`, where an item is an array of arguments. */
  EachStar: 9,
} as const;
/** One of the values of {@linkcode Order}. */
export type Order = typeof Order[keyof typeof Order];

/** Kinds of the records from a worker to its owner. */
export const Answer = {
  /** Payload: the value that the task returned. `aux`: microseconds it took. */
  Value: 1,
  /** Payload: the error that the task threw. `aux`: the index of the item that threw. */
  Failure: 2,
  /** The function that the task names is not the export that it was sent as: send it another way. */
  Unresolved: 3,
  /** Payload: the error that nobody caught and that ends the worker. */
  Uncaught: 4,
} as const;
/** One of the values of {@linkcode Answer}. */
export type Answer = typeof Answer[keyof typeof Answer];

/** Flag in `aux2` of a record: its payload refers to objects that come by message, under the record's id. */
export const WITH_SIDE = 1;

/** The key of what comes by message for the definition `id` of a function, to the worker `pid`. */
export function definitionKey(pid: number, id: number): string {
  return `${pid}/definition ${id}`;
}

/** What became of one item of an `Each`: the value, or the error's record. */
export type Outcome = readonly [ok: true, value: unknown] | readonly [ok: false, error: Uint8Array];

/** What a worker must know of itself before it runs anything. */
export interface ThreadSpec {
  /** The pid that its starter took for it. */
  readonly pid: number;
  /** The pid of its starter. */
  readonly parent: number;
  /** Its name. */
  readonly name: string;
  /** Its place in the tree of processes, as "1:2". */
  readonly path: string;
  /** The name of its starter. */
  readonly parentName: string;
  /** Whether it is a daemon. */
  readonly daemon: boolean;
  /** Whether it is a pool's worker rather than a process. */
  readonly pooled: boolean;
  /** Byte offset of its lane. */
  readonly lane: number;
  /** Byte offset of its owner's bell. */
  readonly bell: number;
  /** The most bytes that its heap may take; absent: the runtime's own limit. */
  readonly maxHeapSize?: number;
}

/** What a thread is started with, as `workerData`. */
export interface Boot {
  /** The program's shared memory. */
  readonly memory: WebAssembly.Memory;
  /** What the worker is. */
  readonly spec: ThreadSpec;
  /** URL of the program's main module. */
  readonly mainModule: string;
  /** Where it leaves and gets the objects beside items. */
  readonly port: MessagePort;
}

/** What a child process is started with, as its first message. */
export interface ChildBoot {
  /** What the child is. */
  readonly spec: ThreadSpec;
  /** URL of the program's main module. */
  readonly mainModule: string;
  /** What it runs. */
  readonly code: string;
}

/** What a child process says; orders to it are records as they are. */
export type ChildMessage =
  /** It takes orders. */
  | { readonly type: "ready"; readonly osPid: number }
  | { readonly type: "answer"; readonly record: RingRecord }
  /** It is about to end by itself. */
  | { readonly type: "exit"; readonly exitCode: number };

/** A request that a worker leaves in shared memory for the main thread, which alone starts and ends threads. */
export type ServiceRequest =
  | { readonly type: "start"; readonly spec: ThreadSpec }
  | { readonly type: "kill"; readonly pid: number; readonly exitCode: number }
  /** The worker is about to end by itself. */
  | { readonly type: "end"; readonly pid: number; readonly exitCode: number; readonly bell: number }
  /** The worker wants the objects of a ticket, and listens to its bell. */
  | { readonly type: "ticket"; readonly ticket: number; readonly pid: number; readonly bell: number }
  /** Much lies in the worker's port. */
  | { readonly type: "collect"; readonly pid: number };

/** What lies in the port between the main thread and a worker: objects beside the items of queues and pipes. */
export interface TicketMessage {
  /** What the item holds. */
  readonly ticket: number;
  /** The objects; `null` to the main thread: nobody will ask for them; `null` from it: there are none. */
  readonly objects: readonly unknown[] | null;
}

/** Objects that only a message can carry, on their way from one thread to another; the main thread passes them on. */
export interface SideMessage {
  /** Marks the library's own messages among the user's. */
  readonly lanes: "side";
  /** The pid that they are for. */
  readonly to: number;
  /** Which record they belong to: the worker's pid and the record's id. */
  readonly key: string;
  /** The objects. */
  readonly objects: readonly unknown[];
  /** Those of them that are to be transferred. */
  readonly transfer: readonly unknown[];
}

/** The compiled kernels, on their way to a worker or to the main thread. */
export interface KernelMessage {
  /** Marks the library's own messages among the user's. */
  readonly lanes: "kernels";
  /** The pid that they are for. */
  readonly to: number;
  /** The compiled module. */
  readonly module: WebAssembly.Module;
}

/** Every message between threads. */
export type LanesMessage = SideMessage | KernelMessage;

/** Exit code of a worker that was terminated: minus SIGTERM. */
export const TERMINATED = -15;
/** Exit code of a worker that was killed: minus SIGKILL. */
export const KILLED = -9;
/** Exit code of a worker that ran out of heap: what a shell reports of SIGKILL. */
export const OUT_OF_MEMORY = 137;
