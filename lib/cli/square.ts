import { parseArgs } from "node:util";
import { formatBytes } from "../base/bar.ts";
import { ProgressBar } from "../base/progress_bar.ts";
import { CommandError } from "./_error.ts";
import { exitCodeOf, onInterrupt } from "./_interrupt.ts";
import { formatShape } from "./npy.ts";
import { squareFile, type SquareFileReport } from "./square_file.ts";

/** What `lanes square --help` prints. */
export const SQUARE_HELP = `Squares every element of a NumPy file, in parallel

Usage: square [options] IN.npy [OUT.npy]

  IN.npy    float64, float32 or int32, any shape, C order, little-endian
  OUT.npy   written when complete, replaced if it exists; may be IN.npy itself
            (default: IN.squared.npy)

Options:
  -w, --workers N   number of workers (default: the number of processors)
  -h, --help        prints this

Exit codes: 0 done, 1 something broke, 2 bad arguments, bad input or unwritable output,
130 interrupted`;

const MOST_WORKERS = 1024;
/** Work shorter than this shows no bar, in milliseconds. */
const BAR_DELAY = 500;

interface SquareArguments {
  readonly input: string;
  readonly output: string;
  readonly workers: number | undefined;
}

/** The command `square`: its arguments, without its name; prints a report on stdout. */
export async function squareCommand(args: readonly string[]): Promise<void> {
  const parsed = parseSquareArguments(args);
  if (parsed === null) {
    console.log(SQUARE_HELP);
    return;
  }
  const { input, output, workers } = parsed;
  const controller = new AbortController();
  let discard = (): void => {};
  using _ = onInterrupt((signal, count) => {
    const exitCode = exitCodeOf(signal);
    controller.abort(new CommandError(`Interrupted by ${signal}, no output was written`, { exitCode }));
    if (count < 2) return;
    discard();
    Deno.exit(exitCode);
  });
  using stack = new DisposableStack();
  let bar: ProgressBar | undefined;
  const report = await squareFile(input, output, {
    workers,
    compare: true,
    signal: controller.signal,
    onDiscard: (now) => discard = now,
    onProgress: (bytes, header) => {
      bar ??= stack.use(new ProgressBar({ total: header.dataBytes, label: "square", unit: "bytes", delay: BAR_DELAY }));
      bar.advance(bytes);
    },
  });
  stack.dispose();
  console.log(formatReport(report, { input, output }));
}

/** The arguments of `square`; `null` when help is asked for. */
function parseSquareArguments(args: readonly string[]): SquareArguments | null {
  const { values, positionals } = parseOptions(args);
  if (values.help) return null;
  const [input, output, ...rest] = positionals;
  if (input === undefined) throw usage("Missing the file to square");
  if (input === "" || output === "") throw usage("Expected the name of a file, got an empty one");
  if (rest.length > 0) throw usage(`Expected at most two files, got ${positionals.length}`);
  return { input, output: output ?? defaultOutput(input), workers: parseWorkers(values.workers) };
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { workers: { type: "string", short: "w" }, help: { type: "boolean", short: "h" } },
    });
  } catch (error) {
    throw usage(error instanceof Error ? error.message.split(/\. |\n/)[0]! : String(error));
  }
}

function parseWorkers(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const workers = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(workers >= 1 && workers <= MOST_WORKERS)) {
    throw usage(`Expected "--workers" to be an integer from 1 to ${MOST_WORKERS}, got ${JSON.stringify(text)}`);
  }
  return workers;
}

function usage(message: string): CommandError {
  return new CommandError(`${message} (see --help)`);
}

function defaultOutput(input: string): string {
  return `${input.replace(/\.npy$/i, "")}.squared.npy`;
}

/** What was done and how fast, as a few lines of text. */
export function formatReport(
  report: SquareFileReport,
  files: { readonly input: string; readonly output: string },
): string {
  const { count, dtype, shape, dataBytes, workers, blocks, elapsed, comparison } = report;
  const lines = [
    `Squared ${files.input} into ${files.output}`,
    `  ${count} elements of ${dtype}, shape ${formatShape(shape)}, ${formatBytes(dataBytes)}, ` +
    `${plural(blocks, "block")}, ${plural(workers, "worker")}`,
    row("whole job", elapsed, 2 * dataBytes, "read, square, write"),
  ];
  if (comparison !== null) {
    const { lanes, loop, bytes, runs } = comparison;
    const part = comparison.count === count ? "all elements" : `the first ${comparison.count} elements`;
    lines.push(
      row(`kernel, ${plural(workers, "worker")}`, lanes, bytes, `${part}, in memory, best of ${runs}`),
      row("plain JavaScript loop", loop, bytes, `the same elements, one thread, best of ${runs}`),
      `  kernel against loop: ${Number((loop / lanes).toPrecision(3))} times as fast`,
    );
  }
  return lines.join("\n");
}

/** A name, its time, and its speed: bytes read plus bytes written. */
function row(name: string, ms: number, bytes: number, note: string): string {
  const speed = formatSpeed(bytes / ms / 1e6);
  return `  ${name.padEnd(22)}${formatTime(ms).padStart(11)}${speed.padStart(8)} GB/s  (${note})`;
}

function formatSpeed(gigabytes: number): string {
  if (!Number.isFinite(gigabytes)) return "?";
  return gigabytes < 0.01 ? "<0.01" : gigabytes.toFixed(2);
}

function formatTime(ms: number): string {
  if (ms < 10) return `${ms.toFixed(3)} ms`;
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
