import { perRealm } from "../base/realm.ts";
import { changeOwner, commit, forEachBlock, ownerOf, registerSweeper, release, reserve } from "./arena.ts";
import { BlockKind, CONTROL_OFFSET, CONTROL_ORPHANS, UNIT_BYTES } from "./layout.ts";
import { wordsAt } from "./memory.ts";
import { self } from "./process_table.ts";
import { wordsTo } from "./_heap.ts";

/**
 * Which references to blocks a process holds, written down in shared memory:
 * a process that is killed runs no finalizer, so whoever cleans up after it
 * gives its references back from here.
 *
 * An entry is two words, generation and block. The block is written last and
 * taken away first, by whoever exchanges it for 0: a reference is given back
 * once, even when the dying and its sweeper both try.
 */

/** Entries of one ledger block. */
const ENTRIES = 511;
const BLOCK_BYTES = ENTRIES * 8;

interface Book {
  /** Word indexes, in the whole memory, of the entries that are free. */
  readonly vacant: number[];
}

function book(): Book {
  return perRealm("ledger", () => ({ vacant: [] }));
}

/** Writes a reference to the block at `offset` down, and returns its entry. */
export function enter(offset: number, generation: number): number {
  const { vacant } = book();
  if (vacant.length === 0) addBlock(vacant);
  const entry = vacant.pop()!;
  const words = wordsTo(Math.ceil((entry + 2) * 4 / UNIT_BYTES));
  words[entry] = generation;
  Atomics.store(words, entry + 1, offset / UNIT_BYTES);
  return entry;
}

function addBlock(vacant: number[]): void {
  const offset = adoptOrphan() ?? newBlock();
  for (let entry = ENTRIES - 1; entry >= 0; entry--) vacant.push(offset / 4 + entry * 2);
}

function newBlock(): number {
  const offset = reserve(BLOCK_BYTES);
  commit(offset, BlockKind.Ledger);
  return offset;
}

/** The settled ledger of a dead process, now this one's. */
function adoptOrphan(): number | undefined {
  const control = wordsAt(CONTROL_OFFSET, 16);
  if (Atomics.load(control, CONTROL_ORPHANS) <= 0) return undefined;
  let adopted: number | undefined;
  forEachBlock(({ offset, kind, owner }) => {
    if (adopted !== undefined || kind !== BlockKind.Ledger || owner !== 0) return;
    if (!changeOwner(offset, 0, self())) return;
    Atomics.sub(control, CONTROL_ORPHANS, 1);
    adopted = offset;
  });
  return adopted;
}

/** Takes an entry away; `false` when this process was declared dead and somebody else has taken it. */
export function strike(entry: number, offset: number): boolean {
  const words = wordsTo(Math.ceil((entry + 2) * 4 / UNIT_BYTES));
  const unit = offset / UNIT_BYTES;
  if (Atomics.compareExchange(words, entry + 1, unit, 0) !== unit) return false;
  book().vacant.push(entry);
  return true;
}

function settle(ledger: number, deadPid: number): void {
  if (ownerOf(ledger) !== deadPid) return;
  const first = ledger / 4;
  const words = wordsTo((ledger + BLOCK_BYTES) / UNIT_BYTES);
  for (let entry = first; entry < first + ENTRIES * 2; entry += 2) {
    const unit = Atomics.exchange(words, entry + 1, 0);
    if (unit !== 0) release(unit * UNIT_BYTES, words[entry]!);
  }
  // Not freed but handed on: the dead may still write here for a moment, and must not into anyone's data.
  if (changeOwner(ledger, deadPid, 0)) Atomics.add(wordsAt(CONTROL_OFFSET, 16), CONTROL_ORPHANS, 1);
}

registerSweeper(BlockKind.Ledger, settle);

/** How many references the process `pid` has written down: for tests and diagnostics. */
export function entriesOf(pid: number): number {
  let count = 0;
  forEachBlock(({ offset, kind, owner }) => {
    if (kind !== BlockKind.Ledger || owner !== pid) return;
    const words = wordsTo((offset + BLOCK_BYTES) / UNIT_BYTES);
    for (let entry = 0; entry < ENTRIES; entry++) if (words[offset / 4 + entry * 2 + 1] !== 0) count++;
  });
  return count;
}
