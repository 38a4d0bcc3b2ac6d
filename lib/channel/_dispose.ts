import { type Handle, lending } from "../memory/handle.ts";
import { reviveShared, SHARE, type Shareable, type Shared } from "../memory/shareable.ts";

/** Gives up this thread's hold on a shared object that nobody has seen yet. */
export function dispose(object: object): void {
  const { [Symbol.dispose]: method } = object as Partial<Disposable>;
  try {
    method?.call(object);
  } catch {
    // It holds nothing any more.
  }
}

/** Describes an object for a copy of it, for which a reference is taken, or lent. */
export function describe(object: Shareable, lent: Handle[] | null): Shared {
  return lent === null ? object[SHARE]() : lending(lent, () => object[SHARE]());
}

/** Makes the object that was described, of a reference that was taken for it, or lent. */
export function revive(shared: Shared, lent: boolean): object | undefined {
  return lent ? lending([], () => reviveShared(shared)) : reviveShared(shared);
}

/** Gives up what was taken for a copy that will not be sent. */
export function giveBack(shared: Shared, lent: boolean): void {
  const object = revive(shared, lent);
  if (object !== undefined) dispose(object);
}
