import { perRealm } from "../base/realm.ts";

/** By the kind of a shared object: what is done when the process is known that its copy goes to. */
export function addressers(): Map<string, (data: never, pid: number) => void> {
  return perRealm("addressers", () => new Map<string, (data: never, pid: number) => void>());
}
