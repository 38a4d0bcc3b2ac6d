import { perRealm } from "../base/realm.ts";

/**
 * How an object that lives in shared memory travels: it says which kind it is
 * and where its words are, and the class of that kind makes a live object from
 * that again on the other side.
 */

/** Method of every object that can be shared: how it is described to another thread. */
export const SHARE: unique symbol = Symbol.for("lanes.share") as never;

/**
 * What is sent of a shared object: `data` holds numbers, strings, arrays of these, plain objects and other shared objects.
 *
 * @internal
 */
export interface Shared {
  /** Name of the class, as registered. */
  readonly kind: string;
  /** What the class needs to make the object again. */
  readonly data: unknown;
}

/**
 * An object of a class that can be shared.
 *
 * @internal
 */
export interface Shareable {
  /** Describes the object to another thread; called once for each copy that is sent. */
  [SHARE](): Shared;
}

/** Makes a live object again from what {@linkcode SHARE} gave. */
export type Revive = (data: never) => object;

function kinds(): Map<string, Revive> {
  return perRealm("shareables", () => new Map<string, Revive>());
}

/** Makes `kind` known to this thread. The last registration wins, so that an object arrives as the class that the user's own imports know. */
export function registerShareable<T>(kind: string, revive: (data: T) => object): void {
  kinds().set(kind, revive as Revive);
}

/** Whether `value` can be shared. */
export function isShareable(value: unknown): value is Shareable {
  return typeof value === "object" && value !== null && SHARE in value;
}

function unknown(): { load: (() => void) | null } {
  return perRealm("unknown shareables", () => ({ load: null as (() => void) | null }));
}

/** Says how this thread gets to know the kinds of the library, when the first that it does not know arrives. */
export function onUnknownKind(load: () => void): void {
  unknown().load = load;
}

/** The live object for what another thread sent; `undefined` when this thread does not know the kind. */
export function reviveShared(shared: Shared): object | undefined {
  if (!kinds().has(shared.kind)) {
    const { load } = unknown();
    unknown().load = null;
    load?.();
  }
  return kinds().get(shared.kind)?.(shared.data as never);
}
