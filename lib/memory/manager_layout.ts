import { RING_DATA_BYTES, RING_HEADER_BYTES } from "./lane_layout.ts";

/**
 * The words of a manager: one block of kind Managed for its state, one for each
 * thread that talks to it, one for each object.
 */

/** First word of every block of a manager: which of the three it is. */
export const MANAGED_TAG = 0;
/** Value of {@linkcode MANAGED_TAG}: the manager's state. */
export const MANAGED_STATE = 1;
/** Value of {@linkcode MANAGED_TAG}: what a client thread and the server share. */
export const MANAGED_CLIENT = 2;
/** Value of {@linkcode MANAGED_TAG}: an object that the server keeps while the block has references. */
export const MANAGED_OBJECT = 3;

/** Word of a manager's state: 0 before the server runs, 1 while it does, 2 once it was shut down. */
export const MANAGER_PHASE = 1;
/** Word of a manager's state: pid of the server. */
export const MANAGER_SERVER = 2;
/** Word of a manager's state: place of the server's bell, its byte offset divided by 64. */
export const MANAGER_BELL = 3;
/** Word of a manager's state: place of the newest client that the server does not know yet, or 0. */
export const MANAGER_ARRIVALS = 4;
/** Bytes of a manager's state. */
export const MANAGER_BYTES = 64;

/** Word of a client: its pid. */
export const CLIENT_PID = 1;
/** Word of a client: pid of the server. */
export const CLIENT_SERVER = 2;
/** Word of a client: place of the client's bell. */
export const CLIENT_BELL = 3;
/** Word of a client: place of the server's bell. */
export const CLIENT_SERVER_BELL = 4;
/** Word of a client: place of the next newest client that the server does not know yet, or 0. */
export const CLIENT_NEXT = 5;
/** Word of a client: generation of this block, for the server. */
export const CLIENT_GENERATION = 6;
/** Word of a client: 1 when the ring of requests was full and the client waits for room. */
export const CLIENT_REQUESTS_FULL = 7;
/** Word of a client: 1 when the ring of replies was full and the server waits for room. */
export const CLIENT_REPLIES_FULL = 8;
/** Byte offset, in a client, of the ring of requests. */
export const CLIENT_REQUESTS = 128;
/** Byte offset, in a client, of the ring of replies. */
export const CLIENT_REPLIES = CLIENT_REQUESTS + RING_HEADER_BYTES + RING_DATA_BYTES;
/** Bytes of a client. */
export const CLIENT_BYTES = CLIENT_REPLIES + RING_HEADER_BYTES + RING_DATA_BYTES;
