/**
 * Pauses at the atomic steps, for tests: a race that needs two threads at two
 * exact places is met in seconds instead of years. Off, each place costs one
 * comparison with `null`.
 */

/** What runs at each atomic step, or `null`. */
export let chaos: (() => void) | null = null;

/** Runs `step` at each atomic step of this thread from now on; `null` ends that. */
export function setChaos(step: (() => void) | null): void {
  chaos = step;
}
