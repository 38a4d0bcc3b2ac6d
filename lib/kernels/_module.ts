/** What a WebAssembly binary says of itself: as much as decides whether its kernel can be run. */

/** The memory that a module imports. */
export interface MemoryImport {
  /** In pages, of 64 KiB. */
  readonly initial: number;
  /** In pages; `null` for none. */
  readonly maximum: number | null;
  readonly shared: boolean;
}

/** What {@linkcode describe} finds. */
export interface ModuleDescription {
  /** The imported memory, or `null`. */
  readonly memory: MemoryImport | null;
  /** Other imports, as `kind module.name`. */
  readonly imports: readonly string[];
  /** The types of exported functions, as `(i32, i32) -> f64`. */
  readonly functions: ReadonlyMap<string, string>;
  /** Where static data is written, in bytes: from the first to behind the last; `null` for none. */
  readonly data: readonly [number, number] | null;
  /** Whether data is written by the module's own code, at places that are not known. */
  readonly passiveData: boolean;
}

const TYPE = 1, IMPORT = 2, FUNCTION = 3, EXPORT = 7, DATA = 11;
const TYPES: Readonly<Record<number, string>> = {
  0x7f: "i32",
  0x7e: "i64",
  0x7d: "f32",
  0x7c: "f64",
  0x7b: "v128",
  0x70: "funcref",
  0x6f: "externref",
};
const KINDS = ["function", "table", "memory", "global", "tag"];

/** Reads a binary from front to back. */
class Reader {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.at >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new TypeError("The module is cut off");
    return byte;
  }

  /** A whole number of variable length. */
  number(): number {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  text(): string {
    const length = this.number();
    this.at += length;
    return new TextDecoder().decode(this.#bytes.subarray(this.at - length, this.at));
  }

  section(length: number): Reader {
    this.at += length;
    return new Reader(this.#bytes.subarray(this.at - length, this.at));
  }
}

interface Found {
  memory: MemoryImport | null;
  readonly imports: string[];
  readonly signatures: string[];
  readonly types: number[];
  readonly functions: Map<string, string>;
  data: [number, number] | null;
  passiveData: boolean;
}

/**
 * Describes a binary.
 *
 * @throws {TypeError} When it is not WebAssembly.
 */
export function describe(bytes: Uint8Array): ModuleDescription {
  const reader = new Reader(bytes);
  const magic = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  if (bytes.length < 8 || magic.some((byte) => reader.byte() !== byte)) {
    throw new TypeError("Expected a WebAssembly module, which begins with the bytes 00 61 73 6d 01 00 00 00");
  }
  const found: Found = {
    memory: null,
    imports: [],
    signatures: [],
    types: [],
    functions: new Map(),
    data: null,
    passiveData: false,
  };
  while (!reader.done) {
    const id = reader.byte();
    const section = reader.section(reader.number());
    if (id === TYPE) readTypes(section, found);
    else if (id === IMPORT) readImports(section, found);
    else if (id === FUNCTION) repeat(section, () => found.types.push(section.number()));
    else if (id === EXPORT) readExports(section, found);
    else if (id === DATA) readData(section, found);
  }
  return found;
}

function repeat(section: Reader, each: () => void): void {
  for (let count = section.number(); count > 0; count--) each();
}

function readTypes(section: Reader, { signatures }: Found): void {
  repeat(section, () => {
    // Other types than functions are of no interest here, and cannot be skipped: the rest stays unknown.
    if (section.byte() !== 0x60) return;
    const list = (): string => {
      const types: string[] = [];
      repeat(section, () => types.push(TYPES[section.byte()] ?? "unknown"));
      return types.join(", ");
    };
    signatures.push(`(${list()}) -> ${list() || "nothing"}`);
  });
}

function readImports(section: Reader, found: Found): void {
  repeat(section, () => {
    const module = section.text(), name = section.text(), kind = section.byte();
    if (kind === 2) {
      const flags = section.byte(), initial = section.number();
      found.memory = { initial, maximum: flags & 1 ? section.number() : null, shared: (flags & 2) !== 0 };
      return;
    }
    found.imports.push(`${KINDS[kind]} ${module}.${name}`);
    if (kind === 0) found.types.push(section.number());
    else if (kind === 1) {
      section.byte();
      if (section.byte() & 1) section.number();
      section.number();
    } else section.at += 2;
  });
}

function readExports(section: Reader, found: Found): void {
  repeat(section, () => {
    const name = section.text(), kind = section.byte(), index = section.number();
    if (kind === 0) found.functions.set(name, found.signatures[found.types[index]!] ?? "unknown");
  });
}

function readData(section: Reader, found: Found): void {
  repeat(section, () => {
    if (section.number() !== 0) {
      found.passiveData = true;
      section.at += section.number();
      return;
    }
    const constant = section.byte() === 0x41;
    const offset = section.number();
    section.byte();
    const length = section.number();
    section.at += length;
    if (!constant) found.passiveData = true;
    else found.data = [Math.min(found.data?.[0] ?? Infinity, offset), Math.max(found.data?.[1] ?? 0, offset + length)];
  });
}
