import type { PoolStats } from "./options.ts";

/** How many of the last latencies are kept. */
const KEPT = 1024;

/** Counts what a pool has done, and keeps its last latencies. */
export class Meter {
  readonly #latencies = new Float64Array(KEPT);
  #done = 0;
  #failed = 0;

  /** A task was done, `latency` milliseconds after its submission. */
  count(latency: number, ok: boolean): void {
    this.#latencies[(this.#done + this.#failed) % KEPT] = latency;
    if (ok) this.#done++;
    else this.#failed++;
  }

  /** What was counted. */
  stats(): Pick<PoolStats, "done" | "failed" | "latency"> {
    const kept = Math.min(KEPT, this.#done + this.#failed);
    const sorted = this.#latencies.slice(0, kept).sort();
    const at = (share: number): number => sorted[Math.min(kept - 1, Math.floor(kept * share))] ?? 0;
    return {
      done: this.#done,
      failed: this.#failed,
      latency: { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) },
    };
  }
}
