/**
 * The number of logical processors that the program may use; at least 1.
 *
 * @example
 * ```ts
 * import { cpuCount } from "@lanes/lanes";
 * import { assert } from "@std/assert";
 *
 * assert(cpuCount() >= 1);
 * ```
 */
export function cpuCount(): number {
  return Math.max(1, navigator.hardwareConcurrency || 1);
}
