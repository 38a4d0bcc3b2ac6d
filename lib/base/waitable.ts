/** What `wait` can wait for: a word of shared memory that changes when the object may have become ready, and a test. */

/** Method of every object that `wait` accepts. */
export const WAITABLE: unique symbol = Symbol.for("lanes.waitable") as never;

/**
 * How one object is waited for.
 *
 * @internal
 */
export interface WaitState {
  /** The words that hold the one below. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Index of the word that changes when the object may have become ready. */
  readonly index: number;
  /** Says that someone is going to wait for the word; called, where it is given, after the word was read and before {@linkcode WaitState.ready}. */
  arm?(): void;
  /** Whether the object is ready now. */
  ready(): boolean;
}

/** An object that `wait` accepts. */
export interface Waitable {
  /** How it is waited for. */
  [WAITABLE](): WaitState;
}
