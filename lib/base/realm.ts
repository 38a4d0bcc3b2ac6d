/**
 * What one thread has once, however many copies of this library its modules
 * load: a worker's bootstrap is a bundle of the library, and a user's module
 * that imports the library there loads a second copy.
 */

const KEY: unique symbol = Symbol.for("@lanes/lanes 0.1") as never;

interface RealmGlobal {
  [KEY]?: Map<string, unknown>;
}

/**
 * The value of `key` in this thread, made by `create` at the first call of
 * whichever copy of the library comes first.
 */
export function perRealm<T>(key: string, create: () => T): T {
  const holder = globalThis as RealmGlobal;
  let values = holder[KEY];
  if (values === undefined) {
    values = new Map();
    Object.defineProperty(globalThis, KEY, { value: values });
  }
  if (!values.has(key)) values.set(key, create());
  return values.get(key) as T;
}
