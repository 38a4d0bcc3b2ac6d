import { type Carrier, carry } from "../task/task.ts";
import type { Callable, KnownFunction } from "./task.ts";

/** The functions that a pool was given, each with the number that orders name it by. */
export class Functions {
  readonly #known = new WeakMap<Callable, KnownFunction>();
  readonly #shared: boolean;
  #last = 0;

  /** `shared`: whether shared objects can travel to the workers. */
  constructor(shared: boolean) {
    this.#shared = shared;
  }

  /** `fn` as orders name it; `what` it is called in error messages. */
  know(fn: Callable, what: string): KnownFunction {
    let known = this.#known.get(fn);
    if (known === undefined) {
      known = {
        number: ++this.#last,
        fn,
        what,
        shared: this.#shared,
        unresolved: false,
        stable: null,
        once: false,
        pending: null,
      };
      this.#known.set(fn, known);
    }
    return known;
  }
}

/** `known` for one job of many tasks: what it captures is read when the first is sent, and is the same for all. */
export function forJob(known: KnownFunction): KnownFunction {
  return known.stable === null ? { ...known, once: true } : known;
}

/** How a function travels, this time; a promise where captured variables have to be looked up. */
export function carrierOf(known: KnownFunction | null): Carrier | null | Promise<Carrier> {
  if (known === null) return null;
  if (known.stable !== null) return known.stable;
  if (known.pending !== null) return known.pending;
  const { fn, what, shared, unresolved } = known;
  const carrier = carry(fn, { what, shared, unresolved });
  if (!(carrier instanceof Promise)) {
    if (carrier.kind !== "closure") known.stable = carrier;
    return carrier;
  }
  return known.once ? known.pending = keep(known, carrier) : carrier;
}

async function keep(known: KnownFunction, pending: Promise<Carrier>): Promise<Carrier> {
  try {
    return known.stable = await pending;
  } finally {
    known.pending = null;
  }
}

/** A worker did not find the function where it was said to be: from now on it travels in another way. */
export function refuse(known: KnownFunction): void {
  known.unresolved = true;
  known.stable = null;
}
