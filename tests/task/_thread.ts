import { Worker } from "node:worker_threads";
import { decode, decodeError, encode, type Packet } from "../../lib/channel/codec.ts";
import {
  type Carrier,
  carry,
  type CarryOptions,
  disconnectInspector,
  isUnresolved,
  missingClasses,
} from "../../lib/task/task.ts";

/** A worker that revives functions and calls them: the task layer without processes and pools. */

const TASK = new URL("../../lib/task/task.ts", import.meta.url).href;

const CODEC = new URL("../../lib/channel/codec.ts", import.meta.url).href;

const PROGRAM = `
import { prepareThrown, revive } from ${JSON.stringify(TASK)};
import { decode, encode, encodeError } from ${JSON.stringify(CODEC)};
globalThis.onmessage = async ({ data: { id, carrier, args } }) => {
  try {
    const fn = await revive(decode(carrier));
    postMessage({ id, value: encode(await fn(...args)) });
  } catch (error) {
    await prepareThrown(error);
    postMessage({ id, error: encodeError(error) });
  }
};
`;

interface Answer {
  readonly id: number;
  readonly value?: Packet;
  readonly error?: Packet;
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
    this.#worker.on("message", (answer: Answer) => void this.#settle(answer));
  }

  async #settle({ id, value, error }: Answer): Promise<void> {
    const waiting = this.#waiting.get(id);
    if (error === undefined) return waiting?.resolve(decode(value!));
    const thrown = decodeError(error);
    const pending = missingClasses();
    if (pending === undefined) return waiting?.reject(thrown);
    await pending;
    waiting?.reject(decodeError(error));
  }

  /** Sends a carrier and calls what it is. */
  send(carrier: Carrier, args: readonly unknown[]): Promise<unknown> {
    const id = ++this.#last;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#worker.postMessage({ id, carrier: encode(carrier), args });
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
      return await this.send(await carry(fn, { ...settings, unresolved: true }), args);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
