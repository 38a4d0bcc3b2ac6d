import { perRealm } from "../base/realm.ts";
import { MAIN_PID, self } from "../memory/process_table.ts";

/** The method that `Deno.inspect` and `console.log` call. */
export const INSPECT: unique symbol = Symbol.for("Deno.customInspect") as never;

/** How the process `pid` is named here: by its name if it is this one, "SomeOtherProcess", or "None" for 0. */
export function ownerName(pid: number): string {
  if (pid === 0) return "None";
  if (pid !== self()) return "SomeOtherProcess";
  if (pid === MAIN_PID) return "MainProcess";
  // A worker has its identity before anyone's code runs in it.
  return perRealm("identity", () => ({ name: `Process ${pid}` })).name;
}
