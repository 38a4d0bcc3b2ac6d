import { FLOATS } from "./_define.ts";
import { defineRandom, rangeOptions } from "./_random.ts";
import type { RandomKernel } from "./signatures.ts";

/**
 * Fills an array with random numbers from `low` (default 0) to below `high` (default 1), all multiples of 2^-52 of the
 * range equally likely. The same `seed` (default 0) gives the same numbers.
 *
 * @example
 * ```ts
 * import { randomUniform } from "@lanes/lanes/kernels";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const xs = randomUniform(new Float64Array(3), { seed: 1 });
 * assert(xs.every((x) => x >= 0 && x < 1));
 * assertEquals(xs, randomUniform(3, { seed: 1 }));
 * ```
 */
export const randomUniform: RandomKernel = defineRandom({
  name: "randomUniform",
  exports: "random_uniform",
  dtypes: FLOATS,
  cost: 3,
  parameters: (options) => rangeOptions("randomUniform", options, false),
});
