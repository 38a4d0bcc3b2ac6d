import { cpuCount } from "../base/cpu.ts";
import { square } from "../kernels/square.ts";
import { SharedArray } from "../memory/array.ts";
import { Pool } from "../pool/pool.ts";
import { AtomicFile } from "./_atomic_file.ts";
import { CommandError } from "./_error.ts";
import { type Comparison, measureSquare } from "./_measure.ts";
import { NpyReader } from "./_npy_reader.ts";
import { formatNpyHeader, itemBytes, type NpyDType, type NpyHeader } from "./npy.ts";

/** Bytes of one of the two blocks that a file goes through. */
export const BLOCK_BYTES = 64 * 2 ** 20;

/** Options of {@linkcode squareFile}. */
export interface SquareFileOptions {
  /** Number of workers. Default: `cpuCount()`. */
  readonly workers?: number | undefined;
  /** Bytes of one of the two blocks in shared memory. Default: {@linkcode BLOCK_BYTES}. */
  readonly blockBytes?: number | undefined;
  /** Whether to time the kernel and a plain JavaScript loop on the first block. Default: false. */
  readonly compare?: boolean | undefined;
  /** Aborted: the work stops, no output appears, and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called once the input is known to be good, and with the bytes of each block when it is written. */
  readonly onProgress?: ((bytes: number, header: NpyHeader) => void) | undefined;
  /** Given a function that removes the unfinished output at once, for a program that must end now. */
  readonly onDiscard?: ((discard: () => void) => void) | undefined;
}

/** What {@linkcode squareFile} did. */
export interface SquareFileReport {
  /** Kind of the elements. */
  readonly dtype: NpyDType;
  /** Lengths of the axes. */
  readonly shape: readonly number[];
  /** Number of elements. */
  readonly count: number;
  /** Bytes of the elements. */
  readonly dataBytes: number;
  /** Number of workers. */
  readonly workers: number;
  /** Number of blocks that the file went through. */
  readonly blocks: number;
  /** Milliseconds of reading, squaring and writing, the start of the workers included, the comparison not. */
  readonly elapsed: number;
  /** Kernel and plain JavaScript, timed on the same elements; `null` when not asked for, or for an empty array. */
  readonly comparison: Comparison | null;
}

type Block = SharedArray<NpyDType>;

/**
 * Squares the array of the NumPy file `input` into the NumPy file `output`,
 * which may be the same. The file goes in blocks through two buffers in shared
 * memory: while the workers square one and it is written, the next is read
 * into the other, so memory stays the same whatever the file's size. i32 wraps
 * around as in NumPy. `output` appears when it is complete.
 *
 * @throws {CommandError} When the input is not a good file of f64, f32 or i32 in C order, or the output cannot be written.
 *
 * @example
 * ```ts
 * import { squareFile } from "@lanes/lanes/cli";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => squareFile("missing.npy", "out.npy"), Error, "no such file");
 * ```
 */
export async function squareFile(
  input: string,
  output: string,
  options: SquareFileOptions = {},
): Promise<SquareFileReport> {
  using reader = await about(`Cannot square ${quote(input)}`, () => NpyReader.open(input));
  await using writer = await about(`Cannot write ${quote(output)}`, () => AtomicFile.create(output));
  options.onDiscard?.(() => writer.discard());
  options.onProgress?.(0, reader.header);
  const job = new SquareJob({ input, output, reader, writer, options });
  const report = await job.run();
  options.signal?.throwIfAborted();
  await about(`Cannot write ${quote(output)}`, () => writer.commit());
  return report;
}

interface Parts {
  readonly input: string;
  readonly output: string;
  readonly reader: NpyReader;
  readonly writer: AtomicFile;
  readonly options: SquareFileOptions;
}

class SquareJob {
  readonly #parts: Parts;
  readonly #workers: number;
  readonly #blockLength: number;
  readonly #blocks: number;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { dtype, count } = parts.reader.header;
    const most = Math.max(1, Math.floor((parts.options.blockBytes ?? BLOCK_BYTES) / itemBytes(dtype)));
    this.#workers = parts.options.workers ?? cpuCount();
    this.#blockLength = Math.min(most, count);
    this.#blocks = count === 0 ? 0 : Math.ceil(count / this.#blockLength);
  }

  async run(): Promise<SquareFileReport> {
    const { dtype, shape, count, dataBytes } = this.#parts.reader.header;
    const start = performance.now();
    await this.#write(formatNpyHeader(dtype, shape));
    const { comparison, aside } = this.#blocks === 0 ? { comparison: null, aside: 0 } : await this.#throughPool();
    const elapsed = performance.now() - start - aside;
    return { dtype, shape, count, dataBytes, workers: this.#workers, blocks: this.#blocks, elapsed, comparison };
  }

  /** The comparison and the milliseconds that it took. */
  async #throughPool(): Promise<{ comparison: Comparison | null; aside: number }> {
    const { dtype } = this.#parts.reader.header;
    await using pool = new Pool(this.#workers);
    using first = new SharedArray(dtype, this.#blockLength);
    using second = new SharedArray(dtype, this.#blockLength);
    const buffers = [first, second];
    let comparison: Comparison | null = null;
    let aside = 0;
    let filling = this.#fill(first, 0);
    try {
      for (let index = 0; index < this.#blocks; index++) {
        const block = await filling;
        this.#parts.options.signal?.throwIfAborted();
        if (index === 0 && this.#parts.options.compare) {
          const start = performance.now();
          comparison = await measureSquare(pool, block, second);
          aside = performance.now() - start;
        }
        if (index + 1 < this.#blocks) {
          filling = this.#fill(buffers[(index + 1) % 2]!, index + 1);
          // It is awaited a block later: until then its error is nobody's.
          filling.catch(() => {});
        }
        await pool.compute(square, block, { out: block });
        await this.#write(bytesOf(block));
        this.#parts.options.onProgress?.(block.byteLength, this.#parts.reader.header);
      }
      return { comparison, aside };
    } finally {
      // The buffers and the file may go only when nothing reads into them any more.
      await filling.catch(() => {});
    }
  }

  /** The part of `buffer` that holds the block `index` of the file, once it has been read. */
  async #fill(buffer: Block, index: number): Promise<Block> {
    const { input, reader } = this.#parts;
    const length = Math.min(this.#blockLength, reader.header.count - index * this.#blockLength);
    const block = length === buffer.length ? buffer : buffer.subarray(0, length);
    await about(`Cannot square ${quote(input)}`, () => reader.read(bytesOf(block)));
    return block;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const { output, writer } = this.#parts;
    await about(`Cannot write ${quote(output)}`, () => writer.write(bytes));
  }
}

function bytesOf(block: Block): Uint8Array {
  const { buffer, byteOffset, byteLength } = block.data;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function quote(path: string): string {
  return JSON.stringify(path);
}

/** Runs `work`; what goes wrong there is told as `context: reason`. */
async function about<T>(context: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(`${context}: ${error.message}`, { cause: error, exitCode: error.exitCode });
  }
}
