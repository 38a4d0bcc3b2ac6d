import { definePredicate, NUMBERS } from "./_define.ts";
import type { PredicateKernel } from "./kernel.ts";

/**
 * Whether any element is not 0; `false` for none.
 *
 * @example
 * ```ts
 * import { any } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(any(Float64Array.of(1, 0)), true);
 * ```
 */
export const any: PredicateKernel = definePredicate({
  name: "any",
  exports: "count",
  dtypes: NUMBERS,
  combine: (partials) => partials.some((x) => x > 0),
  reference: (xs) => Array.from(xs).some((x) => x !== 0),
});
