import { encode } from "../channel/codec.ts";
import type { Carrier } from "../task/task.ts";
import { Order } from "../worker/protocol.ts";
import { carrierOf } from "./functions.ts";
import type { Member } from "./_member.ts";
import type { Settings } from "./options.ts";
import { type KnownFunction, Task } from "./task.ts";

/** The id of the task that calls an initializer. */
export const INITIALIZER = -1;

/** What an {@linkcode Initializer} tells. */
export interface InitializerEvents {
  /** A worker has been given its first call. */
  onBegun(): void;
  /** The initializer threw, or cannot travel. */
  onFailed(error: unknown): void;
}

/** Calls a pool's initializer in each worker before anything else. */
export class Initializer {
  readonly #known: KnownFunction | null;
  readonly #settings: Settings;
  readonly #events: InitializerEvents;

  /** `known` is the function, or `null` for a pool without one. */
  constructor(known: KnownFunction | null, settings: Settings, events: InitializerEvents) {
    this.#known = known;
    this.#settings = settings;
    this.#events = events;
  }

  /** Whether there is anything to call. */
  get exists(): boolean {
    return this.#known !== null;
  }

  /** Has a new worker call it; until it has succeeded the worker gets no task. */
  begin(member: Member): void {
    if (this.#known === null) {
      member.initialized = true;
      return;
    }
    this.again(member, this.#task(member));
  }

  /** The same once more, after the worker did not find the function. */
  again(member: Member, task: Task): void {
    const { onFailed } = this.#events;
    try {
      const carrier = carrierOf(this.#known);
      if (carrier instanceof Promise) void carrier.then((carrier) => this.#give(member, task, carrier), onFailed);
      else this.#give(member, task, carrier);
    } catch (error) {
      onFailed(error);
    }
  }

  #give(member: Member, task: Task, carrier: Carrier | null): void {
    task.carrier = carrier;
    // Not one of the tasks that a worker is replaced after.
    if (member.give(task)) member.given--;
    this.#events.onBegun();
  }

  #task(member: Member): Task {
    const parts = {
      order: Order.Initialize,
      fn: this.#known,
      payload: encode(this.#settings.initargs, { where: "initargs", shared: member.sharesMemory }),
      index: 0,
      events: {
        value: (): void => {
          member.initialized = true;
        },
        error: (error: unknown): void => this.#events.onFailed(error),
      },
    };
    return new Task(INITIALIZER, parts);
  }
}
