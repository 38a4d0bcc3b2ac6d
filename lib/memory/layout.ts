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
/** Control word: byte offset, divided by 64, of the newest request of a worker to the main thread, or 0. */
export const CONTROL_REQUESTS = 7;
/** Control word from which the arena keeps its index (64 words). */
export const CONTROL_ARENA_INDEX = 64;
/** How many free lists the index has. */
export const ARENA_CLASSES = 64;
/** Control word: pid of the thread that changes the table of names, or 0. */
export const CONTROL_NAMES_LOCK = 12;
/** Control word: how many segments the heap has. */
export const CONTROL_SEGMENTS = 8;
/** Control word: units of the heap in all segments. */
export const CONTROL_HEAP_UNITS = 9;
/** Control word: units of the heap in used blocks, headers included. */
export const CONTROL_USED_UNITS = 10;
/** Control word: how many ledgers of dead processes wait for another process to take them. */
export const CONTROL_ORPHANS = 11;
/** Control word: how many threads block until any of several objects changes; those that were killed meanwhile count on. */
export const CONTROL_WATCHERS = 13;
/** Control word: raised, while there are such, after an object that somebody watches has changed; what they sleep on. */
export const CONTROL_CHANGES = 14;
/** Control word from which the segments' starts and ends stand, two words each, in units. */
export const CONTROL_SEGMENT_TABLE = 256;
/** How many segments the heap can have. */
export const SEGMENT_SLOTS = 3072;
/** Control word from which the table of names keeps the first entry of each bucket, in units. */
export const CONTROL_NAME_BUCKETS = 8192;
/** How many buckets the table of names has; a power of two. */
export const NAME_BUCKETS = 1024;
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
/** Record word: written by the process itself to recognise the program's memory behind another buffer object. */
export const PROCESS_PROBE = 7;

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
  /** Taken, but not yet handed to its user: freed when its owner dies. */
  Reserved: 11,
  /** The references that one process holds: see `handle.ts`. */
  Ledger: 12,
  /** An entry of the table of names: see `_names.ts`. */
  Name: 13,
  /** An object that a manager serves: see `manager/`. */
  Managed: 14,
} as const;
/** One of the values of {@linkcode BlockKind}. */
export type BlockKind = typeof BlockKind[keyof typeof BlockKind];

/** Bytes of one unit of the heap: the size of everything in it is a multiple, every payload is aligned to it. */
export const UNIT_BYTES = 64;
/** Words of one unit. */
export const UNIT_WORDS = UNIT_BYTES / 4;
/** Header word of a block: its units, header included. */
export const BLOCK_UNITS = 0;
/** Header word of a block: its {@linkcode BlockKind}. */
export const BLOCK_KIND = 1;
/** Header word of a block: how many references to it exist. */
export const BLOCK_REFS = 2;
/** Header word of a block: differs for every use of the place; 0 while it is free. */
export const BLOCK_GENERATION = 3;
/** Header word of a block: pid of the process that took it. */
export const BLOCK_OWNER = 4;
/** Header word of a block: units of the block before it in the segment, 0 for the first. */
export const BLOCK_PREVIOUS_UNITS = 5;
/** Header word of a block: tells a header from other bytes. */
export const BLOCK_MAGIC = 6;
/** Header word of a block: the bytes that were asked for, unsigned. */
export const BLOCK_LENGTH = 7;
/** Header word of a free block: how many units at its end are known to be zero. */
export const BLOCK_CLEAN = 8;
/** Header word of a free block: the next block of its free list, in units, or 0. */
export const BLOCK_NEXT_FREE = 9;
/** Header word of a free block: the block before it in its free list, in units, or 0. */
export const BLOCK_PREVIOUS_FREE = 10;
/** Header word of a used block: the block that goes when this one goes, in units, or 0. */
export const BLOCK_ATTACHED = 11;
/** Header word of a used block: generation of the attached block. */
export const BLOCK_ATTACHED_GENERATION = 12;

/** Lock word: 0, or the holder's pid shifted by {@linkcode LOCK_PID_SHIFT} and flags. */
export const LOCK_STATE = 0;
/** Lock word: raised when those who wait without blocking should look again. */
export const LOCK_TURN = 1;
/** Lock word: pid of a process that has waited for long, to which the next release offers the lock, or 0. */
export const LOCK_STARVED = 2;
/** Lock word: when the lock was last offered, in milliseconds of `Date.now()`. */
export const LOCK_OFFERED_AT = 3;
/** Bytes of a lock. */
export const LOCK_BYTES = 16;
/** Flag of {@linkcode LOCK_STATE}: blocked threads wait for the word. */
export const LOCK_SLEEPERS = 1;
/** Flag of {@linkcode LOCK_STATE}: {@linkcode LOCK_TURN} has to be raised at the release. */
export const LOCK_WATCHERS = 2;
/** Flag of {@linkcode LOCK_STATE}: the sweep of the holder's death has been here. */
export const LOCK_ORPHAN = 4;
/** Flag of {@linkcode LOCK_STATE}: the process does not hold the lock yet; it is kept for it for some milliseconds. */
export const LOCK_OFFERED = 8;
/** Where the pid begins in {@linkcode LOCK_STATE}. */
export const LOCK_PID_SHIFT = 4;

/** Event word: flags, and from {@linkcode EVENT_EPOCH_SHIFT} on how often the event has been set. */
export const EVENT_STATE = 0;
/** Bytes of an event. */
export const EVENT_BYTES = 4;
/** Flag of {@linkcode EVENT_STATE}: the event is set. */
export const EVENT_SET = 1;
/** Flag of {@linkcode EVENT_STATE}: someone waits. */
export const EVENT_WAITERS = 2;
/** Where the epoch begins in {@linkcode EVENT_STATE}. */
export const EVENT_EPOCH_SHIFT = 2;

/** Semaphore word: free units that are not tracked. */
export const SEMAPHORE_FREE = 0;
/** Semaphore word: raised by every release; what blocked threads wait on. */
export const SEMAPHORE_SLEEP = 1;
/** Semaphore word: raised when those who wait without blocking should look again. */
export const SEMAPHORE_TURN = 2;
/** Semaphore word: {@linkcode LOCK_SLEEPERS} and {@linkcode LOCK_WATCHERS}, while such wait. */
export const SEMAPHORE_WAITERS = 3;
/** Semaphore word: how many units are tracked. */
export const SEMAPHORE_TRACKED = 4;
/** Semaphore word: the most that {@linkcode SEMAPHORE_FREE} may become. */
export const SEMAPHORE_LIMIT = 5;
/** Semaphore word: the start value. */
export const SEMAPHORE_START = 6;
/** Semaphore word from which each tracked unit has a word: 0 while it is free, else the pid of its holder. */
export const SEMAPHORE_UNITS = 8;
/** The most units that are tracked: the first ones of the start value. */
export const SEMAPHORE_MOST_TRACKED = 256;

/** Condition word: how many slots have ever been in use, counted from the first. */
export const CONDITION_USED = 0;
/** Condition word: the slot after the last that was notified. */
export const CONDITION_CURSOR = 1;
/** Condition word from which the slots stand, two words each: one slot a waiting process. */
export const CONDITION_SLOTS = 2;
/** Slot word: pid of the process whose slot it is, or 0. */
export const CONDITION_PID = 0;
/** Slot word: how many of its tasks wait (low 16 bits), and how many of these have been notified. */
export const CONDITION_COUNTS = 1;
/** Where in {@linkcode CONDITION_COUNTS} the notified begin. */
export const CONDITION_NOTIFIED_SHIFT = 16;
/** How many processes can wait for a condition at once. */
export const CONDITION_PROCESSES = 254;
/** Bytes of a condition. */
export const CONDITION_BYTES = (CONDITION_SLOTS + 2 * CONDITION_PROCESSES) * 4;

/** Channel word: the most items, or 0 for no limit. */
export const CHANNEL_MAX_ITEMS = 0;
/** Channel word: the most bytes, or 0 for no limit; one item is let in whatever its size. */
export const CHANNEL_MAX_BYTES = 1;
/** Channel word: bytes of the first ring, a power of two. */
export const CHANNEL_RING_BYTES = 2;
/** Channel word: {@linkcode CHANNEL_SHUT} and {@linkcode CHANNEL_DROPPED}, or 0. */
export const CHANNEL_STATE = 3;
/** Flag of {@linkcode CHANNEL_STATE}: nothing more is put. */
export const CHANNEL_SHUT = 1;
/** Flag of {@linkcode CHANNEL_STATE}: what is left is not taken either. */
export const CHANNEL_DROPPED = 2;
/** Channel word: how many items are done, for a queue that can be joined. */
export const CHANNEL_DONE = 4;
/** Channel word: pid of the thread that is putting, or 0. First word of the writers' cache line. */
export const CHANNEL_PUT_LOCK = 16;
/** Channel word: how many items were ever put; its store publishes an item. */
export const CHANNEL_PUT_COUNT = 17;
/** Channel words: where the next item goes, twice three words: the one for an even count, then the one for an odd count. */
export const CHANNEL_TAIL = 18;
/** Channel words: what the writers last saw of {@linkcode CHANNEL_GOT_COUNT}; then of segment, position and bytes of the head. */
export const CHANNEL_SEEN_GOT = 24;
/** Channel words: generation and place of a block that a writer is about to link, and the count that publishes it. */
export const CHANNEL_PENDING = 28;
/** Channel word: pid of the thread that is taking, or 0. First word of the readers' cache line. */
export const CHANNEL_GET_LOCK = 32;
/** Channel word: how many items were ever taken; its store consumes an item. */
export const CHANNEL_GOT_COUNT = 33;
/** Channel words: where the next item is, as {@linkcode CHANNEL_TAIL}. */
export const CHANNEL_HEAD = 34;
/** Channel word: what the readers last saw of {@linkcode CHANNEL_PUT_COUNT}. */
export const CHANNEL_SEEN_PUT = 40;
/** Channel words: generation and place of a segment that was read to its end, and the count with which it goes. */
export const CHANNEL_PASSED = 41;
/** Channel words: the signal that readers wait for. */
export const CHANNEL_ITEMS = 48;
/** Channel words: the signal that writers wait for. */
export const CHANNEL_ROOM = 64;
/** Channel words: the signal of those who join. */
export const CHANNEL_IDLE = 80;
/** Bytes of a channel. */
export const CHANNEL_BYTES = 384;

/** Word of a tail or head: place of the segment, its byte offset divided by 64. */
export const END_SEGMENT = 0;
/** Word of a tail or head: bytes written to, or read from, the segment, modulo 2^32. */
export const END_POSITION = 1;
/** Word of a tail or head: bytes ever put or taken, modulo 2^32. */
export const END_BYTES = 2;
/** Words of a tail or head. */
export const END_WORDS = 3;

/** Signal word: {@linkcode LOCK_SLEEPERS} and {@linkcode LOCK_WATCHERS}, while such wait. */
export const SIGNAL_FLAGS = 0;
/** Signal word: raised to wake one blocked thread. */
export const SIGNAL_SLEEP = 1;
/** Signal word: raised to wake those who wait without blocking. */
export const SIGNAL_TURN = 2;

/** Segment word: place of the next segment, or 0. */
export const SEGMENT_NEXT = 0;
/** Segment word: the position at which a reader goes to the next segment, if there is one. */
export const SEGMENT_END = 1;
/** Segment word: bytes of its ring, a power of two; 0 for a segment that holds one large item. */
export const SEGMENT_RING_BYTES = 2;
/** Byte of a segment at which its data begins. */
export const SEGMENT_DATA = 64;
/** Bytes before an item: its length, then kind and ticket. */
export const ITEM_HEADER_BYTES = 8;

/** Word of a name's entry: the next entry of its bucket, in units, or 0. */
export const NAME_NEXT = 0;
/** Word of a name's entry: the payload of the named block, in units. */
export const NAME_DATA = 1;
/** Word of a name's entry: generation of the named block. */
export const NAME_GENERATION = 2;
/** Word of a name's entry: bytes that were asked for, unsigned. */
export const NAME_SIZE = 3;
/** Word of a name's entry: pid of the process that made it. */
export const NAME_CREATOR = 4;
/** Word of a name's entry: bytes of the name, which follows the words. */
export const NAME_LENGTH = 5;
/** Bytes of the words of a name's entry. */
export const NAME_BYTES = 24;

/** Barrier word: the number of the current epoch: one for each time that the barrier passes or is reset. */
export const BARRIER_EPOCH = 0;
/** Barrier word: how many parties it is for. */
export const BARRIER_PARTIES = 1;
/** Barrier word from which the cells stand, two words each: an epoch has the cell of its number modulo {@linkcode BARRIER_RING}. */
export const BARRIER_CELLS = 2;
/** How many cells there are: so many epochs later, the outcome of one may be forgotten. A power of two. */
export const BARRIER_RING = 16;
/** Cell word: {@linkcode CELL_WAITERS}, phase, count of parties, and from {@linkcode CELL_TAG_SHIFT} on the low bits of the epoch. What parties wait on. */
export const CELL_STATE = 0;
/** Cell word: how many parties have left, and the low bits of the epoch likewise. */
export const CELL_LEFT = 1;
/** Flag of {@linkcode CELL_STATE}: somebody sleeps. */
export const CELL_WAITERS = 1;
/** Where the phase begins in {@linkcode CELL_STATE}; three bits. */
export const CELL_PHASE_SHIFT = 1;
/** Where the count of parties begins in {@linkcode CELL_STATE}; twelve bits. */
export const CELL_COUNT_SHIFT = 4;
/** Where the epoch begins in {@linkcode CELL_STATE}. */
export const CELL_TAG_SHIFT = 16;
/** Barrier word from which the places stand: 0, or the low bits of a waiting party's pid (20) and epoch (12). */
export const BARRIER_PLACES = BARRIER_CELLS + 2 * BARRIER_RING;
/** Places beyond the number of parties, for those who come too early. */
export const BARRIER_SPARE_PLACES = 8;
/** The most parties of a barrier. */
export const BARRIER_MOST_PARTIES = 4095;

/** Pipe word, after the channel: pid of the thread that changes the tables, or 0. */
export const PIPE_LOCK = CHANNEL_BYTES / 4;
/** Pipe word: raised by every change of the tables. */
export const PIPE_EPOCH = PIPE_LOCK + 1;
/** Pipe words: copies of each end that are on their way, or that found no place in its table. */
export const PIPE_UNDERWAY = PIPE_LOCK + 2;
/** Pipe words: for each end a table of who holds copies of it. */
export const PIPE_HOLDERS = PIPE_LOCK + 16;
/** Holder word: its pid, or 0 for a free entry. */
export const HOLDER_PID = 0;
/** Holder word: how many copies it holds or is to get. */
export const HOLDER_COPIES = 1;
/** Holder word: how many of these are still on their way to it. */
export const HOLDER_EXPECTED = 2;
/** Words of a holder. */
export const HOLDER_WORDS = 3;
/** How many processes each table has place for. */
export const PIPE_MOST_HOLDERS = 64;
/** Bytes of a pipe: its first channel and the tables. */
export const PIPE_BYTES = (PIPE_HOLDERS + 2 * HOLDER_WORDS * PIPE_MOST_HOLDERS) * 4;
