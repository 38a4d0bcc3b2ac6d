import { reviveShared } from "../memory/shareable.ts";
import type { Share } from "./_address.ts";

/** Gives up this thread's hold on a shared object that nobody has seen yet. */
export function dispose(object: object): void {
  const { [Symbol.dispose]: method } = object as Partial<Disposable>;
  try {
    method?.call(object);
  } catch {
    // It holds nothing any more.
  }
}

/** Gives up what a description holds that will not be sent. */
export function giveBack({ shared }: Share): void {
  const object = reviveShared(shared);
  if (object !== undefined) dispose(object);
}
