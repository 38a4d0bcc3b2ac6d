import { perRealm } from "../base/realm.ts";
import { LanesError } from "../base/errors.ts";
import {
  CONTROL_CHANGES,
  CONTROL_DEATHS,
  CONTROL_LAST_PID,
  CONTROL_OFFSET,
  CONTROL_WATCHERS,
  PROCESS_BLOCKED_ON,
  PROCESS_ENDED,
  PROCESS_EXIT_CODE,
  PROCESS_PARENT,
  PROCESS_PID,
  PROCESS_SLOTS,
  PROCESS_WORDS,
  PROCESSES_OFFSET,
} from "./layout.ts";
import { wordsAt } from "./memory.ts";

/**
 * Who is alive. A process has one record in shared memory; its slot is the low
 * bits of its pid, so "is this pid alive" is one load. The process's host
 * writes its death; everyone who waits reads it.
 *
 * A pid is never used twice: the slot of a dead process may be, under a pid
 * 4096 (or a multiple) higher.
 */

/** The pid of the main thread. */
export const MAIN_PID = 1;

interface Table {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly records: Int32Array<SharedArrayBuffer>;
  self: number;
}

let cached: Table | null = null;

function table(): Table {
  // The same object for every copy of this module in the thread; every wait and lock comes through here.
  return cached ??= perRealm("process table", openTable);
}

function openTable(): Table {
  const control = wordsAt(CONTROL_OFFSET, 16);
  const records = wordsAt(PROCESSES_OFFSET, PROCESS_SLOTS * PROCESS_WORDS);
  // Only the main thread finds the table untouched: workers are given their pid before they look.
  if (Atomics.compareExchange(control, CONTROL_LAST_PID, 0, MAIN_PID) === 0) {
    Atomics.store(records, recordOf(MAIN_PID) + PROCESS_PID, MAIN_PID);
  }
  return { control, records, self: MAIN_PID };
}

/** Index, in the table's words, of the record of `pid`. */
function recordOf(pid: number): number {
  return (pid & (PROCESS_SLOTS - 1)) * PROCESS_WORDS;
}

/** The pid of this thread. */
export function self(): number {
  return table().self;
}

/** Tells this worker which pid its starter gave it. */
export function becomePid(pid: number): void {
  table().self = pid;
}

/** Whether the process `pid` lives. */
export function alive(pid: number): boolean {
  return Atomics.load(table().records, recordOf(pid) + PROCESS_PID) === pid;
}

/** Whether this thread was declared dead: what it does from then on no longer counts. */
export function isDead(): boolean {
  const { self } = table();
  return !alive(self);
}

/** Takes a free record for a new process and returns its pid. */
export function enlist(parent: number): number {
  const { control, records } = table();
  for (let tries = 0; tries < PROCESS_SLOTS; tries++) {
    const pid = Atomics.add(control, CONTROL_LAST_PID, 1) + 1;
    const record = recordOf(pid);
    if (pid <= 0 || Atomics.compareExchange(records, record + PROCESS_PID, 0, pid) !== 0) continue;
    Atomics.store(records, record + PROCESS_PARENT, parent);
    Atomics.store(records, record + PROCESS_EXIT_CODE, 0);
    Atomics.store(records, record + PROCESS_ENDED, 0);
    return pid;
  }
  throw new LanesError(`Cannot start another process: ${PROCESS_SLOTS} are alive already`);
}

/**
 * Declares `pid` dead with `exitCode`, once: returns `false` when it was
 * already. Wakes whoever waits for its end; the caller then runs the sweep.
 */
export function declareDead(pid: number, exitCode: number): boolean {
  const { control, records } = table();
  const record = recordOf(pid);
  if (Atomics.load(records, record + PROCESS_PID) !== pid) return false;
  // The code before the state: whoever sees the process dead reads the code it died with.
  Atomics.store(records, record + PROCESS_EXIT_CODE, exitCode);
  if (Atomics.compareExchange(records, record + PROCESS_PID, pid, 0) !== pid) return false;
  Atomics.store(records, record + PROCESS_ENDED, pid);
  Atomics.add(control, CONTROL_DEATHS, 1);
  Atomics.notify(records, record + PROCESS_ENDED);
  changed();
  return true;
}

/** After a change of something that threads may watch together with others: has those look again that block until then. */
export function changed(): void {
  const { control } = table();
  if (Atomics.load(control, CONTROL_WATCHERS) === 0) return;
  Atomics.add(control, CONTROL_CHANGES, 1);
  Atomics.notify(control, CONTROL_CHANGES);
}

/** The control words, for who watches several objects. */
export function changesWords(): Int32Array<SharedArrayBuffer> {
  return table().control;
}

/** The exit code of `pid` once it has ended, else `null`; only valid until its slot is used again. */
export function exitCodeOf(pid: number): number | null {
  const { records } = table();
  const record = recordOf(pid);
  if (Atomics.load(records, record + PROCESS_ENDED) !== pid) return null;
  return Atomics.load(records, record + PROCESS_EXIT_CODE);
}

/** The words of the process table, and the index of the one that becomes `pid` when it ends: what a join waits on. */
export function endWord(pid: number): { words: Int32Array<SharedArrayBuffer>; index: number } {
  return { words: table().records, index: recordOf(pid) + PROCESS_ENDED };
}

/** How many processes have died in this program so far. */
export function deaths(): number {
  return Atomics.load(table().control, CONTROL_DEATHS);
}

/** Publishes which word of the memory (a byte offset divided by 4) this thread is blocked on; 0: none. */
export function setBlockedOn(cell: number): void {
  const { records, self } = table();
  Atomics.store(records, recordOf(self) + PROCESS_BLOCKED_ON, cell);
}

/** The word that `pid` is blocked on, as {@linkcode setBlockedOn} published it. */
export function blockedOn(pid: number): number {
  return Atomics.load(table().records, recordOf(pid) + PROCESS_BLOCKED_ON);
}
