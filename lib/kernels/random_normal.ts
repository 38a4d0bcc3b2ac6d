import { FLOATS } from "./_define.ts";
import { defineRandom } from "./_random.ts";
import { numberOption } from "./_whole.ts";
import type { RandomKernel } from "./signatures.ts";

/**
 * Fills an array with normally distributed random numbers of the given `mean` (default 0) and `deviation` (default 1).
 * The same `seed` (default 0) gives the same numbers, to the last place or so on machines of different kinds.
 *
 * @example
 * ```ts
 * import { mean, randomNormal } from "@lanes/lanes/kernels";
 * import { assert } from "@std/assert";
 *
 * assert(Math.abs(mean(randomNormal(10_000, { mean: 5, seed: 1 })) - 5) < 0.1);
 * ```
 */
export const randomNormal: RandomKernel = defineRandom({
  name: "randomNormal",
  exports: "random_normal",
  dtypes: FLOATS,
  cost: 8,
  parameters: (options) => [
    numberOption("randomNormal", options, "mean", 0),
    numberOption("randomNormal", options, "deviation", 1),
  ],
});
