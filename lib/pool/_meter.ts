import type { PoolStats } from "./options.ts";

/** How many of the last latencies are kept. */
const KEPT = 1024;

/** Counts what a pool has done, and keeps its last latencies. */
export class Meter {
  readonly #latencies = new Float64Array(KEPT);
  #measured = 0;
  #done = 0;
  #failed = 0;

  /** A task was done, `latency` milliseconds after its submission where that was measured. */
  count(ok: boolean, latency: number | null): void {
    if (latency !== null) this.#latencies[this.#measured++ % KEPT] = latency;
    if (ok) this.#done++;
    else this.#failed++;
  }

  /** What was counted. */
  stats(): Pick<PoolStats, "done" | "failed" | "latency"> {
    const kept = Math.min(KEPT, this.#measured);
    const sorted = this.#latencies.slice(0, kept).sort();
    const at = (share: number): number => sorted[Math.min(kept - 1, Math.floor(kept * share))] ?? 0;
    return {
      done: this.#done,
      failed: this.#failed,
      latency: { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) },
    };
  }
}
