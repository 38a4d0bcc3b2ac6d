/**
 * Every word of shared memory that the library itself uses, named once: where
 * it is and what its values mean. All of it lies in the program's one shared
 * `WebAssembly.Memory`; offsets named `..._OFFSET` are in bytes, words are 32
 * bits.
 *
 * ```
 * 0            WASM_RESERVED   static data and the first stack of the kernels
 * CONTROL      control words   (one page of words that exist once a program)
 * PROCESSES    process table   4096 records of 8 words
 * HEAP         arena           blocks, to the end of the memory, which grows
 * ```
 */

/** Bytes of one page of WebAssembly memory. */
export const PAGE_BYTES = 65536;
/** The most pages that a 32-bit memory can have: 4 GiB. */
export const MAX_PAGES = 65536;
/** Bytes at the start of the memory that belong to the compiled kernels: `__heap_base` stays below. */
export const WASM_RESERVED_BYTES = 2 << 20;

/** Where the control words begin. */
export const CONTROL_OFFSET = WASM_RESERVED_BYTES;
/** Control word: the last pid given out. */
export const CONTROL_LAST_PID = 0;
/** Control word: pid of the thread inside the arena's critical section, or 0. */
export const CONTROL_ARENA_LOCK = 1;
/** Control word: how many processes have died; a change tells waiters that something did. */
export const CONTROL_DEATHS = 2;
/** Control word: byte offset (divided by 64) of the first segment of the heap, or 0 before the first allocation. */
export const CONTROL_HEAP_FIRST = 3;
/** Control word: 1 while the arena's index may disagree with the block headers. */
export const CONTROL_ARENA_DIRTY = 4;
/** Control word: the next generation number of a block. */
export const CONTROL_GENERATION = 5;
/** Control word: raised to ask the main thread, even a blocked one, to serve its workers' requests. */
export const CONTROL_SERVICE = 6;
/** Control word from which the arena keeps its index (64 words). */
export const CONTROL_ARENA_INDEX = 64;
/** Bytes of the control region. */
export const CONTROL_BYTES = PAGE_BYTES;

/** Where the process table begins. */
export const PROCESSES_OFFSET = CONTROL_OFFSET + CONTROL_BYTES;
/** How many processes can live at once; a power of two, since a pid's slot is its low bits. */
export const PROCESS_SLOTS = 4096;
/** Words of one record of the process table. */
export const PROCESS_WORDS = 8;
/** Record word: the pid while the process lives, else 0. */
export const PROCESS_PID = 0;
/** Record word: the exit code, valid once {@linkcode PROCESS_ENDED} holds the pid. */
export const PROCESS_EXIT_CODE = 1;
/** Record word: the pid again, written after the exit code; what a join waits on. */
export const PROCESS_ENDED = 2;
/** Record word: the pid of the process that started this one. */
export const PROCESS_PARENT = 3;
/** Record word: byte offset (divided by 4) of the word that the process is blocked on, or 0. */
export const PROCESS_BLOCKED_ON = 4;

/** Where the arena's heap begins. */
export const HEAP_OFFSET = PROCESSES_OFFSET + PROCESS_SLOTS * PROCESS_WORDS * 4;
/** Pages that the memory starts with. */
export const INITIAL_PAGES = Math.ceil(HEAP_OFFSET / PAGE_BYTES) + 16;

/** What a block of the arena holds: decides which sweeper looks at it when a process dies. */
export const BlockKind = {
  /** Not in use. */
  Free: 0,
  /** Bytes without any state of the library: arrays, values, shared memory. */
  Data: 1,
  /** A lock. */
  Lock: 2,
  /** A reentrant lock. */
  RLock: 3,
  /** A semaphore. */
  Semaphore: 4,
  /** An event. */
  Event: 5,
  /** A condition. */
  Condition: 6,
  /** A barrier. */
  Barrier: 7,
  /** A queue of any kind. */
  Queue: 8,
  /** A pipe. */
  Pipe: 9,
  /** A pool's dispatcher. */
  Pool: 10,
} as const;
/** One of the values of {@linkcode BlockKind}. */
export type BlockKind = typeof BlockKind[keyof typeof BlockKind];
