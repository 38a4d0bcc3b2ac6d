import type { Link } from "./lane.ts";

/** What kind of worker is wanted. */
export interface HireOptions {
  /** Its name. */
  readonly name: string;
  /** Its place in the tree of processes. */
  readonly path: string;
  /** Whether it is a daemon. */
  readonly daemon: boolean;
  /** Whether it is a pool's worker rather than a process. */
  readonly pooled: boolean;
  /** A thread that shares memory, or an operating-system process. */
  readonly isolation: "worker" | "process";
  /** The most bytes that its heap may take. */
  readonly maxHeapSize?: number | undefined;
  /** What it may do. */
  readonly permissions?: Deno.PermissionOptions | undefined;
}

/** An owner's hold on a worker, whatever it runs in. */
export interface Hold {
  /** Its pid. */
  readonly pid: number;
  /** The way to it. */
  readonly link: Link;
  /** Whether shared objects can travel to it. */
  readonly sharesMemory: boolean;
  /** Ends it at once. */
  kill(exitCode: number): void;
}
