import type { WaitOptions } from "../base/options.ts";
import { checkTimeout } from "../base/check.ts";

/** How a wait for a {@linkcode Latch} ended. */
export type Waited = "done" | "timeout";

/** Something that happens once, and whoever waits for it. */
export class Latch {
  #waiting: Set<() => void> | null = null;
  #done = false;

  /** Whether it has happened. */
  get done(): boolean {
    return this.#done;
  }

  /** Makes it happen. */
  open(): void {
    if (this.#done) return;
    this.#done = true;
    for (const wake of this.#waiting ?? []) wake();
    this.#waiting = null;
  }

  /** Waits for it, at most for the options' timeout; rejects with the signal's reason. */
  wait(options: WaitOptions = {}): Promise<Waited> {
    const timeout = checkTimeout(options.timeout);
    const { signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#done) return Promise.resolve("done");
    if (timeout === 0) return Promise.resolve("timeout");
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        this.#waiting?.delete(onDone);
        settle();
      };
      const onDone = (): void => end(() => resolve("done"));
      const onAbort = (): void => end(() => reject(signal!.reason));
      (this.#waiting ??= new Set()).add(onDone);
      signal?.addEventListener("abort", onAbort);
      if (timeout !== Infinity) timer = setLongTimeout(() => end(() => resolve("timeout")), timeout);
    });
  }
}

/** The longest timeout that the runtime's timers take, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/** `setTimeout` for any length: one too long for the runtime's timers counts as its longest, 24 days. */
export function setLongTimeout(callback: () => void, ms: number): ReturnType<typeof setTimeout> {
  return setTimeout(callback, Math.min(ms, LONGEST_MS));
}
