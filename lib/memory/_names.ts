import { enter, leave } from "./_mutex.ts";
import { wordsTo } from "./_heap.ts";
import { allocate, free, generationOf, registerSweeper, release, retain } from "./_blocks.ts";
import {
  BlockKind,
  CONTROL_NAME_BUCKETS,
  CONTROL_NAMES_LOCK,
  CONTROL_OFFSET,
  NAME_BUCKETS,
  NAME_BYTES,
  NAME_CREATOR,
  NAME_DATA,
  NAME_GENERATION,
  NAME_LENGTH,
  NAME_NEXT,
  NAME_SIZE,
  UNIT_BYTES,
} from "./layout.ts";
import { bytesAt, wordsAt } from "./memory.ts";
import { self } from "./process_table.ts";

/**
 * The program's table of names: which block each named shared memory is. It
 * lies in shared memory, so that any thread finds what any other has made.
 *
 * A name is a block in the list of its bucket and holds one reference to what
 * it names. Putting it in and taking it out is one store each, so the lists are
 * whole whenever the thread in the critical section is killed.
 */

const CONTROL = CONTROL_OFFSET / 4;
const LOCK = CONTROL + CONTROL_NAMES_LOCK;

/** Byte offset and generation of a block. */
type Block = readonly [offset: number, generation: number];

/** What a name stands for. */
export interface Named {
  /** The block; one reference to it was taken for the caller. */
  readonly block: Block;
  /** Bytes that were asked for. */
  readonly size: number;
}

function inside<T>(body: () => T): T {
  const words = wordsTo(0);
  enter(words, LOCK);
  try {
    return body();
  } finally {
    leave(words, LOCK);
  }
}

/** Word index of the first entry of the bucket that `name` belongs to. */
function bucketOf(name: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of name) hash = Math.imul(hash ^ byte, 0x01000193);
  return CONTROL + CONTROL_NAME_BUCKETS + ((hash ^ hash >>> 15) & (NAME_BUCKETS - 1));
}

function wordsOf(entry: number): Int32Array<SharedArrayBuffer> {
  return wordsAt(entry, NAME_BYTES / 4);
}

function isNamed(entry: number, name: Uint8Array): boolean {
  if (wordsOf(entry)[NAME_LENGTH] !== name.length) return false;
  const bytes = bytesAt(entry + NAME_BYTES, name.length);
  return name.every((byte, i) => byte === bytes[i]);
}

/** The entry for which `matches`, and the word that leads to it; entry 0 when there is none. */
function find(bucket: number, matches: (entry: number) => boolean): { entry: number; link: number } {
  let link = bucket;
  let entry = wordsTo(0)[link]! * UNIT_BYTES;
  while (entry !== 0 && !matches(entry)) {
    link = entry / 4 + NAME_NEXT;
    entry = wordsOf(entry)[NAME_NEXT]! * UNIT_BYTES;
  }
  return { entry, link };
}

/** Names the block; `false` when the name is taken. */
export function addName(text: string, [offset, generation]: Block, size: number): boolean {
  const name = new TextEncoder().encode(text);
  const bucket = bucketOf(name);
  const entry = allocate(NAME_BYTES + name.length, BlockKind.Name);
  const words = wordsOf(entry);
  words[NAME_DATA] = offset / UNIT_BYTES;
  words[NAME_GENERATION] = generation;
  words[NAME_SIZE] = size;
  words[NAME_CREATOR] = self();
  words[NAME_LENGTH] = name.length;
  bytesAt(entry + NAME_BYTES, name.length).set(name);
  retain(offset, generation);
  const added = inside(() => {
    if (find(bucket, (other) => isNamed(other, name)).entry !== 0) return false;
    const control = wordsTo(0);
    words[NAME_NEXT] = control[bucket]!;
    Atomics.store(control, bucket, entry / UNIT_BYTES);
    return true;
  });
  if (added) return true;
  free(entry);
  release(offset, generation);
  return false;
}

/** What `text` names, or `undefined`. */
export function findName(text: string): Named | undefined {
  const name = new TextEncoder().encode(text);
  return inside(() => {
    const { entry } = find(bucketOf(name), (other) => isNamed(other, name));
    if (entry === 0) return undefined;
    const words = wordsOf(entry);
    const block = [words[NAME_DATA]! * UNIT_BYTES, words[NAME_GENERATION]!] as const;
    return retain(...block) ? { block, size: words[NAME_SIZE]! >>> 0 } : undefined;
  });
}

/** Takes the name away if it stands for that block; `false` when it does not, or does not any more. */
export function removeName(text: string, [offset, generation]: Block): boolean {
  const name = new TextEncoder().encode(text);
  return remove(bucketOf(name), (entry) => {
    const words = wordsOf(entry);
    return words[NAME_DATA] === offset / UNIT_BYTES && words[NAME_GENERATION] === generation && isNamed(entry, name);
  });
}

function remove(bucket: number, matches: (entry: number) => boolean): boolean {
  const removed = inside(() => {
    const { entry, link } = find(bucket, matches);
    if (entry === 0) return 0;
    Atomics.store(wordsTo(Math.ceil((link + 1) * 4 / UNIT_BYTES)), link, wordsOf(entry)[NAME_NEXT]!);
    return entry;
  });
  if (removed === 0) return false;
  const words = wordsOf(removed);
  const [data, generation] = [words[NAME_DATA]! * UNIT_BYTES, words[NAME_GENERATION]!];
  free(removed, generationOf(removed));
  release(data, generation);
  return true;
}

/** Takes away the names that a process had made which has ended; the memory stays as long as somebody refers to it. */
function sweepName(entry: number, deadPid: number): void {
  if (wordsOf(entry)[NAME_CREATOR] !== deadPid) return;
  const name = bytesAt(entry + NAME_BYTES, wordsOf(entry)[NAME_LENGTH]!).slice();
  remove(bucketOf(name), (other) => other === entry);
}

registerSweeper(BlockKind.Name, sweepName);
