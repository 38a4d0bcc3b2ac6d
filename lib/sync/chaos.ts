import { perRealm } from "../base/realm.ts";

/**
 * Pauses at the atomic steps, for tests: a race that needs two threads at two
 * exact places is met in seconds instead of years. Off, each place costs one
 * comparison with `null`.
 *
 * A worker has several copies of this module, its bootstrap's and those that
 * its tasks import: all of them run the same step.
 */

/** What runs at each atomic step, or `null`. */
export let chaos: (() => void) | null = null;

const copies = perRealm("chaos", () => new Set<(step: (() => void) | null) => void>());
copies.add(follow);

function follow(step: (() => void) | null): void {
  chaos = step;
}

/** Runs `step` at each atomic step of this thread from now on; `null` ends that. */
export function setChaos(step: (() => void) | null): void {
  for (const tell of copies) tell(step);
}
