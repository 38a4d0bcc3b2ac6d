/**
 * Every error class of the library: one class a condition, all extending
 * {@linkcode LanesError}. A wrong argument is never one of these but the
 * built-in `TypeError` or `RangeError`.
 */

/** What all errors of the library extend: catch this to catch any of them. */
export class LanesError extends Error {
  /** The name of the class. */
  override name = "LanesError";
}

/** Something did not happen within its timeout. */
export class TimeoutError extends LanesError {
  /** The name of the class. */
  override name = "TimeoutError";
}

/** A call that the object's state does not allow: a second start, a join before the start, a release of an unlocked lock. */
export class InvalidStateError extends LanesError {
  /** The name of the class. */
  override name = "InvalidStateError";
}

/** The object was closed, or shut down, before the call. */
export class ClosedError extends LanesError {
  /** The name of the class. */
  override name = "ClosedError";
}

/** A function or value that cannot travel to another thread or process; `cause` holds the runtime's error where there is one. */
export class TransportError extends LanesError {
  /** The name of the class. */
  override name = "TransportError";
}

/** A process or pool was created while a worker was importing a module: the main module lacks its `import.meta.main` guard. */
export class BootstrapError extends LanesError {
  /** The name of the class. */
  override name = "BootstrapError";
}

/** What is known of a worker's death. */
export interface WorkerDeath {
  /** The exit code: 0, 1 after an uncaught error, n after `Deno.exit(n)`, -signal. */
  readonly exitCode?: number | null;
  /** The index, within its job, of the task that the worker was running. */
  readonly taskIndex?: number | null;
  /** The pid of the worker, unique in the program. */
  readonly pid?: number | null;
  /** What ended the worker, where that is known. */
  readonly cause?: unknown;
}

/** The worker that ran the task ended before the task did. */
export class WorkerDiedError extends LanesError {
  /** The name of the class. */
  override name = "WorkerDiedError";
  /** The worker's exit code; `null` where unknown. */
  readonly exitCode: number | null;
  /** The index, within its job, of the task that the worker was running; `null` for a process. */
  readonly taskIndex: number | null;
  /** The worker's pid; `null` where unknown. */
  readonly pid: number | null;

  /** An error with what is known of the death. */
  constructor(message: string, death: WorkerDeath = {}) {
    super(message, "cause" in death ? { cause: death.cause } : {});
    this.exitCode = death.exitCode ?? null;
    this.taskIndex = death.taskIndex ?? null;
    this.pid = death.pid ?? null;
  }
}

/** The pool, or executor, was closed before this work was submitted. */
export class PoolClosedError extends LanesError {
  /** The name of the class. */
  override name = "PoolClosedError";
}

/** The pool was terminated before this work was done. */
export class PoolTerminatedError extends LanesError {
  /** The name of the class. */
  override name = "PoolTerminatedError";
}

/** The pool cannot run anything any more: its initializer threw; `cause` is that error. */
export class BrokenPoolError extends LanesError {
  /** The name of the class. */
  override name = "BrokenPoolError";
}

/** The barrier was aborted, reset, timed out or lost a party while someone waited. */
export class BrokenBarrierError extends LanesError {
  /** The name of the class. */
  override name = "BrokenBarrierError";
}

/** No item was there within the timeout. */
export class QueueEmpty extends LanesError {
  /** The name of the class. */
  override name = "QueueEmpty";
}

/** No place was free within the timeout. */
export class QueueFull extends LanesError {
  /** The name of the class. */
  override name = "QueueFull";
}

/** The queue was shut down. */
export class QueueShutDown extends LanesError {
  /** The name of the class. */
  override name = "QueueShutDown";
}

/** The other end of the pipe is closed and nothing is left to receive. */
export class EOFError extends LanesError {
  /** The name of the class. */
  override name = "EOFError";
}

/** The message is longer than the buffer or the given maximum. */
export class BufferTooShort extends LanesError {
  /** The name of the class. */
  override name = "BufferTooShort";
}

/** The work was cancelled; `cause` is the reason given. */
export class CancelledError extends LanesError {
  /** The name of the class. */
  override name = "CancelledError";
}

/** Every class of this file by its name: how an error that travelled finds its class again. */
export const ERROR_CLASSES: ReadonlyMap<string, new (message: string) => LanesError> = new Map<
  string,
  new (message: string) => LanesError
>(
  [
    LanesError,
    TimeoutError,
    InvalidStateError,
    ClosedError,
    TransportError,
    BootstrapError,
    WorkerDiedError,
    PoolClosedError,
    PoolTerminatedError,
    BrokenPoolError,
    BrokenBarrierError,
    QueueEmpty,
    QueueFull,
    QueueShutDown,
    EOFError,
    BufferTooShort,
    CancelledError,
  ].map((cls) => [cls.name, cls]),
);
