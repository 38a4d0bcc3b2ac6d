import { perRealm } from "../base/realm.ts";
import type { Handle } from "../memory/handle.ts";

/**
 * What a thread knows of a shared object besides its words, one object for
 * all handles that the thread has for the same block. It goes with the last
 * of them.
 */

interface Entry {
  readonly generation: number;
  readonly local: WeakRef<object>;
}

interface Locals {
  readonly entries: Map<number, Entry>;
  readonly gone: FinalizationRegistry<number>;
}

function locals(): Locals {
  return perRealm("locals", () => {
    const entries = new Map<number, Entry>();
    const gone = new FinalizationRegistry<number>((offset) => {
      if (entries.get(offset)?.local.deref() === undefined) entries.delete(offset);
    });
    return { entries, gone };
  });
}

/** This thread's object for the block of `handle`, made by `create` for the first handle. */
export function localOf<T extends object>(handle: Handle, create: () => T): T {
  const { entries, gone } = locals();
  const { offset, generation } = handle;
  const entry = entries.get(offset);
  const known = entry?.generation === generation ? entry.local.deref() : undefined;
  if (known !== undefined) return known as T;
  const local = create();
  entries.set(offset, { generation, local: new WeakRef(local) });
  gone.register(local, offset);
  return local;
}
