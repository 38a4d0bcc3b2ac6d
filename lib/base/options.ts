/** How long to wait, and what ends the wait early. */
export interface WaitOptions {
  /** In milliseconds; `0` or less: do not wait. Default: wait for ever. */
  readonly timeout?: number | undefined;
  /** Aborted: the wait rejects with `signal.reason` and the object is as if the call had never happened. */
  readonly signal?: AbortSignal | undefined;
}

/** How long a blocking twin waits. */
export interface WaitSyncOptions {
  /** In milliseconds; `0` or less: do not wait. Default: wait for ever. */
  readonly timeout?: number | undefined;
}
