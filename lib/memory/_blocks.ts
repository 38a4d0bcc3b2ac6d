import { quoted } from "../base/check.ts";
import { ClosedError } from "../base/errors.ts";
import { perRealm } from "../base/realm.ts";
import { addSegment, give, heapWords, isUsed, lastSegment, rebuild, take, walk, wordsTo } from "./_heap.ts";
import { enter, leave } from "./_mutex.ts";
import {
  BLOCK_ATTACHED,
  BLOCK_ATTACHED_GENERATION,
  BLOCK_CLEAN,
  BLOCK_GENERATION,
  BLOCK_KIND,
  BLOCK_LENGTH,
  BLOCK_OWNER,
  BLOCK_REFS,
  BLOCK_UNITS,
  BlockKind,
  CONTROL_ARENA_DIRTY,
  CONTROL_ARENA_LOCK,
  CONTROL_GENERATION,
  CONTROL_HEAP_UNITS,
  CONTROL_OFFSET,
  CONTROL_SEGMENTS,
  CONTROL_USED_UNITS,
  MAX_PAGES,
  PAGE_BYTES,
  UNIT_BYTES,
  UNIT_WORDS,
} from "./layout.ts";
import { sharedBuffer, sharedMemory } from "./memory.ts";
import { isDead, self } from "./process_table.ts";

/**
 * Blocks of the program's shared memory, for any thread. A block is known by
 * the byte offset of its payload, and has a count of references; who frees it
 * while others still know its offset changes its generation, which they check.
 *
 * All of it happens in one critical section of a few dozen instructions, whose
 * lock word holds the pid of the thread inside: the place of one that was
 * killed in there is taken over and the index made anew (see `_heap.ts`).
 */

const CONTROL = CONTROL_OFFSET / 4;
const LOCK = CONTROL + CONTROL_ARENA_LOCK;
const DIRTY = CONTROL + CONTROL_ARENA_DIRTY;
const UNITS_OF_PAGE = PAGE_BYTES / UNIT_BYTES;
const MAX_BYTES = MAX_PAGES * PAGE_BYTES;
/** Pages that the heap grows by at least and, unless more is asked for, at most. */
const LEAST_GROWTH = 16, MOST_GROWTH = 1024;

/** Looks at one block when `deadPid` has died. Runs outside of the critical section: the block may be gone by then. */
export type Sweeper = (offset: number, deadPid: number) => void;

/** What {@linkcode forEachBlock} says of a block. */
export interface BlockInfo {
  /** Byte offset of the payload. */
  readonly offset: number;
  /** What it holds. */
  readonly kind: BlockKind;
  /** Pid of the process that allocated it. */
  readonly owner: number;
  /** Its generation. */
  readonly generation: number;
}

/** How full the arena is, in bytes. */
export interface ArenaStats {
  /** Bytes of the heap, used and free. */
  readonly capacity: number;
  /** Bytes in use, with headers. */
  readonly used: number;
  /** How many blocks are in use. */
  readonly blocks: number;
  /** How many separate pieces the free memory is in. */
  readonly freeBlocks: number;
  /** How many segments the heap consists of. */
  readonly segments: number;
}

/**
 * Runs `body` inside the critical section.
 *
 * @throws {ClosedError} When this process was declared dead: what it has was given to others, and it changes nothing any more.
 */
function inside<T>(body: (words: Int32Array<SharedArrayBuffer>) => T): T {
  const control = wordsTo(0);
  const lost = enter(control, LOCK);
  let whole = false;
  try {
    if (isDead()) {
      whole = !lost;
      throw new ClosedError("This process was ended: it cannot use shared memory any more");
    }
    if (lost || control[DIRTY] !== 0) {
      control[DIRTY] = 1;
      rebuild();
      control[DIRTY] = 0;
    }
    const result = body(heapWords());
    whole = true;
    return result;
  } finally {
    // An error here is the engine's own, such as a stack overflow in the middle of a change.
    if (!whole) control[DIRTY] = 1;
    leave(control, LOCK);
  }
}

/** Position of the block whose payload is at `offset`. */
function unitOf(offset: number): number {
  return offset / UNIT_BYTES - 1;
}

/** Position of the block at `offset`, of that generation if one is given, or 0. */
function locate(words: Int32Array<SharedArrayBuffer>, offset: number, generation: number | undefined): number {
  const unit = unitOf(offset);
  if (!Number.isInteger(unit) || unit <= 0 || (unit + 1) * UNIT_WORDS > words.length || !isUsed(words, unit)) return 0;
  if (generation !== undefined && words[unit * UNIT_WORDS + BLOCK_GENERATION] !== generation) return 0;
  return unit;
}

/** A number that no earlier use of a block had, and that is unlikely to stand in anyone's data. */
function nextGeneration(words: Int32Array<SharedArrayBuffer>): number {
  const count = (words[CONTROL + CONTROL_GENERATION]! + 1) | 0;
  words[CONTROL + CONTROL_GENERATION] = count;
  return Math.imul(count, 0x9e3779b1) || 0x5bd1e995;
}

/** How {@linkcode allocate} is to be done. */
export interface AllocateOptions {
  /** Word index, in the whole memory, of a ledger entry that becomes the block's before anyone can die in between. */
  readonly entry?: number;
  /** Leaves the block {@linkcode BlockKind.Reserved}, so that it goes when this thread dies, until {@linkcode commit}. */
  readonly reserved?: boolean;
}

/** Bytes that are zeroed inside the critical section; more are outside of it. */
const ZEROED_INSIDE = 4096;

/**
 * Allocates `byteLength` bytes: returns the byte offset of a payload that is
 * zeroed, aligned to 64 bytes, and has one reference.
 *
 * @throws {TypeError} When `byteLength` is not a number.
 * @throws {RangeError} When it is negative or no integer, or when the memory cannot hold it.
 */
export function allocate(byteLength: number, kind: BlockKind = BlockKind.Data, options: AllocateOptions = {}): number {
  if (typeof byteLength !== "number") {
    throw new TypeError(`Expected "byteLength" to be an integer, got ${quoted(byteLength)}`);
  }
  if (!Number.isInteger(byteLength) || byteLength < 0) {
    throw new RangeError(`Expected "byteLength" to be an integer of at least 0, got ${byteLength}`);
  }
  const units = Math.max(1, Math.ceil(byteLength / UNIT_BYTES)) + 1;
  const owner = self();
  let dirtyEnd = 0;
  const unit = units * UNIT_BYTES > MAX_BYTES ? 0 : inside((words) => {
    const use = { length: byteLength, generation: nextGeneration(words), owner };
    let unit = take(words, units, use);
    while (unit === 0) {
      if (!grow(words, units)) return 0;
      words = heapWords();
      unit = take(words, units, use);
    }
    if (options.entry !== undefined) {
      words[options.entry] = use.generation;
      Atomics.store(words, options.entry + 1, unit + 1);
    }
    dirtyEnd = unit + words[unit * UNIT_WORDS + BLOCK_UNITS]! - words[unit * UNIT_WORDS + BLOCK_CLEAN]!;
    if ((dirtyEnd - unit) * UNIT_BYTES <= ZEROED_INSIDE) {
      if (dirtyEnd > unit + 1) words.fill(0, (unit + 1) * UNIT_WORDS, dirtyEnd * UNIT_WORDS);
      dirtyEnd = 0;
      if (options.reserved !== true) Atomics.store(words, unit * UNIT_WORDS + BLOCK_KIND, kind);
    }
    return unit;
  });
  if (unit === 0) throw outOfMemory(byteLength);
  const offset = (unit + 1) * UNIT_BYTES;
  if (dirtyEnd > 0) {
    wordsTo(dirtyEnd - 1).fill(0, offset / 4, dirtyEnd * UNIT_WORDS);
    if (options.reserved !== true) commit(offset, kind);
  }
  return offset;
}

/** Gives a reserved block its kind. */
export function commit(offset: number, kind: BlockKind): void {
  // In the critical section: a thread that was declared dead must not touch what may be another's block by now.
  inside((words) => {
    Atomics.store(words, unitOf(offset) * UNIT_WORDS + BLOCK_KIND, kind);
  });
}

function outOfMemory(byteLength: number): RangeError {
  const { used } = stats();
  return new RangeError(
    `Cannot allocate ${byteLength} bytes of shared memory: ${used} of ${MAX_BYTES} bytes are in use`,
  );
}

/** Adds memory in which a block of `units` has place; `false` when the limit is reached. */
function grow(words: Int32Array<SharedArrayBuffer>, units: number): boolean {
  const pages = sharedBuffer().byteLength / PAGE_BYTES;
  const { end, free } = lastSegment(words);
  // One unit more, for the sentinel; less, where the new memory joins what is free at the end of the old.
  const missing = units + 1 - (end === pages * UNITS_OF_PAGE ? free : 0);
  const least = Math.max(1, Math.ceil(missing / UNITS_OF_PAGE));
  if (least > MAX_PAGES) return false;
  const usual = Math.min(MOST_GROWTH, Math.max(LEAST_GROWTH, pages >> 2));
  for (const delta of [Math.max(least, usual), least]) {
    try {
      // Other threads, and the kernels' own allocator, may have grown it meanwhile: only the result counts.
      const from = sharedMemory().grow(delta);
      return addSegment(from * UNITS_OF_PAGE, (from + delta) * UNITS_OF_PAGE);
    } catch {
      // Too much: the exact size may still fit.
    }
  }
  return false;
}

/** Adds a reference to the block at `offset`, written down at `entry`; `false`, and nothing done, when it is gone or of another generation. */
export function retain(offset: number, generation?: number, { entry }: AllocateOptions = {}): boolean {
  return inside((words) => {
    const unit = locate(words, offset, generation);
    if (unit === 0) return false;
    if (entry !== undefined) words[entry] = generation!;
    // A thread is only ever stopped at a call or in a loop: not between these two.
    Atomics.add(words, unit * UNIT_WORDS + BLOCK_REFS, 1);
    if (entry !== undefined) Atomics.store(words, entry + 1, unit + 1);
    return true;
  });
}

/** Gives up one reference to the block at `offset`, that of `entry` if that still stands there, and frees it with the last; `false` when it is gone already. */
export function release(offset: number, generation?: number, { entry }: AllocateOptions = {}): boolean {
  return inside((words) => {
    const unit = locate(words, offset, generation);
    if (unit === 0) return false;
    if (entry !== undefined && Atomics.compareExchange(words, entry + 1, unit + 1, 0) !== unit + 1) return false;
    if (Atomics.sub(words, unit * UNIT_WORDS + BLOCK_REFS, 1) === 1) drop(words, unit);
    return true;
  });
}

/** Frees the block at `offset` whatever references exist; `false` when it is gone already. */
export function free(offset: number, generation?: number): boolean {
  return inside((words) => {
    const unit = locate(words, offset, generation);
    if (unit === 0) return false;
    drop(words, unit);
    return true;
  });
}

/** Frees the block; what is attached to it loses a reference, and goes with the last, however long the chain is. */
function drop(words: Int32Array<SharedArrayBuffer>, unit: number): void {
  for (let next = unit; next !== 0;) {
    const header = next * UNIT_WORDS;
    if (next !== unit && Atomics.sub(words, header + BLOCK_REFS, 1) > 1) return;
    const attached = words[header + BLOCK_ATTACHED]!;
    const generation = words[header + BLOCK_ATTACHED_GENERATION]!;
    give(words, next);
    next = attached === 0 ? 0 : locate(words, (attached + 1) * UNIT_BYTES, generation);
  }
}

/**
 * Makes the block at `other` go when the one at `offset` does: the reference
 * that the caller holds to it becomes the block's. Returns what is attached
 * afterwards, which is another thread's when that came first, or `null` when
 * the block at `offset` is gone.
 */
export function attach(offset: number, other: number): { offset: number; generation: number } | null {
  return inside((words) => {
    const unit = locate(words, offset, undefined);
    if (unit === 0) return null;
    const header = unit * UNIT_WORDS;
    if (words[header + BLOCK_ATTACHED] === 0) {
      words[header + BLOCK_ATTACHED_GENERATION] = words[unitOf(other) * UNIT_WORDS + BLOCK_GENERATION]!;
      Atomics.store(words, header + BLOCK_ATTACHED, unitOf(other));
    }
    return {
      offset: (words[header + BLOCK_ATTACHED]! + 1) * UNIT_BYTES,
      generation: words[header + BLOCK_ATTACHED_GENERATION]!,
    };
  });
}

/** What is attached to the block at `offset`, or `null`. */
export function attachedTo(offset: number): { offset: number; generation: number } | null {
  const words = wordsTo(unitOf(offset));
  const header = unitOf(offset) * UNIT_WORDS;
  const attached = Atomics.load(words, header + BLOCK_ATTACHED);
  if (attached === 0) return null;
  return { offset: (attached + 1) * UNIT_BYTES, generation: words[header + BLOCK_ATTACHED_GENERATION]! };
}

/** The generation of the block at `offset`; 0 once it was freed. One load: what every use of a handle checks. */
export function generationOf(offset: number): number {
  const unit = unitOf(offset);
  return Atomics.load(wordsTo(unit), unit * UNIT_WORDS + BLOCK_GENERATION);
}

/** The process that allocated the block at `offset`. */
export function ownerOf(offset: number): number {
  const unit = unitOf(offset);
  return wordsTo(unit)[unit * UNIT_WORDS + BLOCK_OWNER]!;
}

/** Makes the block at `offset` that of process `to`, if it is that of process `from`. */
export function changeOwner(offset: number, from: number, to: number): boolean {
  const unit = unitOf(offset);
  return Atomics.compareExchange(wordsTo(unit), unit * UNIT_WORDS + BLOCK_OWNER, from, to) === from;
}

/** How many references the block at `offset` has; 0 once it was freed. */
export function referencesOf(offset: number): number {
  return inside((words) => {
    const unit = locate(words, offset, undefined);
    return unit === 0 ? 0 : words[unit * UNIT_WORDS + BLOCK_REFS]!;
  });
}

/** The bytes that were asked for when the block at `offset` was allocated. */
export function lengthOf(offset: number): number {
  const unit = unitOf(offset);
  return wordsTo(unit)[unit * UNIT_WORDS + BLOCK_LENGTH]! >>> 0;
}

/** Calls `visit` for each block that was in use at the call; outside of the critical section, so a block may be gone by then. */
export function forEachBlock(visit: (block: BlockInfo) => void): void {
  const blocks = inside((words) => {
    const found: BlockInfo[] = [];
    walk(words, (unit) => {
      const header = unit * UNIT_WORDS;
      const kind = words[header + BLOCK_KIND]! as BlockKind;
      if (kind === BlockKind.Free) return;
      found.push({
        offset: (unit + 1) * UNIT_BYTES,
        kind,
        owner: words[header + BLOCK_OWNER]!,
        generation: words[header + BLOCK_GENERATION]!,
      });
    });
    return found;
  });
  for (const block of blocks) visit(block);
}

function sweepers(): Map<BlockKind, Sweeper> {
  return perRealm("sweepers", () => new Map<BlockKind, Sweeper>());
}

/** Makes `sweeper` look at every block of `kind` when a process has died. The last registration wins. */
export function registerSweeper(kind: BlockKind, sweeper: Sweeper): void {
  sweepers().set(kind, sweeper);
}

/**
 * Cleans up after `deadPid`, which was declared dead: calls each block's
 * sweeper at once, so that whoever waits for the dead looks again. Memory that
 * the dead held is freed a moment later, when its thread has surely stopped.
 * Any thread may do it, several at once and several times.
 */
export function sweep(deadPid: number): void {
  const known = sweepers();
  const errors: unknown[] = [];
  forEachBlock(({ offset, kind, generation }) => {
    const sweeper = known.get(kind);
    // Held meanwhile: a sweeper changes words, which must not be somebody else's by then.
    if (sweeper === undefined || !retain(offset, generation)) return;
    try {
      sweeper(offset, deadPid);
    } catch (error) {
      errors.push(error);
    } finally {
      release(offset, generation);
    }
  });
  if (errors.length > 0) throw new AggregateError(errors, `Could not clean up all that process ${deadPid} left`);
}

/** How full the arena is. */
export function stats(): ArenaStats {
  return inside((words) => {
    let blocks = 0, freeBlocks = 0;
    walk(words, (unit) => {
      if (words[unit * UNIT_WORDS + BLOCK_KIND] === BlockKind.Free) freeBlocks++;
      else blocks++;
    });
    return {
      capacity: words[CONTROL + CONTROL_HEAP_UNITS]! * UNIT_BYTES,
      used: words[CONTROL + CONTROL_USED_UNITS]! * UNIT_BYTES,
      blocks,
      freeBlocks,
      segments: words[CONTROL + CONTROL_SEGMENTS]!,
    };
  });
}
