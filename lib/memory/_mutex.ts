import { alive, self } from "./process_table.ts";

/**
 * A lock in one word of shared memory for critical sections of well under a
 * microsecond. The word holds the pid of the thread inside, or 0, so a holder
 * that was killed in there is seen and its place taken over. Waiting spins:
 * this layer may not block.
 */

/** How long, in milliseconds, a thread that was declared dead may still run to its end before its place is taken over. */
const GRACE = 20;
/** Spins between two looks at the holder. */
const SPINS = 200;

/**
 * Takes the lock in `words[index]`. Returns whether it was taken over from a
 * thread that did not leave properly: what the lock guards may then be half
 * changed, and the caller repairs it first.
 */
export function enter(words: Int32Array<SharedArrayBuffer>, index: number): boolean {
  const me = self();
  if (Atomics.compareExchange(words, index, 0, me) === 0) return false;
  return enterSlowly(words, index, me);
}

/** Gives the lock back. */
export function leave(words: Int32Array<SharedArrayBuffer>, index: number): void {
  Atomics.store(words, index, 0);
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
    if (holder === 0) continue;
    // Sections never nest: an own pid in here is what an error such as a stack overflow left behind.
    if (holder === me) return true;
    if (alive(holder)) continue;
    if (suspect !== holder) {
      // A killed thread runs on for a few milliseconds, and mostly leaves by itself.
      suspect = holder;
      since = performance.now();
    } else if (performance.now() - since > GRACE) {
      if (Atomics.compareExchange(words, index, holder, me) === holder) return true;
      suspect = 0;
    }
  }
}
