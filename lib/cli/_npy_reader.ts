import { CommandError, reasonOf } from "./_error.ts";
import { type NpyHeader, npyHeaderSpan, parseNpyHeader, PREAMBLE_BYTES, truncatedHeader } from "./npy.ts";

/** Reads a `.npy` file from its start to its end, in pieces of the caller's size. */
export class NpyReader implements Disposable {
  /** What the file says of its array. */
  readonly header: NpyHeader;
  readonly #file: Deno.FsFile;

  private constructor(file: Deno.FsFile, header: NpyHeader) {
    this.#file = file;
    this.header = header;
  }

  /**
   * Opens the file and checks all that can be known before the elements are read.
   *
   * @throws {CommandError} When it cannot be opened, is no `.npy` file, is too short or too long, or holds what cannot be squared.
   */
  static async open(path: string): Promise<NpyReader> {
    let file: Deno.FsFile;
    try {
      file = await Deno.open(path, { read: true });
    } catch (cause) {
      throw new CommandError(reasonOf(cause), { cause });
    }
    try {
      const { isFile, isDirectory, size } = await file.stat();
      if (!isFile) throw new CommandError(isDirectory ? "it is a directory" : "it is not a regular file");
      const header = await readHeader(file);
      checkSize(header, size);
      return new NpyReader(file, header);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /**
   * Fills `bytes` with the next bytes of the array.
   *
   * @throws {CommandError} When the file ends first, or cannot be read.
   */
  async read(bytes: Uint8Array): Promise<void> {
    let filled = 0;
    while (filled < bytes.length) {
      const count = await readSome(this.#file, bytes.subarray(filled));
      if (count === null) {
        throw new CommandError("it became shorter while it was being read");
      }
      filled += count;
    }
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

async function readSome(file: Deno.FsFile, bytes: Uint8Array): Promise<number | null> {
  try {
    return await file.read(bytes);
  } catch (cause) {
    throw new CommandError(reasonOf(cause), { cause });
  }
}

/** At most `length` bytes from the byte `offset` on: fewer only where the file ends. */
async function readAt(file: Deno.FsFile, offset: number, length: number): Promise<Uint8Array> {
  await file.seek(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = await readSome(file, bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

async function readHeader(file: Deno.FsFile): Promise<NpyHeader> {
  const span = npyHeaderSpan(await readAt(file, 0, PREAMBLE_BYTES));
  const text = await readAt(file, span.start, span.end - span.start);
  if (text.length < span.end - span.start) throw truncatedHeader();
  return parseNpyHeader(text, span);
}

function checkSize(header: NpyHeader, size: number): void {
  const found = size - header.dataOffset;
  if (found < header.dataBytes) {
    throw new CommandError(`it is truncated: expected ${header.dataBytes} bytes of elements, found ${found}`);
  }
  if (found > header.dataBytes) {
    throw new CommandError(
      `it has ${found - header.dataBytes} bytes after its last element: it is damaged, or holds more than one array`,
    );
  }
}
