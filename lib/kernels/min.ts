import { defineExtreme } from "./_extreme.ts";
import type { ExtremeKernel } from "./kernel.ts";
import { minimum } from "./minimum.ts";

/**
 * The least of all elements, NaN if one is; of two operands the least of each two elements, as `minimum`.
 *
 * @example
 * ```ts
 * import { min } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(min(Float64Array.of(3, 1, 2)), 1);
 * assertEquals(min(Float64Array.of(3, 1), 2), Float64Array.of(2, 1));
 * ```
 */
export const min: ExtremeKernel = defineExtreme("min", minimum, Math.min);
