import { reviveShared, type Shared } from "../memory/shareable.ts";

/** Gives up this thread's hold on a shared object that nobody has seen yet. */
export function dispose(object: object): void {
  const { [Symbol.dispose]: method } = object as Partial<Disposable>;
  try {
    method?.call(object);
  } catch {
    // It holds nothing any more.
  }
}

/** Gives up what was taken for a copy that will not be sent. */
export function giveBack(shared: Shared): void {
  const object = reviveShared(shared);
  if (object !== undefined) dispose(object);
}
