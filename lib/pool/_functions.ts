import { type Carrier, carry } from "../task/task.ts";
import type { Callable, KnownFunction } from "./task.ts";

/** The functions that a pool was given, each with the number that orders name it by. */
export class Functions {
  readonly #known = new WeakMap<Callable, KnownFunction>();
  #last = 0;

  /** `fn` as orders name it; `what` it is called in error messages. */
  know(fn: Callable, what: string): KnownFunction {
    let known = this.#known.get(fn);
    if (known === undefined) {
      known = { number: ++this.#last, fn, what, unresolved: false, stable: null };
      this.#known.set(fn, known);
    }
    return known;
  }
}

/** How a function travels, this time; a promise where captured variables have to be looked up. */
export function carrierOf(known: KnownFunction | null): Carrier | null | Promise<Carrier> {
  if (known === null) return null;
  if (known.stable !== null) return known.stable;
  const carrier = carry(known.fn, { what: known.what, unresolved: known.unresolved });
  if (!(carrier instanceof Promise) && carrier.kind !== "closure") known.stable = carrier;
  return carrier;
}

/** A worker did not find the function where it was said to be: from now on it travels in another way. */
export function refuse(known: KnownFunction): void {
  known.unresolved = true;
  known.stable = null;
}
