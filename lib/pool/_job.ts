import type { JobControl, Settle } from "./result.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Task, TaskParts } from "./task.ts";

/** What every job is made with. */
export interface JobOptions<R> {
  /** Aborted: the job rejects with its reason and what runs of it is stopped. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the result before anyone else sees it; when it throws, the job fails with what it threw. */
  readonly callback?: ((result: R) => void) | undefined;
  /** Called with the error likewise. */
  readonly errorCallback?: ((error: unknown) => void) | undefined;
}

/** Tasks that make one result together. */
export class Job<R> implements JobControl {
  readonly #dispatcher: Dispatcher;
  readonly #tasks = new Set<Task>();
  readonly #settle: Settle<R>;
  readonly #options: JobOptions<R>;
  readonly #onAbort = (): void => this.cancel(this.#options.signal!.reason);
  #over = false;

  /** A job of `dispatcher` that tells `settle` how it ended. */
  constructor(dispatcher: Dispatcher, settle: Settle<R>, options: JobOptions<R>) {
    this.#dispatcher = dispatcher;
    this.#settle = settle;
    this.#options = options;
    options.signal?.addEventListener("abort", this.#onAbort);
  }

  /** Whether its outcome is known. */
  get over(): boolean {
    return this.#over;
  }

  /** Submits one task of the job. */
  submit(parts: TaskParts): void {
    const { events } = parts;
    // What cannot be sent fails before submit() has returned.
    let task: Task | null = null;
    task = this.#dispatcher.submit({
      ...parts,
      events: {
        value: (value) => {
          if (task !== null) this.#tasks.delete(task);
          events.value(value);
        },
        error: (error, index) => {
          if (task !== null) this.#tasks.delete(task);
          events.error(error, index);
        },
      },
    });
    if (!task.settled) this.#tasks.add(task);
  }

  /** The job succeeded. */
  succeed(value: R): void {
    if (this.#over) return;
    this.#end();
    try {
      this.#options.callback?.(value);
      this.#settle.resolve(value);
    } catch (error) {
      this.#settle.reject(error);
    }
  }

  /** The job failed; what else runs of it goes on, and counts for nothing. */
  fail(error: unknown): void {
    if (this.#over) return;
    this.#end();
    try {
      this.#options.errorCallback?.(error);
      this.#settle.reject(error);
    } catch (thrown) {
      this.#settle.reject(withCause(thrown, error));
    }
  }

  /** The job fails, and nothing of it goes on. */
  cancel(error: unknown): void {
    this.fail(error);
    for (const task of [...this.#tasks]) this.#dispatcher.cancel(task, error);
  }

  deferred(): boolean {
    for (const task of this.#tasks) {
      if (task.carrier === null && task.fn !== null) return true;
    }
    return false;
  }

  #end(): void {
    this.#over = true;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
  }
}

/** The error of a callback, with the one that it was told of as its cause. */
function withCause(thrown: unknown, cause: unknown): unknown {
  if (thrown instanceof Error && thrown.cause === undefined && thrown !== cause && Object.isExtensible(thrown)) {
    Object.defineProperty(thrown, "cause", { value: cause, writable: true, configurable: true });
  }
  return thrown;
}
