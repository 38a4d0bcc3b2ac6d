import { perRealm } from "../base/realm.ts";
import type { Shareable, Shared } from "../memory/shareable.ts";

/** A copy was on its way to the process `from`, 0 for whoever takes it, and now is to the process `to`. */
export interface Redirection {
  /** Pid of the receiver before. */
  readonly from: number;
  /** Pid of the receiver now. */
  readonly to: number;
}

/** A copy of a shared object in a packet. */
export interface Share {
  /** The object that was sent. */
  readonly object: Shareable;
  /** How it was described. */
  readonly shared: Shared;
}

type Addresser = (data: never, redirection: Redirection) => void;

/** By the kind of a shared object: what is done when the process is known that its copy goes to. */
export function addressers(): Map<string, Addresser> {
  return perRealm("addressers", () => new Map<string, Addresser>());
}
