import { defineRandom, rangeOptions } from "./_random.ts";
import type { RandomKernel } from "./signatures.ts";

/**
 * Fills an array of 32-bit integers with random ones from `low` (default 0) to below `high`, all equally likely. The
 * same `seed` (default 0) gives the same numbers.
 *
 * @example
 * ```ts
 * import { randomIntegers } from "@lanes/lanes/kernels";
 * import { assert } from "@std/assert";
 *
 * const dice = randomIntegers(new Int32Array(10), { low: 1, high: 7, seed: 1 });
 * assert(dice.every((x) => x >= 1 && x <= 6));
 * ```
 */
export const randomIntegers: RandomKernel = defineRandom({
  name: "randomIntegers",
  exports: "random_integers",
  dtypes: ["i32"],
  cost: 3,
  parameters: (options) => rangeOptions("randomIntegers", options, true),
});
