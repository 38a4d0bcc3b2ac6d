import { defineExtreme } from "./_extreme.ts";
import type { ExtremeKernel } from "./kernel.ts";
import { maximum } from "./maximum.ts";

/**
 * The greatest of all elements, NaN if one is; of two operands the greatest of each two elements, as `maximum`.
 *
 * @example
 * ```ts
 * import { max } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(max(Float64Array.of(3, 1, 2)), 3);
 * assertEquals(max(Float64Array.of(3, 1), 2), Float64Array.of(3, 2));
 * ```
 */
export const max: ExtremeKernel = defineExtreme("max", maximum, Math.max);
