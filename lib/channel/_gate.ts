import { ClosedError } from "../base/errors.ts";
import { alive, isDead, self } from "../memory/process_table.ts";
import { chaos } from "../sync/chaos.ts";
import { pauseSync } from "../sync/park.ts";

/**
 * A lock in one word for sections of about a microsecond that may be entered
 * from any thread, the main one included. It holds the pid of the thread
 * inside: the place of one that died there is taken over, and whoever takes it
 * over repairs what it left. See README.md, "Gate".
 */

/** How long, in milliseconds, a thread that was declared dead may still run to its end before its place is taken over. */
const GRACE = 20;
/** Looks before a nap: the holder may need this core to go on. */
const SPINS = 64;
/** Length of a nap in milliseconds. */
const NAP = 0.05;

/**
 * Enters. Returns whether the place was taken over from a thread that did not
 * leave: the caller repairs what it left.
 *
 * @throws {ClosedError} When this process was declared dead.
 */
export function enter(words: Int32Array<SharedArrayBuffer>, index: number): boolean {
  const me = self();
  const lost = Atomics.compareExchange(words, index, 0, me) !== 0 && enterSlowly(words, index, me);
  if (isDead()) {
    if (!lost) leave(words, index);
    throw new ClosedError("This process was ended: it cannot use queues and pipes any more");
  }
  if (chaos !== null) chaos();
  return lost;
}

/** Leaves; nothing happens when the place was taken over meanwhile, as that of a thread declared dead. */
export function leave(words: Int32Array<SharedArrayBuffer>, index: number): void {
  Atomics.compareExchange(words, index, self(), 0);
}

/** Ends a call that threw: the dead do not come back from a wait, where their host ends the thread; their error is nobody's. */
export function rethrow(error: unknown): never {
  if (isDead()) pauseSync(0);
  throw error;
}

function enterSlowly(words: Int32Array<SharedArrayBuffer>, index: number, me: number): boolean {
  let suspect = 0;
  let since = 0;
  while (true) {
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.load(words, index) === 0 && Atomics.compareExchange(words, index, 0, me) === 0) return false;
      Atomics.pause();
    }
    const holder = Atomics.load(words, index);
    // Sections never nest: an own pid in here is what an error such as a stack overflow left behind.
    if (holder === me) return true;
    if (holder !== 0 && !alive(holder)) {
      // A killed thread runs on for a few milliseconds, and mostly leaves by itself.
      if (suspect !== holder) {
        suspect = holder;
        since = performance.now();
      } else if (performance.now() - since > GRACE && Atomics.compareExchange(words, index, holder, me) === holder) {
        return true;
      }
    }
    pauseSync(NAP);
  }
}
