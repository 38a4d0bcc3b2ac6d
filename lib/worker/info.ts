import { perRealm } from "../base/realm.ts";
import { alive, MAIN_PID } from "../memory/process_table.ts";

/** What a program knows of a process that it did not start: itself, or its parent. */
export interface ProcessInfo {
  /** Its name: "MainProcess" for the main thread. */
  readonly name: string;
  /** Its pid, unique in the program. */
  readonly pid: number;
  /** Whether it is a daemon: one that does not keep the program alive. */
  readonly daemon: boolean;
  /** Always `null`: a process that can be asked has not ended, or its end is not known here. */
  readonly exitCode: number | null;
  /** Whether it lives. */
  isAlive(): boolean;
}

/** What a thread knows of itself. */
export interface Identity {
  /** Its name. */
  name: string;
  /** Its pid. */
  pid: number;
  /** Whether it is a daemon. */
  daemon: boolean;
  /** Its starter, or `null` for the main thread. */
  parent: { readonly name: string; readonly pid: number } | null;
  /** URL of the program's main module. */
  mainModule: string;
  /** Its place in the tree of processes: "" for the main thread, "1:2" for the second child of the first. */
  path: string;
  /** How many children it has made: what their default names count. */
  children: number;
}

/** This thread's identity, for the library's own use. */
export function identity(): Identity {
  return perRealm("identity", (): Identity => ({
    name: "MainProcess",
    pid: MAIN_PID,
    daemon: false,
    parent: null,
    mainModule: Deno.mainModule,
    path: "",
    children: 0,
  }));
}

class Info implements ProcessInfo {
  readonly name: string;
  readonly pid: number;
  readonly daemon: boolean;

  constructor(parts: Pick<Identity, "name" | "pid" | "daemon">) {
    this.name = parts.name;
    this.pid = parts.pid;
    this.daemon = parts.daemon;
  }

  get exitCode(): null {
    return null;
  }

  isAlive(): boolean {
    return alive(this.pid);
  }
}

/**
 * The process that this code runs in.
 *
 * @example
 * ```ts
 * import { currentProcess } from "@lanes/lanes/process";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(currentProcess().name, "MainProcess");
 * ```
 */
export function currentProcess(): ProcessInfo {
  return new Info(identity());
}

/**
 * The process that started this one, or `null` in the main program.
 *
 * @example
 * ```ts
 * import { parentProcess } from "@lanes/lanes/process";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parentProcess(), null);
 * ```
 */
export function parentProcess(): ProcessInfo | null {
  const { parent } = identity();
  return parent === null ? null : new Info({ ...parent, daemon: false });
}
