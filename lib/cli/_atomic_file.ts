import { CommandError, reasonOf } from "./_error.ts";

/**
 * A file that appears whole or not at all: written under a temporary name in
 * the same folder (so that the rename cannot cross file systems), renamed by
 * {@linkcode AtomicFile.commit}, removed when disposed before that.
 */
export class AtomicFile implements AsyncDisposable {
  readonly #file: Deno.FsFile;
  readonly #temporary: string;
  readonly #target: string;
  /** Mode of the file that will be replaced; `null` when there is none. */
  readonly #replacedMode: number | null;
  #open = true;
  #pending = true;

  private constructor(file: Deno.FsFile, paths: { temporary: string; target: string; mode: number | null }) {
    this.#file = file;
    this.#temporary = paths.temporary;
    this.#target = paths.target;
    this.#replacedMode = paths.mode;
  }

  /**
   * Begins the file `path`; what is there stays until the commit.
   *
   * @throws {CommandError} When the file could not be written, or is something else than a file.
   */
  static async create(path: string): Promise<AtomicFile> {
    try {
      const { target, mode } = await targetOf(path);
      const folder = target.slice(0, target.length - baseName(target).length);
      const temporary = `${folder}.lanes-${crypto.randomUUID()}.tmp`;
      const file = await Deno.open(temporary, { write: true, createNew: true });
      return new AtomicFile(file, { temporary, target, mode });
    } catch (cause) {
      throw cause instanceof CommandError ? cause : new CommandError(reasonOf(cause), { cause });
    }
  }

  /**
   * Appends all of `bytes`.
   *
   * @throws {CommandError} When the system refuses, a full disk for example.
   */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      while (bytes.length > 0) bytes = bytes.subarray(await this.#file.write(bytes));
    } catch (cause) {
      throw new CommandError(reasonOf(cause), { cause });
    }
  }

  /**
   * Gives the file its name: from here on it is whole.
   *
   * @throws {CommandError} When the system refuses.
   */
  async commit(): Promise<void> {
    try {
      if (this.#replacedMode !== null) {
        // The old file is lost with the rename: the new one must be on the disk before.
        await this.#file.syncData();
        if (Deno.build.os !== "windows") await Deno.chmod(this.#temporary, this.#replacedMode & 0o7777);
      }
      this.#close();
      await Deno.rename(this.#temporary, this.#target);
      this.#pending = false;
    } catch (cause) {
      throw new CommandError(reasonOf(cause), { cause });
    }
  }

  /** Removes what was written, at once; for a program that is about to end. Nothing after the commit. */
  discard(): void {
    this.#close();
    if (!this.#pending) return;
    this.#pending = false;
    try {
      Deno.removeSync(this.#temporary);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** The same as {@linkcode AtomicFile.discard}. */
  [Symbol.asyncDispose](): Promise<void> {
    this.discard();
    return Promise.resolve();
  }

  #close(): void {
    if (this.#open) this.#file.close();
    this.#open = false;
  }
}

function baseName(path: string): string {
  return /[^/\\]*$/.exec(path)![0];
}

/** Where `path` leads, through links, and the mode of the file there. */
async function targetOf(path: string): Promise<{ target: string; mode: number | null }> {
  if (baseName(path) === "") throw new CommandError("it does not name a file");
  try {
    await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { target: path, mode: null };
    throw error;
  }
  const target = await Deno.realPath(path);
  const { isFile, isDirectory, mode } = await Deno.stat(target);
  if (!isFile) throw new CommandError(isDirectory ? "it is a directory" : "it is not a regular file");
  // A rename needs no right to write the old file; whoever took that right away meant it.
  (await Deno.open(target, { write: true })).close();
  return { target, mode };
}
