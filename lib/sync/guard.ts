import type { Guard } from "../memory/lock_port.ts";

export type { Guard };

/** How a {@linkcode Hold} gives back what it holds; a symbol, so that it is no part of the public API. */
export const GIVE_BACK: unique symbol = Symbol.for("lanes.give back") as never;

/**
 * What a {@linkcode Hold} was taken from.
 *
 * @internal
 */
export interface Holdable {
  /** Gives back what `token` stands for, unless that was given back already. */
  [GIVE_BACK](token: number): void;
}

/** The guard of all primitives. */
export class Hold implements Guard {
  /** See {@linkcode Guard.abandoned}. */
  readonly abandoned: boolean;
  readonly #token: number;
  #from: Holdable | null;

  /** A guard for what `token` stands for in `from`. */
  constructor(from: Holdable, token: number, abandoned: boolean) {
    this.#from = from;
    this.#token = token;
    this.abandoned = abandoned;
  }

  /** Releases, once. */
  [Symbol.dispose](): void {
    const from = this.#from;
    if (from === null) return;
    this.#from = null;
    from[GIVE_BACK](this.#token);
  }
}
