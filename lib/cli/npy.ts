import { quoted } from "../base/check.ts";
import { CommandError } from "./_error.ts";
import { formatPythonLiteral, type Literal, parsePythonLiteral, Tuple } from "./_python_literal.ts";

/**
 * The header of NumPy's `.npy` files, read and written.
 *
 * Own code, after looking at what npm has: `npyjs` (1.2.0) is maintained, but
 * wants the whole file in one buffer, keeps its header parser to itself, finds
 * the fields by regular expressions wherever they first occur, and checks
 * neither the data's length nor the version; `numpy-parser` and `tfjs-npy` are
 * older and do less. Here files are larger than memory, and nothing wrong may
 * be squared.
 */

/** The dtypes that can be squared: named as in `SharedArray`. */
export type NpyDType = "f64" | "f32" | "i32";

/** What the header of a `.npy` file says. */
export interface NpyHeader {
  /** Kind of the elements. */
  readonly dtype: NpyDType;
  /** Lengths of the axes; `[]` for a single number. */
  readonly shape: readonly number[];
  /** Number of elements. */
  readonly count: number;
  /** Bytes of all elements. */
  readonly dataBytes: number;
  /** Bytes of the file before the first element. */
  readonly dataOffset: number;
}

/** Bytes that tell how long the header is. */
export const PREAMBLE_BYTES = 12;
/** NumPy refuses longer ones as well (`max_header_size`). */
const MOST_HEADER_BYTES = 10_000;
const MOST_AXES = 64;
const ALIGNMENT = 64;
/** NumPy leaves room for the first length to grow to 21 digits; without it equal arrays would give unequal files. */
const GROWTH_DIGITS = 21;
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const DTYPES: Readonly<Record<string, NpyDType>> = { f8: "f64", f4: "f32", i4: "i32" };
const DESCRIPTORS: Readonly<Record<NpyDType, string>> = { f64: "<f8", f32: "<f4", i32: "<i4" };
const KINDS: Readonly<Record<string, string>> = {
  f: "float",
  i: "int",
  u: "uint",
  c: "complex",
  b: "bool",
  S: "bytes",
  a: "bytes",
  U: "str",
  O: "Python objects",
  M: "datetime64",
  m: "timedelta64",
  V: "raw bytes",
};

/** Bytes of one element. */
export function itemBytes(dtype: NpyDType): number {
  return dtype === "f64" ? 8 : 4;
}

/**
 * Where the header's text lies, from the file's first bytes.
 *
 * @throws {CommandError} When this is no `.npy` file, or one of an unknown version.
 */
export function npyHeaderSpan(
  preamble: Uint8Array,
): { readonly start: number; readonly end: number; readonly utf8: boolean } {
  if (preamble.length < MAGIC.length || MAGIC.some((byte, i) => preamble[i] !== byte)) {
    throw new CommandError("it is not a .npy file (the first bytes are not NumPy's)");
  }
  const [major, minor] = [preamble[6], preamble[7]];
  if (preamble.length < 10 || (major !== 1 && preamble.length < PREAMBLE_BYTES)) throw truncatedHeader();
  if (major === undefined || major < 1 || major > 3 || minor !== 0) {
    throw new CommandError(`its .npy format version ${major}.${minor} is unknown (1.0, 2.0 and 3.0 are known)`);
  }
  const view = new DataView(preamble.buffer, preamble.byteOffset, preamble.byteLength);
  const start = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MOST_HEADER_BYTES) {
    throw new CommandError(
      `its header is ${length} bytes long, over the ${MOST_HEADER_BYTES} that NumPy reads: it is damaged, or has a very large structured dtype`,
    );
  }
  return { start, end: start + length, utf8: major === 3 };
}

/** Bytes are missing in the header. */
export function truncatedHeader(): CommandError {
  return new CommandError("it is truncated within its header");
}

/**
 * What the header's text says.
 *
 * @throws {CommandError} When it is no header, or one whose array cannot be squared.
 */
export function parseNpyHeader(text: Uint8Array, options: { readonly utf8: boolean; readonly end: number }): NpyHeader {
  const fields = headerFields(new TextDecoder(options.utf8 ? "utf-8" : "latin1").decode(text));
  const dtype = parseDType(fields.get("descr")!);
  const fortran = fields.get("fortran_order");
  if (typeof fortran !== "boolean") {
    throw new CommandError(`its header is damaged: fortran_order is ${shown(fortran!)}, not True or False`);
  }
  const { shape, count } = parseShape(fields.get("shape")!, dtype);
  if (fortran) {
    throw new CommandError(
      "its elements are in Fortran order, only C order is supported: save numpy.ascontiguousarray(a) instead",
    );
  }
  return { dtype, shape, count, dataBytes: count * itemBytes(dtype), dataOffset: options.end };
}

function headerFields(text: string): Map<string, Literal> {
  let literal: Literal;
  try {
    literal = parsePythonLiteral(text);
  } catch (cause) {
    throw new CommandError(`its header is damaged: ${shortened(text.trim())} is not a Python dict`, { cause });
  }
  const names = literal instanceof Map ? [...literal.keys()].sort() : [];
  if (names.join() !== "descr,fortran_order,shape") {
    throw new CommandError(
      `its header is damaged: expected a dict of descr, fortran_order and shape, got ${shown(literal)}`,
    );
  }
  return literal as Map<string, Literal>;
}

function parseDType(descriptor: Literal): NpyDType {
  // "=" and no sign mean the writer's own byte order: little-endian wherever this runs.
  const match = typeof descriptor === "string" ? /^[<=|]?([fi]\d)$/.exec(descriptor) : null;
  const dtype = match === null ? undefined : DTYPES[match[1]!];
  if (dtype !== undefined) return dtype;
  const { name, advice } = describeDType(descriptor);
  throw new CommandError(
    `its dtype ${shown(descriptor)}${name} is unsupported: ${advice}`,
  );
}

function describeDType(descriptor: Literal): { name: string; advice: string } {
  const others = "float64, float32 and int32 can be squared";
  if (typeof descriptor !== "string") return { name: " (structured)", advice: others };
  const match = /^([<>=|]?)([a-zA-Z])(\d*)/.exec(descriptor);
  const kind = KINDS[match?.[2] ?? ""];
  if (match === null || kind === undefined) return { name: "", advice: others };
  const [, order, letter, size] = match;
  const bits = "fiuc".includes(letter!) ? `${Number(size) * 8}` : "";
  const name = `${kind}${bits}`;
  if (order === ">" && DTYPES[`${letter}${size}`] !== undefined) {
    return { name: ` (big-endian ${name})`, advice: `save a.astype("<${letter}${size}") instead` };
  }
  return { name: ` (${order === ">" ? "big-endian " : ""}${name})`, advice: others };
}

function parseShape(literal: Literal, dtype: NpyDType): { shape: number[]; count: number } {
  const lengths = literal instanceof Tuple ? literal.items : [null];
  if (!lengths.every((length) => typeof length === "bigint" && length >= 0n)) {
    throw new CommandError(`its header is damaged: shape ${shown(literal)} is not a tuple of lengths`);
  }
  if (lengths.length > MOST_AXES) {
    throw new CommandError(`its array has ${lengths.length} axes, over the ${MOST_AXES} that NumPy knows`);
  }
  const exact = lengths as bigint[];
  const count = exact.reduce((product, length) => product * length, 1n);
  if (count * BigInt(itemBytes(dtype)) > BigInt(Number.MAX_SAFE_INTEGER) || exact.some((n) => Number(n) > 2 ** 53)) {
    throw new CommandError(`its shape ${shown(literal)} is larger than any file`);
  }
  return { shape: exact.map(Number), count: Number(count) };
}

function shown(literal: Literal): string {
  return typeof literal === "string" ? shortened(literal) : shortened(formatPythonLiteral(literal), false);
}

/** At most 80 characters, on one line. */
function shortened(text: string, quotes = true): string {
  const short = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return quotes ? quoted(short) : short.replace(/\p{Cc}/gu, "?");
}

/** `shape` as Python writes it: `(3, 4)`, `(5,)`, `()`. */
export function formatShape(shape: readonly number[]): string {
  return formatPythonLiteral(new Tuple(shape.map(BigInt)));
}

/**
 * The bytes before the elements, equal to what NumPy writes for such an array.
 *
 * @example
 * ```ts
 * import { formatNpyHeader } from "@lanes/lanes/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const header = formatNpyHeader("f64", [3, 4]);
 * assertEquals(header.length, 128);
 * assertEquals(new TextDecoder().decode(header.subarray(10, 25)), "{'descr': '<f8'");
 * ```
 */
export function formatNpyHeader(dtype: NpyDType, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const dict = `{'descr': '${DESCRIPTORS[dtype]}', 'fortran_order': False, 'shape': ${formatShape(shape)}, }`;
  const room = shape.length === 0 ? 0 : Math.max(0, GROWTH_DIGITS - `${shape[0]}`.length);
  const bare = 10 + dict.length + room + 1;
  const length = Math.ceil(bare / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(length).fill(0x20);
  bytes.set(MAGIC);
  bytes.set([1, 0], MAGIC.length);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(dict), 10);
  bytes[length - 1] = 0x0a;
  return bytes;
}
