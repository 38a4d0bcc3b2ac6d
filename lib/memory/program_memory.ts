import { HEAP_OFFSET, PROCESS_PROBE, PROCESS_SLOTS, PROCESS_WORDS, PROCESSES_OFFSET } from "./layout.ts";
import { sharedBuffer } from "./memory.ts";
import { self } from "./process_table.ts";

const programs = new WeakMap<SharedArrayBuffer, boolean>();

/**
 * Whether `buffer` is the program's shared memory. Growing that memory makes a
 * new object for the same bytes, and each shared array has one of its own, so one that is not the newest is recognised
 * by a word that only this thread writes.
 */
export function isProgramMemory(buffer: SharedArrayBuffer): boolean {
  if (buffer === sharedBuffer()) return true;
  let known = programs.get(buffer);
  if (known === undefined) {
    known = sharesProbe(buffer);
    programs.set(buffer, known);
  }
  return known;
}

function sharesProbe(buffer: SharedArrayBuffer): boolean {
  if (buffer.byteLength < HEAP_OFFSET || buffer.byteLength % 4 !== 0) return false;
  const index = PROCESSES_OFFSET / 4 + (self() & (PROCESS_SLOTS - 1)) * PROCESS_WORDS + PROCESS_PROBE;
  const ours = new Int32Array(sharedBuffer());
  const theirs = new Int32Array(buffer);
  for (let i = 0; i < 3; i++) {
    const probe = (Math.random() * 0x7fffffff) | 0;
    Atomics.store(ours, index, probe);
    if (Atomics.load(theirs, index) !== probe) return false;
  }
  return true;
}
