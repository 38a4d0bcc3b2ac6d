import { definePredicate, NUMBERS } from "./_define.ts";
import type { PredicateKernel } from "./kernel.ts";

/**
 * Whether every element is not 0; `true` for none.
 *
 * @example
 * ```ts
 * import { all } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(all(Float64Array.of(1, 0)), false);
 * ```
 */
export const all: PredicateKernel = definePredicate({
  name: "all",
  exports: "count",
  dtypes: NUMBERS,
  combine: (partials, length) => partials.reduce((total, x) => total + x, 0) === length,
  reference: (xs) => Array.from(xs).every((x) => x !== 0),
});
