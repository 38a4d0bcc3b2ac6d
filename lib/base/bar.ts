/**
 * How far a job is, and the line of text that shows it. Pure: nothing here
 * reads a clock or writes anywhere.
 */

/** How far a job is. */
export interface Progress {
  /** Items that are finished, the failed ones among them. */
  readonly done: number;
  /** Items of the whole job; `null` while the input has not ended and its length is unknown. */
  readonly total: number | null;
  /** Items that ended with an error. */
  readonly failed: number;
  /** Milliseconds since the job began. */
  readonly elapsed: number;
  /** Items a second: recent ones weigh more. 0 before the first. */
  readonly rate: number;
  /** Milliseconds until the end at this rate; `null` while that cannot be told. */
  readonly eta: number | null;
}

/** What a bar shows. */
export interface BarState extends Progress {
  /** What is being done, shown before the bar. */
  readonly label?: string | undefined;
  /** What is counted: `"items"` (the default) or `"bytes"`, shown as KiB, MiB, GiB. */
  readonly unit?: "items" | "bytes" | undefined;
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;
const LEAST_BAR = 5;
const MOST_BAR = 40;

/**
 * One line of at most `width` characters, without a line break: label,
 * percentage, bar, counts, time, rate and failures. What does not fit is left
 * out, least important first: the bar itself, then rate and times.
 *
 * @example
 * ```ts
 * import { renderBar } from "@lanes/lanes/progress";
 * import { assertEquals } from "@std/assert";
 *
 * const half = { done: 5, total: 10, failed: 1, elapsed: 2000, rate: 2.5, eta: 2000 };
 * assertEquals(
 *   renderBar({ ...half, label: "squares" }, 60),
 *   "squares  50% │███████       │ 5/10 0:02<0:02 2.50/s 1 failed",
 * );
 * ```
 */
export function renderBar(state: BarState, width: number): string {
  const label = printable(state.label ?? "");
  const head = [label, percentage(state)].filter((part) => part !== "").join(" ");
  const counts = `${amount(state.done, state)}${state.total === null ? "" : `/${amount(state.total, state)}`}`;
  const times = `${clock(state.elapsed)}${state.eta === null ? "" : `<${clock(state.eta)}`}`;
  const failures = state.failed > 0 ? `${state.failed} failed` : "";
  const tails = [
    [counts, times, speed(state), failures],
    [counts, times, failures],
    [counts, failures],
    [counts],
  ].map((parts) => parts.filter((part) => part !== "").join(" "));
  for (const tail of tails) {
    const room = width - length(head) - length(tail) - 4;
    if (state.total !== null && room >= LEAST_BAR) {
      return `${head} │${cells(state, Math.min(room, MOST_BAR))}│ ${tail}`;
    }
    const bare = `${head} ${tail}`.trim();
    if (length(bare) <= width) return bare;
  }
  const least = percentage(state).trim();
  return length(least) <= width ? least : "";
}

function length(text: string): number {
  return [...text].length;
}

/** A label may hold anything; what would move the cursor may not reach a terminal. */
function printable(label: string): string {
  return label.replace(/\p{Cc}+/gu, " ").trim();
}

function fraction(state: BarState): number {
  if (state.total === null) return 0;
  return state.total <= 0 ? 1 : Math.min(1, Math.max(0, state.done / state.total));
}

function percentage(state: BarState): string {
  // Floor: 100 % is shown when all is done, not a moment earlier.
  return state.total === null ? "" : `${Math.floor(fraction(state) * 100)}%`.padStart(4);
}

function cells(state: BarState, width: number): string {
  const eighths = Math.floor(fraction(state) * width * 8);
  const bar = "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7];
  return bar.padEnd(width);
}

function amount(value: number, state: BarState): string {
  return state.unit === "bytes" ? formatBytes(value) : formatCount(value);
}

function speed(state: BarState): string {
  if (!(state.rate > 0) || !Number.isFinite(state.rate)) return "";
  return state.unit === "bytes" ? `${formatBytes(state.rate)}/s` : `${formatRate(state.rate)}/s`;
}

function formatRate(rate: number): string {
  if (rate < 10) return rate.toFixed(2);
  if (rate < 100) return rate.toFixed(1);
  return formatCount(Math.round(rate));
}

function formatCount(value: number): string {
  if (value < 1_000_000) return `${value}`;
  const units = ["k", "M", "G", "T", "P"];
  let unit = -1;
  do {
    value /= 1000;
    unit++;
  } while (value >= 999.95 && unit < units.length - 1);
  return `${value.toFixed(value < 10 ? 2 : 1)}${units[unit]}`;
}

/**
 * `bytes` as people read it: B, KiB, MiB, GiB, TiB.
 *
 * @example
 * ```ts
 * import { formatBytes } from "@lanes/lanes/progress";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatBytes(1536), "1.5 KiB");
 * assertEquals(formatBytes(128 * 2 ** 20), "128 MiB");
 * ```
 */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  while (bytes >= 1023.95 && unit < units.length - 1) {
    bytes /= 1024;
    unit++;
  }
  const text = unit === 0 || Number.isInteger(bytes) ? `${Math.round(bytes)}` : bytes.toFixed(1);
  return `${text} ${units[unit]}`;
}

/** `ms` milliseconds as `0:07`, `12:34` or `1:02:03`. */
function clock(ms: number): string {
  if (!Number.isFinite(ms)) return "?";
  const seconds = Math.max(0, Math.round(ms / 1000));
  const two = String(seconds % 60).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two}`;
  return `${Math.floor(seconds / 3600)}:${String(Math.floor(seconds / 60) % 60).padStart(2, "0")}:${two}`;
}
