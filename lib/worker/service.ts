import { allocate, release } from "../memory/arena.ts";
import { BlockKind, CONTROL_OFFSET, CONTROL_REQUESTS } from "../memory/layout.ts";
import { bytesAt, wordsAt } from "../memory/memory.ts";
import { parkIdle, requestService, wake } from "../sync/park.ts";
import type { ServiceRequest } from "./protocol.ts";

/**
 * What workers ask of the main thread, which alone starts and ends threads and
 * cleans up after the dead. Requests lie in shared memory, so that a main
 * thread that is blocked serves them too: a list whose head is one control
 * word, pushed at by anyone, taken whole by the main thread.
 */

/** Bytes before a request's text: where the next request is, and the text's length. */
const HEADER_BYTES = 8;

function control(): Int32Array<SharedArrayBuffer> {
  return wordsAt(CONTROL_OFFSET, CONTROL_REQUESTS + 1);
}

/** Leaves a request to the main thread. */
export function request(order: ServiceRequest): void {
  const text = new TextEncoder().encode(JSON.stringify(order));
  const offset = allocate(HEADER_BYTES + text.length, BlockKind.Data);
  bytesAt(offset + HEADER_BYTES, text.length).set(text);
  const header = wordsAt(offset, 2);
  header[1] = text.length;
  const words = control();
  for (;;) {
    const head = Atomics.load(words, CONTROL_REQUESTS);
    header[0] = head;
    if (Atomics.compareExchange(words, CONTROL_REQUESTS, head, offset / 64) === head) break;
  }
  wake(words, CONTROL_REQUESTS);
  requestService();
}

/** Takes every request that is there, oldest first. */
export function takeRequests(): ServiceRequest[] {
  let block = Atomics.exchange(control(), CONTROL_REQUESTS, 0);
  const orders: ServiceRequest[] = [];
  while (block !== 0) {
    const offset = (block >>> 0) * 64;
    const [next, length] = wordsAt(offset, 2);
    const text = bytesAt(offset + HEADER_BYTES, length!).slice();
    orders.unshift(JSON.parse(new TextDecoder().decode(text)));
    release(offset);
    block = next!;
  }
  return orders;
}

/** Resolves when there may be requests. */
export function requestsCame(): Promise<void> {
  return parkIdle(control(), CONTROL_REQUESTS, 0);
}
