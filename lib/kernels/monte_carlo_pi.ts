import { keyOf } from "./_random.ts";
import { sharedView } from "./_operand.ts";
import { defineWhole } from "./_whole.ts";
import { type PlanOptions, Workspace } from "./plan.ts";
import type { EstimateKernel } from "./signatures.ts";

/** Points of a batch. */
const BATCH = 8;
/** Batches of a slice. */
const BATCHES = 16384;

/**
 * An estimate of π from `points` random points of the unit square, rounded up to a multiple of 8: a whole program as a
 * kernel. The same `seed` (default 0) gives the same estimate, however many threads compute it.
 *
 * @example
 * ```ts
 * import { monteCarloPi } from "@lanes/lanes/kernels";
 * import { assert } from "@std/assert";
 *
 * assert(Math.abs(monteCarloPi(1_000_000) - Math.PI) < 0.01);
 * ```
 */
export const monteCarloPi: EstimateKernel = defineWhole<EstimateKernel>({
  name: "monteCarloPi",
  arity: 1,
  dtypes: [],
  reference: () => Math.PI,
  plan: ([points], options: PlanOptions) => {
    if (typeof points !== "number") throw new TypeError(`Kernel "monteCarloPi" needs a number of points`);
    if (!Number.isInteger(points) || points < 4) {
      throw new RangeError(
        `Expected the points of kernel "monteCarloPi" to be an integer of at least 4, got ${points}`,
      );
    }
    const key = keyOf("monteCarloPi", options);
    const batches = Math.ceil(points / BATCH), slices = Math.ceil(batches / BATCHES);
    const space = new Workspace();
    const hits = space.reserve(slices * 8);
    space.open();
    return {
      job: space.job([{
        name: "monte_carlo_pi",
        slices,
        args: [[space.at(hits), 8], ...key, [0, BATCHES], [BATCHES, batches, 1]],
      }]),
      cost: points * 0.003,
      finish: () => {
        const inside = Array.from(sharedView("f64", space.at(hits), slices)).reduce((total, x) => total + x, 0);
        return 4 * inside / (BATCH * batches);
      },
      dispose: () => space.close(),
    };
  },
});
