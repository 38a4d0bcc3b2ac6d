/** The signals by which a person or a system asks a program to end, and the exit codes that shells know them by. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const SIGNALS: readonly Interruption[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];

/** One of these signals. */
export type Interruption = keyof typeof EXIT_CODES;

/** The exit code of a program that ends because of `signal`. */
export function exitCodeOf(signal: Interruption): number {
  return EXIT_CODES[signal];
}

/**
 * Calls `handler` at each such signal, with how many there have been, in place
 * of the sudden end, until the result is disposed.
 */
export function onInterrupt(handler: (signal: Interruption, count: number) => void): Disposable {
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
