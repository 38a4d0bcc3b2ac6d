import { discard, encode, encodeError, type EncodeOptions } from "../channel/codec.ts";
import { prepareThrown } from "../task/task.ts";
import type { Outcome } from "./protocol.ts";

/** Calling a function with each of many items, one after the other. */

/** A task that failed: what it threw and at which item. */
export class Thrown {
  readonly error: unknown;
  readonly index: number;

  constructor(error: unknown, index: number) {
    this.error = error;
    this.index = index;
  }
}

/** What a task threw, whatever that is: even to ask for the class of some values throws. */
export function asThrown(error: unknown): Thrown {
  try {
    if (error instanceof Thrown) return error;
  } catch {
    // A revoked proxy, say.
  }
  return new Thrown(error, 0);
}

/** Whether `value` is something to await. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === "object" || typeof value === "function") && value !== null &&
    typeof (value as Partial<PromiseLike<unknown>>).then === "function";
}

/** Calls `fn` with each item; a promise only where an item's result is one. The first error ends it, as `Thrown`. */
export function mapItems(items: unknown[], fn: (item: unknown) => unknown): unknown[] | Promise<unknown[]> {
  const results = new Array<unknown>(items.length);
  for (let i = 0; i < items.length; i++) {
    let value: unknown;
    let pending: boolean;
    try {
      value = fn(items[i]);
      pending = isThenable(value);
    } catch (error) {
      throw new Thrown(error, i);
    }
    if (pending) return mapRest(items, fn, { results, i, value });
    results[i] = value;
  }
  return results;
}

async function mapRest(
  items: unknown[],
  fn: (item: unknown) => unknown,
  from: { results: unknown[]; i: number; value: unknown },
): Promise<unknown[]> {
  const { results } = from;
  let { i, value } = from;
  for (;;) {
    try {
      results[i] = await value;
      if (++i === items.length) return results;
      value = fn(items[i]);
    } catch (error) {
      throw new Thrown(error, i);
    }
  }
}

/** As {@linkcode mapItems}, but an item's error is its outcome, also where its value cannot be encoded in that way. */
export function eachItem(
  items: unknown[],
  fn: (item: unknown) => unknown,
  encoding: EncodeOptions,
): Promise<Outcome[]> | Outcome[] {
  const outcome = (item: unknown): Outcome | Promise<Outcome> => {
    try {
      const value = fn(item);
      return isThenable(value) ? settled(value, encoding) : checked(value, encoding);
    } catch (error) {
      return failed(error, encoding);
    }
  };
  return mapItems(items, outcome) as Promise<Outcome[]> | Outcome[];
}

async function settled(value: PromiseLike<unknown>, encoding: EncodeOptions): Promise<Outcome> {
  try {
    return checked(await value, encoding);
  } catch (error) {
    return await failed(error, encoding);
  }
}

/** An error as an outcome; a promise where its class has to be looked up. */
function failed(error: unknown, encoding: EncodeOptions): Outcome | Promise<Outcome> {
  const prepared = prepareThrown(error);
  if (prepared === undefined) return [false, encodeError(error, encoding).bytes];
  return prepared.then(() => [false, encodeError(error, encoding).bytes]);
}

/** A value as an outcome: one that cannot travel is that item's error, not the whole chunk's. */
function checked(value: unknown, encoding: EncodeOptions): Outcome {
  if (typeof value === "object" || typeof value === "function" || typeof value === "symbol") {
    try {
      discard(encode(value, encoding));
    } catch (error) {
      return [false, encodeError(error, encoding).bytes];
    }
  }
  return [true, value];
}
