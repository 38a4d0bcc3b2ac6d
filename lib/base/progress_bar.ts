import { type Progress, renderBar } from "./bar.ts";

/**
 * Counts what is done, tells the rate, and draws the bar on a terminal. It
 * stands this low so that pools can draw one; users meet it at `./progress`.
 */

/** Where a bar is drawn: `Deno.stderr` is one. */
export interface BarStream {
  /** Writes some of `bytes`; the number written. */
  writeSync(bytes: Uint8Array): number;
  /** Whether anybody can see a line that redraws itself. */
  isTerminal(): boolean;
}

/** Options of {@linkcode ProgressMeter}. */
export interface ProgressMeterOptions {
  /** Items of the whole job; `null` or absent when unknown. */
  readonly total?: number | null | undefined;
  /** The clock, in milliseconds. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
}

/** Options of {@linkcode ProgressBar}. */
export interface ProgressBarOptions extends ProgressMeterOptions {
  /** What is being done, shown before the bar. */
  readonly label?: string | undefined;
  /** What is counted. Default: `"items"`. */
  readonly unit?: "items" | "bytes" | undefined;
  /** Where to draw. Default: `Deno.stderr`. Nothing is ever drawn where `isTerminal()` is false. */
  readonly stream?: BarStream | undefined;
  /** Characters a line; default: the terminal's width, asked at each drawing. */
  readonly width?: number | undefined;
  /** Milliseconds between two drawings. Default: 100. */
  readonly interval?: number | undefined;
  /** Milliseconds before the first drawing, so that short work draws nothing. Default: 0. */
  readonly delay?: number | undefined;
}

/** Time after which an older rate weighs 1/e, in milliseconds. */
const MEMORY_MS = 5000;
/** Shorter steps than this are taken together: a rate over microseconds is noise. */
const STEP_MS = 50;

/**
 * Counts what is done and tells how far a job is.
 *
 * @example
 * ```ts
 * import { ProgressMeter } from "@lanes/lanes/progress";
 * import { assertEquals } from "@std/assert";
 *
 * let time = 0;
 * const meter = new ProgressMeter({ total: 10, now: () => time });
 * time = 1000;
 * meter.advance(4);
 * assertEquals(meter.progress, { done: 4, total: 10, failed: 0, elapsed: 1000, rate: 4, eta: 1500 });
 * ```
 */
export class ProgressMeter {
  readonly #now: () => number;
  readonly #start: number;
  #total: number | null;
  #done = 0;
  #failed = 0;
  #rate = 0;
  /** The sum of the weights of all rates so far, which grows to 1: while it is small, the newest counts for more. */
  #weight = 0;
  #markTime: number;
  #markDone = 0;

  /** A meter at 0; the clock runs from now on. */
  constructor(options: ProgressMeterOptions = {}) {
    this.#now = options.now ?? now;
    this.#total = options.total ?? null;
    this.#start = this.#markTime = this.#now();
  }

  /** Items of the whole job; may be set when it becomes known. */
  get total(): number | null {
    return this.#total;
  }
  set total(total: number | null) {
    this.#total = total;
  }

  /** Counts `count` more items as done, `failed` of them with an error. */
  advance(count = 1, options: { readonly failed?: number } = {}): void {
    this.#done += count;
    this.#failed += options.failed ?? 0;
    const time = this.#now();
    const step = time - this.#markTime;
    if (step < STEP_MS) return;
    const recent = (this.#done - this.#markDone) / step * 1000;
    const keep = Math.exp(-step / MEMORY_MS);
    this.#weight = this.#weight * keep + (1 - keep);
    this.#rate += (recent - this.#rate) * ((1 - keep) / this.#weight);
    this.#markTime = time;
    this.#markDone = this.#done;
  }

  /** How far the job is now. */
  get progress(): Progress {
    const elapsed = this.#now() - this.#start;
    const rate = this.#weight > 0 ? this.#rate : elapsed > 0 ? this.#done / elapsed * 1000 : 0;
    const left = this.#total === null ? null : Math.max(0, this.#total - this.#done);
    const eta = left === null ? null : left === 0 ? 0 : rate > 0 ? left / rate * 1000 : null;
    return { done: this.#done, total: this.#total, failed: this.#failed, elapsed, rate, eta };
  }
}

/**
 * A progress bar on one line of a terminal. Where the stream is no terminal
 * nothing is written at all, so logs and pipes stay clean.
 *
 * @example
 * ```ts
 * import { ProgressBar } from "@lanes/lanes/progress";
 *
 * using bar = new ProgressBar({ total: 3, label: "files" });
 * for (const _file of ["a", "b", "c"]) bar.advance();
 * ```
 */
export class ProgressBar implements Disposable {
  readonly #meter: ProgressMeter;
  readonly #options: ProgressBarOptions;
  readonly #stream: BarStream;
  readonly #now: () => number;
  readonly #visible: boolean;
  #nextDraw: number;
  #drawn = false;
  #closed = false;

  /** A bar at 0. Drawn at the first `advance` after `delay`. */
  constructor(options: ProgressBarOptions = {}) {
    this.#options = options;
    this.#stream = options.stream ?? Deno.stderr;
    this.#now = options.now ?? now;
    this.#visible = this.#stream.isTerminal();
    this.#meter = new ProgressMeter({ total: options.total, now: this.#now });
    this.#nextDraw = this.#now() + (options.delay ?? 0);
  }

  /** How far the job is now. */
  get progress(): Progress {
    return this.#meter.progress;
  }

  /** Items of the whole job; may be set when it becomes known. */
  get total(): number | null {
    return this.#meter.total;
  }
  set total(total: number | null) {
    this.#meter.total = total;
  }

  /** Counts `count` more items as done, `failed` of them with an error, and redraws when it is time. */
  advance(count = 1, options: { readonly failed?: number } = {}): void {
    this.#meter.advance(count, options);
    if (!this.#visible || this.#closed || this.#now() < this.#nextDraw) return;
    this.#nextDraw = this.#now() + (this.#options.interval ?? 100);
    this.#draw();
  }

  /** Draws the last state, if any was drawn, and ends the line. Later calls do nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#drawn) return;
    this.#draw();
    this.#write("\n");
  }

  /** The same as {@linkcode ProgressBar.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  #draw(): void {
    this.#drawn = true;
    const { label, unit } = this.#options;
    // One column stays free: a full line would wrap on some terminals.
    const width = (this.#options.width ?? terminalWidth()) - 1;
    this.#write(`\r${renderBar({ ...this.#meter.progress, label, unit }, width)}\x1b[K`);
  }

  #write(text: string): void {
    try {
      let bytes = new TextEncoder().encode(text);
      while (bytes.length > 0) bytes = bytes.subarray(this.#stream.writeSync(bytes));
    } catch {
      // A terminal that went away must not end the work it was showing.
      this.#closed = true;
    }
  }
}

function now(): number {
  return performance.now();
}

function terminalWidth(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}
