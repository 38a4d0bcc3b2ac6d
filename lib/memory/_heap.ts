import {
  ARENA_CLASSES,
  BLOCK_ATTACHED,
  BLOCK_ATTACHED_GENERATION,
  BLOCK_CLEAN,
  BLOCK_GENERATION,
  BLOCK_KIND,
  BLOCK_LENGTH,
  BLOCK_MAGIC,
  BLOCK_NEXT_FREE,
  BLOCK_OWNER,
  BLOCK_PREVIOUS_FREE,
  BLOCK_PREVIOUS_UNITS,
  BLOCK_REFS,
  BLOCK_UNITS,
  BlockKind,
  CONTROL_ARENA_INDEX,
  CONTROL_HEAP_UNITS,
  CONTROL_OFFSET,
  CONTROL_SEGMENT_TABLE,
  CONTROL_SEGMENTS,
  CONTROL_USED_UNITS,
  HEAP_OFFSET,
  SEGMENT_SLOTS,
  UNIT_BYTES,
  UNIT_WORDS,
} from "./layout.ts";
import { sharedBuffer, wordsAt } from "./memory.ts";

/**
 * The heap's blocks, their headers and the index of the free ones. Everything
 * here is called inside the arena's critical section.
 *
 * A position is a number of units of 64 bytes. A block is a header of one unit
 * and its payload; the blocks of a segment follow one another without gaps, up
 * to a last unit that is a header without a block.
 *
 * The headers are the truth: a thread may be killed between any two of the
 * stores below, so each change of the chain of blocks is one store of a
 * block's units, made after whatever the changed chain leads to is in place.
 * Free lists, "units before" and counters are an index: {@linkcode rebuild}
 * makes them anew from the headers.
 */

/** Tells a header from other bytes, with the position mixed in. */
const MAGIC = 0x4c6e6573;
/** A block is at least a header and one unit. */
const LEAST_UNITS = 2;
/** How many blocks of a class that may be too small are tried before a class that is always large enough. */
const TRIES = 16;

const CONTROL = CONTROL_OFFSET / 4;
const FIRST_UNIT = HEAP_OFFSET / UNIT_BYTES;

let view: Int32Array<SharedArrayBuffer> | undefined;

/** The words of the whole memory, at least up to `position`. */
export function wordsTo(position: number): Int32Array<SharedArrayBuffer> {
  if (view === undefined || view.length < (position + 1) * UNIT_WORDS) {
    view = wordsAt(0, Math.floor(sharedBuffer((position + 1) * UNIT_BYTES).byteLength / 4));
  }
  return view;
}

/** The words of the whole memory as of the last growth. Makes the heap at the program's first call. */
export function heapWords(): Int32Array<SharedArrayBuffer> {
  const words = view ?? wordsTo(0);
  const segments = words[CONTROL + CONTROL_SEGMENTS]!;
  if (segments === 0) {
    addSegment(FIRST_UNIT, Math.floor(sharedBuffer().byteLength / UNIT_BYTES));
    return wordsTo(0);
  }
  return wordsTo(words[CONTROL + CONTROL_SEGMENT_TABLE + segments * 2 - 1]! - 1);
}

function classOf(units: number): number {
  if (units < 16) return units;
  const log = 31 - Math.clz32(units);
  return 16 + (log - 4) * 2 + ((units >> (log - 1)) & 1);
}

function link(words: Int32Array<SharedArrayBuffer>, unit: number): void {
  const head = CONTROL + CONTROL_ARENA_INDEX + classOf(words[unit * UNIT_WORDS + BLOCK_UNITS]!);
  const next = words[head]!;
  words[unit * UNIT_WORDS + BLOCK_NEXT_FREE] = next;
  words[unit * UNIT_WORDS + BLOCK_PREVIOUS_FREE] = 0;
  if (next !== 0) words[next * UNIT_WORDS + BLOCK_PREVIOUS_FREE] = unit;
  words[head] = unit;
}

function unlink(words: Int32Array<SharedArrayBuffer>, unit: number): void {
  const header = unit * UNIT_WORDS;
  const next = words[header + BLOCK_NEXT_FREE]!;
  const previous = words[header + BLOCK_PREVIOUS_FREE]!;
  if (next !== 0) words[next * UNIT_WORDS + BLOCK_PREVIOUS_FREE] = previous;
  if (previous !== 0) words[previous * UNIT_WORDS + BLOCK_NEXT_FREE] = next;
  else words[CONTROL + CONTROL_ARENA_INDEX + classOf(words[header + BLOCK_UNITS]!)] = next;
}

/** Writes the header of a free block that no chain leads to yet; its last `clean` units are known to be zero. */
function writeFree(words: Int32Array<SharedArrayBuffer>, unit: number, units: number, clean: number): void {
  const header = unit * UNIT_WORDS;
  words.fill(0, header, header + UNIT_WORDS);
  words[header + BLOCK_UNITS] = units;
  words[header + BLOCK_MAGIC] = MAGIC ^ unit;
  words[header + BLOCK_CLEAN] = clean;
}

/** Tells the block behind the one at `unit` how long that is. */
function backlink(words: Int32Array<SharedArrayBuffer>, unit: number): void {
  const units = words[unit * UNIT_WORDS + BLOCK_UNITS]!;
  words[(unit + units) * UNIT_WORDS + BLOCK_PREVIOUS_UNITS] = units;
}

/** Whether a used block begins at `unit`. */
export function isUsed(words: Int32Array<SharedArrayBuffer>, unit: number): boolean {
  return words[unit * UNIT_WORDS + BLOCK_MAGIC] === (MAGIC ^ unit) &&
    words[unit * UNIT_WORDS + BLOCK_KIND] !== BlockKind.Free;
}

/** A free block of at least `units`, or 0. */
function find(words: Int32Array<SharedArrayBuffer>, units: number): number {
  const first = classOf(units);
  let unit = words[CONTROL + CONTROL_ARENA_INDEX + first]!;
  for (let tries = 0; unit !== 0 && tries < TRIES; tries++) {
    if (words[unit * UNIT_WORDS + BLOCK_UNITS]! >= units) return unit;
    unit = words[unit * UNIT_WORDS + BLOCK_NEXT_FREE]!;
  }
  for (let larger = first + 1; larger < ARENA_CLASSES; larger++) {
    const head = words[CONTROL + CONTROL_ARENA_INDEX + larger]!;
    if (head !== 0) return head;
  }
  while (unit !== 0 && words[unit * UNIT_WORDS + BLOCK_UNITS]! < units) {
    unit = words[unit * UNIT_WORDS + BLOCK_NEXT_FREE]!;
  }
  return unit;
}

/** What a block is taken for. */
export interface Use {
  /** Bytes asked for. */
  readonly length: number;
  /** The block's generation. */
  readonly generation: number;
  /** Pid of the process that takes it. */
  readonly owner: number;
}

/** Takes `units` for `use`, as a reserved block with one reference; 0 when the heap has no free block of that size. */
export function take(words: Int32Array<SharedArrayBuffer>, units: number, use: Use): number {
  const wanted = Math.max(LEAST_UNITS, units);
  const unit = find(words, wanted);
  if (unit === 0) return 0;
  const header = unit * UNIT_WORDS;
  unlink(words, unit);
  const rest = words[header + BLOCK_UNITS]! - wanted;
  if (rest >= LEAST_UNITS) {
    const clean = words[header + BLOCK_CLEAN]!;
    writeFree(words, unit + wanted, rest, Math.min(rest - 1, clean));
    words[(unit + wanted) * UNIT_WORDS + BLOCK_PREVIOUS_UNITS] = wanted;
    backlink(words, unit + wanted);
    words[header + BLOCK_CLEAN] = Math.max(0, clean - rest);
    Atomics.store(words, header + BLOCK_UNITS, wanted);
    link(words, unit + wanted);
  }
  words[header + BLOCK_REFS] = 1;
  words[header + BLOCK_OWNER] = use.owner;
  words[header + BLOCK_LENGTH] = use.length;
  words[header + BLOCK_ATTACHED] = 0;
  words[header + BLOCK_ATTACHED_GENERATION] = 0;
  Atomics.store(words, header + BLOCK_KIND, BlockKind.Reserved);
  Atomics.store(words, header + BLOCK_GENERATION, use.generation);
  words[CONTROL + CONTROL_USED_UNITS]! += words[header + BLOCK_UNITS]!;
  return unit;
}

/** Gives the used block at `unit` back. */
export function give(words: Int32Array<SharedArrayBuffer>, unit: number): void {
  const header = unit * UNIT_WORDS;
  words[CONTROL + CONTROL_USED_UNITS]! -= words[header + BLOCK_UNITS]!;
  Atomics.store(words, header + BLOCK_GENERATION, 0);
  words[header + BLOCK_CLEAN] = 0;
  words[header + BLOCK_REFS] = 0;
  Atomics.store(words, header + BLOCK_KIND, BlockKind.Free);
  insert(words, unit);
}

/** Puts the free block at `unit` into the index, joined with the free blocks beside it. */
function insert(words: Int32Array<SharedArrayBuffer>, unit: number): void {
  const behind = unit + words[unit * UNIT_WORDS + BLOCK_UNITS]!;
  if (words[behind * UNIT_WORDS + BLOCK_KIND] === BlockKind.Free) {
    unlink(words, behind);
    absorb(words, unit, behind);
  }
  const before = words[unit * UNIT_WORDS + BLOCK_PREVIOUS_UNITS]!;
  const previous = unit - before;
  if (before !== 0 && words[previous * UNIT_WORDS + BLOCK_KIND] === BlockKind.Free) {
    unlink(words, previous);
    absorb(words, previous, unit);
    link(words, previous);
  } else {
    link(words, unit);
  }
}

/** Makes the free block at `behind`, which follows the free one at `unit`, part of that. */
function absorb(words: Int32Array<SharedArrayBuffer>, unit: number, behind: number): void {
  const header = unit * UNIT_WORDS;
  const units = words[behind * UNIT_WORDS + BLOCK_UNITS]!;
  const cleanBefore = words[header + BLOCK_CLEAN]!;
  const clean = words[behind * UNIT_WORDS + BLOCK_CLEAN]!;
  words[header + BLOCK_CLEAN] = 0;
  Atomics.store(words, header + BLOCK_UNITS, words[header + BLOCK_UNITS]! + units);
  backlink(words, unit);
  if (clean === units - 1) {
    words.fill(0, behind * UNIT_WORDS, (behind + 1) * UNIT_WORDS);
    words[header + BLOCK_CLEAN] = units + cleanBefore;
  } else {
    words[header + BLOCK_CLEAN] = clean;
  }
}

/** The last unit of a segment: a header that is no block. */
function writeSentinel(words: Int32Array<SharedArrayBuffer>, unit: number): void {
  writeFree(words, unit, 0, 0);
  words[unit * UNIT_WORDS + BLOCK_KIND] = BlockKind.Reserved;
}

/**
 * Adds the untouched memory from `start` to `end` to the heap, to the segment
 * before it where it follows that; `false` when no segment can be added.
 */
export function addSegment(start: number, end: number): boolean {
  const words = wordsTo(end - 1);
  const count = words[CONTROL + CONTROL_SEGMENTS]!;
  const table = CONTROL + CONTROL_SEGMENT_TABLE;
  const follows = count > 0 && words[table + count * 2 - 1] === start;
  if (!follows && count === SEGMENT_SLOTS) return false;
  writeSentinel(words, end - 1);
  let unit = start;
  if (follows) {
    // What was the sentinel becomes the new block's header: its units are the last store.
    unit = start - 1;
    const before = words[unit * UNIT_WORDS + BLOCK_PREVIOUS_UNITS]!;
    words[unit * UNIT_WORDS + BLOCK_CLEAN] = end - 2 - unit;
    words[unit * UNIT_WORDS + BLOCK_PREVIOUS_UNITS] = before;
    words[unit * UNIT_WORDS + BLOCK_KIND] = BlockKind.Free;
    Atomics.store(words, unit * UNIT_WORDS + BLOCK_UNITS, end - 1 - unit);
    Atomics.store(words, table + count * 2 - 1, end);
  } else {
    writeFree(words, unit, end - 1 - unit, end - 2 - unit);
    words[table + count * 2] = start;
    words[table + count * 2 + 1] = end;
    Atomics.store(words, CONTROL + CONTROL_SEGMENTS, count + 1);
  }
  backlink(words, unit);
  words[CONTROL + CONTROL_HEAP_UNITS]! += end - start;
  insert(words, unit);
  return true;
}

/** Where the last segment ends, and the units of the free block at its end. */
export function lastSegment(words: Int32Array<SharedArrayBuffer>): { end: number; free: number } {
  const count = words[CONTROL + CONTROL_SEGMENTS]!;
  const end = words[CONTROL + CONTROL_SEGMENT_TABLE + count * 2 - 1]!;
  const before = words[(end - 1) * UNIT_WORDS + BLOCK_PREVIOUS_UNITS]!;
  const free = before !== 0 && words[(end - 1 - before) * UNIT_WORDS + BLOCK_KIND] === BlockKind.Free;
  return { end, free: free ? before : 0 };
}

/** Calls `visit` with the position of each block, free ones too. */
export function walk(words: Int32Array<SharedArrayBuffer>, visit: (unit: number) => void): void {
  const count = words[CONTROL + CONTROL_SEGMENTS]!;
  for (let segment = 0; segment < count; segment++) {
    let unit = words[CONTROL + CONTROL_SEGMENT_TABLE + segment * 2]!;
    const last = words[CONTROL + CONTROL_SEGMENT_TABLE + segment * 2 + 1]! - 1;
    while (unit < last) {
      const units = words[unit * UNIT_WORDS + BLOCK_UNITS]!;
      visit(unit);
      unit += units;
    }
  }
}

/** Makes the index and the counters anew from the headers, after a thread was lost inside the critical section. */
export function rebuild(): void {
  let words = heapWords();
  const index = CONTROL + CONTROL_ARENA_INDEX;
  words.fill(0, index, index + ARENA_CLASSES);
  let heapUnits = 0, usedUnits = 0;
  const count = words[CONTROL + CONTROL_SEGMENTS]!;
  for (let segment = 0; segment < count; segment++) {
    const start = words[CONTROL + CONTROL_SEGMENT_TABLE + segment * 2]!;
    const endWord = CONTROL + CONTROL_SEGMENT_TABLE + segment * 2 + 1;
    const last = words[endWord]! - 1;
    const grown = words[last * UNIT_WORDS + BLOCK_UNITS]!;
    if (grown > 0) {
      // Lost between the growth of this segment and the store of its end.
      words = wordsTo(last + grown);
      words[endWord] = last + grown + 1;
    }
    heapUnits += words[endWord]! - start;
    usedUnits += rebuildSegment(words, start, words[endWord]! - 1);
  }
  words[CONTROL + CONTROL_HEAP_UNITS] = heapUnits;
  words[CONTROL + CONTROL_USED_UNITS] = usedUnits;
}

/** Joins the free neighbours of one segment, lists them, and returns the units in use. */
function rebuildSegment(words: Int32Array<SharedArrayBuffer>, start: number, last: number): number {
  let unit = start, previous = 0, used = 0;
  while (unit < last) {
    const header = unit * UNIT_WORDS;
    let units = words[header + BLOCK_UNITS]!;
    if (words[header + BLOCK_MAGIC] !== (MAGIC ^ unit) || units < LEAST_UNITS || unit + units > last) {
      // Overwritten by code outside the library: what follows is given up.
      units = last - unit;
      writeFree(words, unit, units, 0);
      words[header + BLOCK_REFS] = 1;
      words[header + BLOCK_KIND] = BlockKind.Data;
    }
    words[header + BLOCK_PREVIOUS_UNITS] = previous;
    // Lost between its last reference and its return.
    if (words[header + BLOCK_REFS] === 0) words[header + BLOCK_KIND] = BlockKind.Free;
    if (words[header + BLOCK_KIND] === BlockKind.Free) {
      while (unit + units < last && words[(unit + units) * UNIT_WORDS + BLOCK_KIND] === BlockKind.Free) {
        units += words[(unit + units) * UNIT_WORDS + BLOCK_UNITS]!;
      }
      words[header + BLOCK_GENERATION] = 0;
      words[header + BLOCK_CLEAN] = 0;
      Atomics.store(words, header + BLOCK_UNITS, units);
      link(words, unit);
    } else {
      used += units;
    }
    previous = units;
    unit += units;
  }
  words[last * UNIT_WORDS + BLOCK_PREVIOUS_UNITS] = previous;
  return used;
}
