/** The signals by which a person or a system asks a program to end. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Calls `handler` at each such signal, with how many there have been, in place
 * of the sudden end, until the result is disposed.
 */
export function onInterrupt(handler: (signal: Deno.Signal, count: number) => void): Disposable {
  let count = 0;
  const listeners = SIGNALS.map((signal) => {
    const listener = (): void => handler(signal, ++count);
    Deno.addSignalListener(signal, listener);
    return { signal, listener };
  });
  return {
    [Symbol.dispose](): void {
      for (const { signal, listener } of listeners) Deno.removeSignalListener(signal, listener);
    },
  };
}
