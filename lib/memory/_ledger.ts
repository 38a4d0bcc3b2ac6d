import { perRealm } from "../base/realm.ts";
import { allocate, changeOwner, forEachBlock, free, ownerOf, registerSweeper, release } from "./_blocks.ts";
import { BlockKind, CONTROL_OFFSET, CONTROL_ORPHANS, UNIT_BYTES } from "./layout.ts";
import { wordsAt } from "./memory.ts";
import { alive, self } from "./process_table.ts";
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

/** Entries of one ledger block; the two words behind them are its own. */
const ENTRIES = 511;
const BLOCK_BYTES = (ENTRIES + 1) * 8;
/** Word of a ledger block: when, in seconds, its process was found dead; 0 while it lives. */
const FOUND_DEAD = ENTRIES * 2;
/** How long, in milliseconds, a thread that was declared dead may still write to memory that it had. */
const GRACE = 100;

interface Book {
  /** Word indexes, in the whole memory, of the entries that are free. */
  readonly vacant: number[];
}

function book(): Book {
  return perRealm("ledger", () => ({ vacant: [] }));
}

/** The words of the memory, at least those of the ledger block around `entry`. */
function wordsOf(entry: number): Int32Array<SharedArrayBuffer> {
  return wordsTo(Math.ceil((entry + 2) * 4 / UNIT_BYTES));
}

/** An entry of this process for a block that is about to be allocated, or adopted. */
export function vacancy(): number {
  const { vacant } = book();
  if (vacant.length === 0) addBlock(vacant);
  return vacant.pop()!;
}

/** Gives an entry that was not used back. */
export function returnVacancy(entry: number): void {
  book().vacant.push(entry);
}

/** Writes a reference to the block at `offset` down, and returns its entry. */
export function enter(offset: number, generation: number): number {
  const entry = vacancy();
  const words = wordsOf(entry);
  words[entry] = generation;
  Atomics.store(words, entry + 1, offset / UNIT_BYTES);
  return entry;
}

function addBlock(vacant: number[]): void {
  const offset = adoptOrphan() ?? allocate(BLOCK_BYTES, BlockKind.Ledger);
  for (let entry = ENTRIES - 1; entry >= 0; entry--) vacant.push(offset / 4 + entry * 2);
}

/** A ledger of a process that has been dead for long, settled once more, now this one's. */
function adoptOrphan(): number | undefined {
  const control = wordsAt(CONTROL_OFFSET, 16);
  if (Atomics.load(control, CONTROL_ORPHANS) <= 0) return undefined;
  let adopted: number | undefined;
  forEachBlock(({ offset, kind, owner }) => {
    if (adopted !== undefined || kind !== BlockKind.Ledger || alive(owner)) return;
    const words = wordsTo((offset + BLOCK_BYTES) / UNIT_BYTES);
    const found = Atomics.load(words, offset / 4 + FOUND_DEAD);
    if (found === 0 || seconds() - found < 2 || !changeOwner(offset, owner, self())) return;
    settle(offset);
    Atomics.store(words, offset / 4 + FOUND_DEAD, 0);
    Atomics.sub(control, CONTROL_ORPHANS, 1);
    adopted = offset;
  });
  return adopted;
}

function seconds(): number {
  return Math.floor(Date.now() / 1000) & 0x3fffffff;
}

/** Takes an entry away; `false` when this process was declared dead and somebody else has taken it. */
export function strike(entry: number, offset: number): boolean {
  const unit = offset / UNIT_BYTES;
  if (Atomics.compareExchange(wordsOf(entry), entry + 1, unit, 0) !== unit) return false;
  book().vacant.push(entry);
  return true;
}

/** Gives back the references in the ledger block at `ledger`. */
function settle(ledger: number): void {
  const first = ledger / 4;
  const words = wordsTo((ledger + BLOCK_BYTES) / UNIT_BYTES);
  for (let entry = first; entry < first + ENTRIES * 2; entry += 2) {
    const unit = Atomics.exchange(words, entry + 1, 0);
    if (unit !== 0) release(unit * UNIT_BYTES, words[entry]!);
  }
}

/** Frees what `deadPid` held and had only reserved. Not before its thread has surely stopped: it may still write there. */
export function collectAfter(deadPid: number): void {
  forEachBlock(({ offset, kind, owner, generation }) => {
    if (owner !== deadPid) return;
    if (kind === BlockKind.Ledger) settle(offset);
    else if (kind === BlockKind.Reserved) free(offset, generation);
  });
}

/** Marks a dead process's ledger, which is handed on to another later: the dead may still write to it, and must not into anyone's data. */
function foundDead(ledger: number, deadPid: number): void {
  if (ownerOf(ledger) !== deadPid) return;
  const words = wordsTo((ledger + BLOCK_BYTES) / UNIT_BYTES);
  if (Atomics.compareExchange(words, ledger / 4 + FOUND_DEAD, 0, seconds()) !== 0) return;
  Atomics.add(wordsAt(CONTROL_OFFSET, 16), CONTROL_ORPHANS, 1);
  collectLater(deadPid);
}

/** A block that a dead process had reserved: it may have no ledger. */
function foundReserved(block: number, deadPid: number): void {
  if (ownerOf(block) === deadPid) collectLater(deadPid);
}

function collectLater(deadPid: number): void {
  Deno.unrefTimer(setTimeout(() => collectAfter(deadPid), GRACE));
}

registerSweeper(BlockKind.Ledger, foundDead);
registerSweeper(BlockKind.Reserved, foundReserved);

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

/** The processes that have written down a reference to the block at `offset`, once for each: for tests and diagnostics. */
export function holdersOf(offset: number): number[] {
  const holders: number[] = [];
  forEachBlock(({ offset: ledger, kind, owner }) => {
    if (kind !== BlockKind.Ledger) return;
    const words = wordsTo((ledger + BLOCK_BYTES) / UNIT_BYTES);
    for (let entry = 0; entry < ENTRIES; entry++) {
      if (words[ledger / 4 + entry * 2 + 1] === offset / UNIT_BYTES) holders.push(owner);
    }
  });
  return holders;
}
