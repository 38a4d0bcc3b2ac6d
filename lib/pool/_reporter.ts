import type { Progress } from "../base/bar.ts";
import { ProgressBar, ProgressMeter } from "../base/progress_bar.ts";

/** Tells whoever asked how far a job is: a bar on stderr, a function, or nobody. */
export class Reporter {
  readonly #bar: ProgressBar | ProgressMeter | null;
  readonly #tell: ((progress: Progress) => void) | null;

  /** `wanted` as in `MapOptions`; `total` where it is known. */
  constructor(wanted: boolean | ((progress: Progress) => void) | undefined, total: number | null) {
    this.#tell = typeof wanted === "function" ? wanted : null;
    this.#bar = this.#tell !== null ? new ProgressMeter({ total }) : wanted ? new ProgressBar({ total }) : null;
  }

  /** `count` more items are done, `failed` of them with an error. What the function throws is thrown here. */
  advance(count: number, failed: number): void {
    if (this.#bar === null) return;
    this.#bar.advance(count, { failed });
    this.#tell?.(this.#bar.progress);
  }

  /** The job is over: the bar's line ends. */
  close(): void {
    if (this.#bar instanceof ProgressBar) this.#bar.close();
  }
}
