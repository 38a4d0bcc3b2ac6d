import { Worker } from "node:worker_threads";
import { carry, type CarryOptions, disconnectInspector, isUnresolved } from "../../lib/task/task.ts";

/** A worker that revives functions and calls them: the task layer without processes and pools. */

const TASK = new URL("../../lib/task/task.ts", import.meta.url).href;

const PROGRAM = `
import { parentPort } from "node:worker_threads";
import { carry, revive } from ${JSON.stringify(TASK)};
globalThis.onmessage = async ({ data: { id, carrier, args } }) => {
  try {
    const fn = await revive(carrier);
    postMessage({ id, value: await fn(...args) });
  } catch (error) {
    const { name, message, code, stack } = error;
    postMessage({ id, error: { name, message, code, stack } });
  }
};
`;

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { name: string; message: string; code?: string; stack?: string };
}

/** An error that a worker reported. */
export class RemoteError extends Error {
  readonly code: string | undefined;
  constructor(report: NonNullable<Answer["error"]>) {
    super(report.message);
    this.name = report.name;
    this.code = report.code;
  }
}

/** One worker; `using` ends it. */
export class Thread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #last = 0;

  constructor() {
    disconnectInspector();
    const url = new URL(`data:application/javascript,${encodeURIComponent(PROGRAM)}`);
    this.#worker = new Worker(url);
    this.#worker.on("message", (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id);
      if (answer.error) waiting?.reject(new RemoteError(answer.error));
      else waiting?.resolve(answer.value);
    });
  }

  /** Sends a carrier and calls what it is. */
  send(carrier: unknown, args: readonly unknown[]): Promise<unknown> {
    const id = ++this.#last;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#worker.postMessage({ id, carrier, args });
    return waiting.promise;
  }

  /** Runs a function there, by whatever route it takes. */
  // deno-lint-ignore ban-types -- any callable is meant
  async run(fn: Function, args: readonly unknown[] = [], options: Partial<CarryOptions> = {}): Promise<unknown> {
    const settings: CarryOptions = { what: "func", ...options };
    const carrier = await carry(fn, settings);
    try {
      return await this.send(carrier, args);
    } catch (error) {
      if (!isUnresolved(error)) throw error;
      return await this.send(await carry(fn, { ...settings, refused: carrier }), args);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
