/**
 * Progress bars: the one that `pool.map(…, { progress: true })` draws, for
 * work of your own.
 *
 * @example
 * ```ts
 * import { ProgressBar } from "@lanes/lanes/progress";
 *
 * using bar = new ProgressBar({ total: 100, label: "pages" });
 * for (let page = 0; page < 100; page++) bar.advance();
 * ```
 *
 * @module
 */
export { type BarState, formatBytes, type Progress, renderBar } from "../base/bar.ts";
export {
  type BarStream,
  ProgressBar,
  type ProgressBarOptions,
  ProgressMeter,
  type ProgressMeterOptions,
} from "../base/progress_bar.ts";
