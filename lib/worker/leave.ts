import { perRealm } from "../base/realm.ts";

/** What a process waits for before it ends: its own children. */
export type Leave = () => Promise<void>;

function leaving(): { hook: Leave | null } {
  return perRealm("leave", () => ({ hook: null as Leave | null }));
}

/** Sets what is awaited before this process ends. */
export function onLeave(hook: Leave): void {
  leaving().hook = hook;
}

/** Waits for what must end before this process may. */
export async function leave(): Promise<void> {
  await leaving().hook?.();
}
