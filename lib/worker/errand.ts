import type { WaitState } from "../base/waitable.ts";
import { address, decode, decodeError, discard, encode, type Packet } from "../channel/codec.ts";
import { bytesOf, type RingRecord, valueOf } from "../channel/ring.ts";
import { endWord } from "../memory/process_table.ts";
import { type Carrier, carry, missingClasses } from "../task/task.ts";
import { hire, type HireOptions, type Hold, sendDefinition } from "./hire.ts";
import type { RecordPlace } from "./lane.ts";
import { Answer, Order, WITH_SIDE } from "./protocol.ts";
import { sendSide, takeSide } from "./side.ts";

// deno-lint-ignore ban-types -- any callable is meant
type Callable = Function;

/** What is to be run. */
export interface ErrandWork {
  /** The function. */
  readonly fn: Callable;
  /** Its arguments. */
  readonly args: unknown[];
}

/** Where it is to be run, and who hears of it. */
export interface ErrandOptions extends Omit<HireOptions, "pooled"> {
  /** Called with what it returned. */
  readonly onValue: (value: unknown) => void;
  /** Called with what it threw, or why it could not be sent. */
  readonly onError: (error: unknown) => void;
  /** Called once, when the worker has ended. */
  readonly onEnd: (exitCode: number) => void;
}

/** The number of an errand's one function, and of its one call. */
const ONLY = 1;

/** One call of one function in a worker of its own, which ends after it. */
export class Errand {
  readonly #options: ErrandOptions;
  readonly #hold: Hold;
  /** The encoded arguments, until they are sent. */
  #packet: Packet | null;
  #fn: Callable | null;
  /** What of the result comes by message, which may be later than the news of the worker's end. */
  #coming: Promise<void> | null = null;
  #place: RecordPlace | null = null;
  #definitions = 0;
  #sent = false;
  #ended = false;
  #uncaught: unknown;

  /** Starts the worker and, as soon as the function can travel, the call. */
  constructor(work: ErrandWork, options: ErrandOptions) {
    this.#options = options;
    this.#fn = work.fn;
    this.#packet = encode(work.args, { where: "args", shared: options.isolation === "worker" });
    const carrier = carry(work.fn, { what: "target", shared: options.isolation === "worker" });
    this.#hold = hire({ ...options, pooled: false }, {
      onRecord: (record) => this.#onRecord(record),
      onEnd: (exitCode) => this.#onEnd(exitCode),
    });
    address(this.#packet, this.pid);
    if (carrier instanceof Promise) void this.#sendLater(carrier);
    else this.#send(carrier);
  }

  /** The worker's pid. */
  get pid(): number {
    return this.#hold.pid;
  }

  /** Whether the call is on its way. */
  get sent(): boolean {
    return this.#sent;
  }

  /** The error that nobody caught and that ended the worker. */
  get uncaught(): unknown {
    return this.#uncaught;
  }

  /** Looks at what has come. */
  poll(): void {
    this.#hold.link.poll();
  }

  /** Ends the worker with `exitCode`; from now on nothing that it says counts. */
  end(exitCode: number): void {
    this.#coming = null;
    this.#onEnd(exitCode);
    this.#hold.kill(exitCode);
  }

  /** What `wait` needs to know of this worker's end. */
  waitState(ended: () => boolean): WaitState {
    const { words, index } = endWord(this.pid);
    return {
      ready: () => {
        this.poll();
        return ended();
      },
      words,
      index,
    };
  }

  /** The worker did not find the function where it was said to be: it has to travel in another way. */
  // deno-lint-ignore require-await -- what carry() throws at once is to be a rejection too
  async #carryAgain(): Promise<Carrier> {
    return carry(this.#fn!, { what: "target", shared: this.#hold.sharesMemory, unresolved: true });
  }

  async #sendLater(pending: Promise<Carrier>): Promise<void> {
    try {
      const carrier = await pending;
      if (!this.#ended) this.#send(carrier);
    } catch (error) {
      if (this.#ended) return;
      this.#options.onError(error);
      // deno-lint-ignore no-console -- what the user is to see, as of any error of the process
      console.error(`Process ${this.#options.name}:\n${(error as Error).stack ?? error}`);
      this.end(1);
    }
  }

  #send(carrier: Carrier): void {
    const { link } = this.#hold;
    const shared = this.#hold.sharesMemory;
    sendDefinition(this.#hold, ONLY, {
      packet: encode(carrier, { where: "the target", shared }),
      id: ++this.#definitions,
    });
    const { bytes: args, side } = this.#packet!;
    if (side.length > 0) sendSide(this.pid, `${this.pid}/${ONLY}`, { objects: side, transfer: [] });
    const aux2 = side.length > 0 ? WITH_SIDE : 0;
    this.#place = link.send(Order.Call, ONLY, { aux: ONLY, aux2, bytes: args, length: args.length });
    this.#sent = true;
  }

  #onRecord(record: RingRecord): void {
    if (this.#ended) return;
    switch (record.kind as Answer) {
      case Answer.Value:
        this.#onValue(record);
        break;
      case Answer.Failure:
        this.#onFailure(bytesOf(record));
        break;
      case Answer.Unresolved:
        void this.#sendLater(this.#carryAgain());
        break;
      case Answer.Uncaught:
        this.#uncaught = decodeError({ bytes: bytesOf(record) });
        this.#options.onError(this.#uncaught);
        break;
      default:
        record.kind satisfies number;
    }
  }

  #onFailure(bytes: Uint8Array): void {
    const error = decodeError({ bytes });
    const missing = missingClasses();
    if (missing === undefined) return this.#settle(() => this.#options.onError(error));
    // The error's class is in a module that this thread has not imported for a task yet.
    this.#coming = missing.then(() => this.#settle(() => this.#options.onError(decodeError({ bytes }))));
  }

  #onValue(record: RingRecord): void {
    if ((record.aux2 & WITH_SIDE) === 0) {
      const value = valueOf(record);
      this.#settle(() => this.#options.onValue(value));
      return;
    }
    const bytes = bytesOf(record);
    this.#coming = takeSide(`${this.pid}/${record.id}`).then((side) => {
      this.#settle(() => this.#options.onValue(decode({ bytes, side })));
    });
  }

  /** Passes the outcome on; the worker ends by itself. */
  #settle(report: () => void): void {
    this.#fn = null;
    report();
  }

  /** Gives back what the arguments hold, if the worker ended before it took them in. */
  #giveBack(): void {
    const taken = this.#place !== null && !this.#hold.link.revoke(this.#place);
    if (!taken && this.#packet !== null) discard(this.#packet);
    this.#packet = null;
  }

  #onEnd(exitCode: number): void {
    if (this.#ended) return;
    if (this.#coming !== null) {
      void this.#coming.finally(() => this.#onEnd(exitCode));
      this.#coming = null;
      return;
    }
    this.#ended = true;
    this.#giveBack();
    this.#options.onEnd(exitCode);
  }
}
