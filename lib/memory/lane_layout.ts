/**
 * The words of rings, lanes and bells: what carries orders to workers and
 * answers back. As `layout.ts`, which names all others.
 */

/** Ring word: how far the reader has read, in bytes, wrapping at 2^32. On a cache line of its own. */
export const RING_HEAD = 0;
/** Ring word: how far the writer has written, likewise. */
export const RING_TAIL = 16;
/** Bytes before a ring's data: two cache lines. */
export const RING_HEADER_BYTES = 128;
/** Bytes of a ring's data: a power of two. */
export const RING_DATA_BYTES = 1 << 18;
/** Words of a record's header. */
export const RECORD_WORDS = 8;

/** Lane word: raised by the owner after it wrote into the inbox; what the worker waits on. */
export const LANE_BELL = 0;
/** Lane word: 1 while the worker is parked on its bell, so that the owner knows to notify. */
export const LANE_PARKED = 1;
/**
 * Lane word: id of the task that the worker is running; 0 for none; -n while it makes the function numbered n;
 * `LANE_BOOTING` until it takes records. Below 0 it may be making built-in modules, in which it must not be stopped.
 */
export const LANE_CURRENT = 2;
/** Of `LANE_CURRENT`: no function has this number. */
export const LANE_BOOTING = -0x8000_0000;
/** Lane word: 1 once the worker takes records. */
export const LANE_READY = 3;
/** Where, in a lane's block, the ring from the owner to the worker begins. */
export const LANE_INBOX = 128;
/** Where, in a lane's block, the ring from the worker to the owner begins. */
export const LANE_OUTBOX = LANE_INBOX + RING_HEADER_BYTES + RING_DATA_BYTES;
/** Bytes of a lane's block. */
export const LANE_BYTES = LANE_OUTBOX + RING_HEADER_BYTES + RING_DATA_BYTES;

/** Bell word: raised by workers after they wrote into an outbox; what their owner waits on. */
export const BELL_COUNT = 0;
/** Bell word: 1 while the owner is parked on it. */
export const BELL_PARKED = 1;
/** Bytes of an owner's bell. */
export const BELL_BYTES = 64;
/** Lane word: 1 while the worker waits for room in its outbox. */
export const LANE_FULL = 4;
/** Lane word: which sides have let go of the lane, a bit for each: its owner, and the main thread for the worker. */
export const LANE_SIDES = 5;
