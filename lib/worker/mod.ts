/**
 * Processes: functions that run in a worker, or an operating-system process,
 * of their own.
 *
 * @example
 * ```ts
 * import { Process } from "@lanes/lanes/process";
 * import { assertEquals } from "@std/assert";
 *
 * await using process = new Process({ target: () => "done" });
 * process.start();
 * assertEquals(await process.result, "done");
 * ```
 *
 * @module
 */
export { cpuCount } from "../base/cpu.ts";
export { wait, waitSync } from "../channel/wait.ts";
export type { Waitable, WaitState } from "../base/waitable.ts";
export {
  BootstrapError,
  ClosedError,
  InvalidStateError,
  LanesError,
  TransportError,
  type WorkerDeath,
  WorkerDiedError,
} from "../base/errors.ts";
export type { WaitOptions, WaitSyncOptions } from "../base/options.ts";
export { currentProcess, parentProcess, type ProcessInfo } from "./info.ts";
export { activeChildren, type Isolation, Process, type ProcessOptions, type Sentinel } from "./process.ts";
