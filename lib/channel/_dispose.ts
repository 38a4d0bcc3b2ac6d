/** Gives up this thread's hold on a shared object that nobody has seen yet. */
export function dispose(object: object): void {
  const { [Symbol.dispose]: method } = object as Partial<Disposable>;
  try {
    method?.call(object);
  } catch {
    // It holds nothing any more.
  }
}
