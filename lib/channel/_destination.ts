import { perRealm } from "../base/realm.ts";

/** The process that will decode the packet that is being written; 0 when any process may. */
export function destination(): { pid: number } {
  return perRealm("destination", () => ({ pid: 0 }));
}
