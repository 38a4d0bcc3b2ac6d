import { perRealm } from "../base/realm.ts";
import { INITIAL_PAGES, MAX_PAGES } from "./layout.ts";

/**
 * The program's one shared memory: made by the main thread when something
 * first needs it, adopted by each worker at its boot.
 */

interface Cell {
  memory: WebAssembly.Memory | null;
}

function cell(): Cell {
  return perRealm("memory", () => ({ memory: null }));
}

/** The shared memory; the first call on the main thread makes it. */
export function sharedMemory(): WebAssembly.Memory {
  const held = cell();
  held.memory ??= new WebAssembly.Memory({
    initial: INITIAL_PAGES,
    maximum: MAX_PAGES,
    shared: true,
  });
  return held.memory;
}

/** Makes `memory`, received from the starter, this worker's shared memory. */
export function adoptMemory(memory: WebAssembly.Memory): void {
  cell().memory = memory;
}

/**
 * The memory's bytes as of now, at least up to the byte offset `end`, which
 * some thread's growth has reached: asked for anew where an offset may lie in
 * pages that another thread added.
 */
export function sharedBuffer(end = 0): SharedArrayBuffer {
  const memory = sharedMemory();
  const buffer = memory.buffer as unknown as SharedArrayBuffer;
  if (buffer.byteLength >= end) return buffer;
  // The engine tells a thread of another's growth at its next interrupt: growing by nothing asks at once.
  memory.grow(0);
  return memory.buffer as unknown as SharedArrayBuffer;
}

/** `length` words of shared memory from the byte offset `offset`, a multiple of 4. */
export function wordsAt(offset: number, length: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(sharedBuffer(offset + length * 4), offset, length);
}

/** `length` bytes of shared memory from the byte offset `offset`. */
export function bytesAt(offset: number, length: number): Uint8Array<SharedArrayBuffer> {
  return new Uint8Array(sharedBuffer(offset + length), offset, length);
}
