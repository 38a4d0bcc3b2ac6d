import type { Member } from "./_member.ts";
import type { Settings } from "./options.ts";
import type { Task } from "./task.ts";

/** Which worker gets a task. */

/** A worker that answers within this many microseconds is sent ahead as much as it does in that time. */
const AHEAD_US = 1000;
/** The most tasks that a worker has at once. */
const MOST_AHEAD = 4096;
/** Tasks that take at most this many microseconds are worth polling for. */
export const SHORT_US = 30;

/** The worker that should have `task`: the first that has nothing to do, else the one with least, or `null` to let it wait. */
export function choose(members: readonly Member[], task: Task, settings: Settings): Member | null {
  const full = members.length >= settings.processes;
  let best: Member | null = null;
  for (const member of members) {
    if (member.retiring || !mayHave(member, task, settings, full)) continue;
    if (best === null || member.load < best.load) best = member;
    if (best.load === 0) break;
  }
  return best;
}

/**
 * Whether a worker may be given a task now; `full`: no other worker can be started for it. A task with a timeout goes
 * only to a worker that starts on it at once, since its time counts from there; so does one that objects are transferred
 * with, which could not be taken back.
 */
export function mayHave(member: Member, task: Task, settings: Settings, full: boolean): boolean {
  if (!member.initialized || member.given >= settings.maxTasksPerChild) return false;
  if (task.timeout !== null || task.transfer.length > 0) return member.ready && member.load === 0;
  if (member.load === 0) return true;
  if (!full || !member.ready) return false;
  return member.load < Math.min(MOST_AHEAD, Math.max(2, AHEAD_US / member.pace));
}
