/** The part of the Web Locks API that is used here: Deno has it, its types do not. */
interface Locks {
  request<T>(name: string, callback: () => T | PromiseLike<T>): Promise<T>;
}

/** The Web Locks of the program: all of its threads share them. */
export function locks(): Locks {
  return (navigator as unknown as { readonly locks: Locks }).locks;
}
