import { checkString, quoted } from "../base/check.ts";
import { bufferKeeping, Handle, type HandleData } from "./handle.ts";
import { BlockKind } from "./layout.ts";
import { addName, findName, removeName } from "./_names.ts";
import { registerShareable, SHARE, type Shareable, type Shared } from "./shareable.ts";

const INSPECT: unique symbol = Symbol.for("Deno.customInspect") as never;

/** Options of {@linkcode SharedMemory}. */
export interface SharedMemoryOptions {
  /** The name; a new memory without one gets one. */
  readonly name?: string | null | undefined;
  /** Whether to make new memory. Default: attach to what exists. */
  readonly create?: boolean | undefined;
  /** Bytes of new memory; ignored when attaching. */
  readonly size?: number | undefined;
}

interface Opened {
  readonly handle: Handle;
  readonly name: string;
  readonly size: number;
}

/** The memory that the next object stands for, when it arrived here. */
let arrived: Opened | null = null;

/**
 * Bytes in the program's shared memory that any of its processes can open by
 * name, as Python's `multiprocessing.shared_memory.SharedMemory`. The name is
 * known in this program only, and stays until {@linkcode SharedMemory.unlink},
 * or until the process that made it is killed.
 *
 * @example
 * ```ts
 * import { SharedMemory } from "@lanes/lanes/shared";
 * import { assertEquals } from "@std/assert";
 *
 * using memory = new SharedMemory({ create: true, size: 10 });
 * using same = new SharedMemory({ name: memory.name });
 * memory.buf[0] = 7;
 * assertEquals(same.buf[0], 7);
 * memory.unlink();
 * ```
 */
export class SharedMemory implements Disposable, Shareable {
  readonly #opened: Opened;
  #buf: Uint8Array<SharedArrayBuffer> | null;

  /**
   * Makes new memory, or opens existing memory by its name.
   *
   * @throws {TypeError} When an option is of the wrong type.
   * @throws {RangeError} When the size is not a positive integer, the name is empty or contains a NUL, or is missing when attaching.
   * @throws {Deno.errors.AlreadyExists} When the name of new memory is in use.
   * @throws {Deno.errors.NotFound} When nothing of that name exists.
   */
  constructor(options: SharedMemoryOptions = {}) {
    this.#opened = arrived ?? open(options);
    const { handle, size } = this.#opened;
    this.#buf = handle.open ? new Uint8Array(bufferKeeping(handle), handle.offset, size) : null;
  }

  /** The bytes; `null` once this object was closed. */
  get buf(): Uint8Array<SharedArrayBuffer> {
    return this.#buf as Uint8Array<SharedArrayBuffer>;
  }

  /** The name. */
  get name(): string {
    return this.#opened.name;
  }

  /** Number of bytes, exactly as asked for. */
  get size(): number {
    return this.#opened.size;
  }

  /** Gives up this object's access; others keep theirs. Idempotent. */
  close(): void {
    this.#buf = null;
    this.#opened.handle.close();
  }

  /**
   * Takes the name away: nobody can attach from now on. The memory itself goes
   * when all who have it open have closed it.
   *
   * @throws {Deno.errors.NotFound} When the name was taken away already.
   */
  unlink(): void {
    const { handle, name } = this.#opened;
    if (!removeName(name, [handle.offset, handle.generation])) throw notFound(name);
  }

  /** Closes, as {@linkcode SharedMemory.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Name and size, as Python prints them. */
  toString(): string {
    return `SharedMemory(${JSON.stringify(this.name)}, size=${this.size})`;
  }

  /** How the memory is printed. */
  [INSPECT](): string {
    return this.toString();
  }

  /** How the memory travels: the copy is attached even if the name is taken away meanwhile. For the library's own use. */
  [SHARE](): Shared {
    const { handle, name, size } = this.#opened;
    return { kind: "SharedMemory", data: [...handle.share("SharedMemory"), name, size] };
  }
}

function notFound(name: string): Error {
  return new Deno.errors.NotFound(`No shared memory is named ${quoted(name)}`);
}

function open(options: SharedMemoryOptions): Opened {
  const { name = null, create = false, size = 0 } = options;
  if (typeof size !== "number") throw new TypeError(`Expected "size" to be an integer, got ${quoted(size)}`);
  if (size < 0 || !Number.isInteger(size) || (create && size === 0)) {
    throw new RangeError(`Expected "size" to be a positive integer, got ${size}`);
  }
  if (name !== null) {
    checkString("name", name);
    if (name === "" || name.includes("\0")) {
      throw new RangeError(`Expected "name" to be a string that is not empty and has no NUL, got ${quoted(name)}`);
    }
  }
  if (create) return createNamed(name, size);
  if (name === null) throw new RangeError('Expected "name", which may be left out only when "create" is true');
  const found = findName(name);
  if (found === undefined) throw notFound(name);
  return { handle: Handle.adopt(found.block), name, size: found.size };
}

function createNamed(wanted: string | null, size: number): Opened {
  const handle = Handle.create(size, BlockKind.Data);
  const block: HandleData = [handle.offset, handle.generation];
  while (true) {
    const name = wanted ?? `lnsm_${crypto.randomUUID().slice(0, 8)}`;
    if (addName(name, block, size)) return { handle, name, size };
    if (wanted === null) continue;
    handle.dispose();
    throw new Deno.errors.AlreadyExists(`Shared memory named ${quoted(name)} exists already`);
  }
}

type Sent = readonly [offset: number, generation: number, name: string, size: number];

registerShareable("SharedMemory", ([offset, generation, name, size]: Sent): SharedMemory => {
  arrived = { handle: Handle.adopt([offset, generation]), name, size };
  try {
    return new SharedMemory();
  } finally {
    arrived = null;
  }
});
