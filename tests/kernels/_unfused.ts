/**
 * The kernels' module as a machine without fused multiply-add runs it: every `relaxed_madd` and `relaxed_nmadd`, which
 * the engine may round once or twice, is replaced by a call of a function that multiplies, then adds. Everything else
 * stays as it is built and shipped.
 */

const V128 = 0x7b;
/** What is replaced, by its number among the instructions of vectors, and what by: the body of a function of `a, b, c`. */
const FIRST = 0x105;
const BODIES: readonly (readonly number[])[] = [
  [0x20, 0, 0x20, 1, 0xfd, 0xe6, 0x01, 0x20, 2, 0xfd, 0xe4, 0x01], // f32x4: a · b + c
  [0x20, 2, 0x20, 0, 0x20, 1, 0xfd, 0xe6, 0x01, 0xfd, 0xe5, 0x01], // f32x4: c - a · b
  [0x20, 0, 0x20, 1, 0xfd, 0xf2, 0x01, 0x20, 2, 0xfd, 0xf0, 0x01], // f64x2: a · b + c
  [0x20, 2, 0x20, 0, 0x20, 1, 0xfd, 0xf2, 0x01, 0xfd, 0xf1, 0x01], // f64x2: c - a · b
];
const SECTION = { type: 1, import: 2, function: 3, code: 10 } as const;

interface Section {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** Reads a module's bytes from the front. */
class Reader {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  byte(): number {
    return this.bytes[this.at++]!;
  }

  /** A number in LEB128; of signed ones only the length is right. */
  leb(): number {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  skipLebs(count: number): void {
    for (let i = 0; i < count; i++) this.leb();
  }

  take(count: number): Uint8Array {
    return this.bytes.subarray(this.at, this.at += count);
  }
}

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [value & 0x7f | 0x80, ...leb(value >>> 7)];
}

function sections(bytes: Uint8Array): Section[] {
  const reader = new Reader(bytes), found: Section[] = [];
  reader.at = 8;
  while (reader.at < bytes.length) found.push({ id: reader.byte(), bytes: reader.take(reader.leb()) });
  return found;
}

/** How many functions the module imports. */
function importedFunctions(bytes: Uint8Array): number {
  const FUNCTION = 0, MEMORY = 2;
  const reader = new Reader(bytes);
  let functions = 0;
  for (let left = reader.leb(); left > 0; left--) {
    reader.take(reader.leb());
    reader.take(reader.leb());
    const kind = reader.byte();
    if (kind === FUNCTION) {
      functions++;
      reader.leb();
    } else if (kind === MEMORY) reader.skipLebs((reader.leb() & 1) === 1 ? 2 : 1);
    else throw new Error(`Expected the module to import functions and memories only, found kind ${kind}`);
  }
  return functions;
}

/** Skips what follows a vector instruction's number. */
function skipVector(reader: Reader, number: number): void {
  const MEMARG = 2, SHUFFLE = 13;
  if (number <= 11 || number === 92 || number === 93) reader.skipLebs(MEMARG);
  else if (number <= SHUFFLE) reader.take(16);
  else if (number >= 21 && number <= 34) reader.take(1);
  else if (number >= 84 && number <= 91) {
    reader.skipLebs(MEMARG);
    reader.take(1);
  }
}

/** Skips what follows an instruction's first byte; vectors are not among these. */
function skipPlain(reader: Reader, code: number): void {
  if (code === 0x0e) reader.skipLebs(reader.leb() + 1); // br_table
  else if (code === 0x1c) reader.skipLebs(reader.leb()); // select of types
  else if (code === 0x11 || (code >= 0x28 && code <= 0x3e)) reader.skipLebs(2); // call_indirect, loads and stores
  else if (code === 0x43) reader.take(4); // f32.const
  else if (code === 0x44) reader.take(8); // f64.const
  else if (code === 0xfc) {
    const ONE = [9, 11, 13, 15, 16, 17], number = reader.leb();
    if (number >= 8) reader.skipLebs(ONE.includes(number) ? 1 : 2);
  } else if (code === 0xfe) {
    if (reader.leb() === 3) reader.take(1); // atomic.fence
    else reader.skipLebs(2);
  } else if (
    (code >= 0x02 && code <= 0x04) || code === 0x0c || code === 0x0d || code === 0x10 ||
    (code >= 0x20 && code <= 0x26) ||
    (code >= 0x3f && code <= 0x42) || (code >= 0xd0 && code <= 0xd2)
  ) reader.leb();
}

/** Puts calls of function `helpers + i` in place of the instructions; returns how many. Calls and they are of 3 bytes. */
function replace(code: Uint8Array, helpers: number): number {
  const reader = new Reader(code);
  let replaced = 0;
  for (let left = reader.leb(); left > 0; left--) {
    const end = reader.leb() + reader.at;
    for (let groups = reader.leb(); groups > 0; groups--) reader.skipLebs(2);
    while (reader.at < end) {
      const start = reader.at, opcode = reader.byte();
      if (opcode !== 0xfd) {
        skipPlain(reader, opcode);
        continue;
      }
      const number = reader.leb();
      if (BODIES[number - FIRST] === undefined) {
        skipVector(reader, number);
        continue;
      }
      const callee = helpers + number - FIRST;
      if (reader.at - start !== 3 || callee >= 1 << 14) throw new Error("Expected calls of 3 bytes to fit");
      code.set([0x10, callee & 0x7f | 0x80, callee >> 7], start);
      replaced++;
    }
    if (reader.at !== end) throw new Error("Expected a function's instructions to end where it ends");
  }
  return replaced;
}

/** A section that is a list, with more entries. */
function extended(section: Uint8Array, entries: readonly (readonly number[])[]): number[] {
  const reader = new Reader(section), count = reader.leb();
  return [...leb(count + entries.length), ...section.subarray(reader.at), ...entries.flat()];
}

/** The module without fused multiply-add, and how many of these it had. */
export function unfused(bytes: Uint8Array): { bytes: Uint8Array<ArrayBuffer>; replaced: number } {
  const all = sections(bytes);
  const find = (id: number): Uint8Array => all.find((section) => section.id === id)!.bytes;
  const types = new Reader(find(SECTION.type)).leb(), own = new Reader(find(SECTION.function)).leb();
  const helpers = importedFunctions(find(SECTION.import)) + own;
  const code = find(SECTION.code).slice();
  const replaced = replace(code, helpers);
  const bodies = BODIES.map((body) => [body.length + 2, 0, ...body, 0x0b]);
  const changed = new Map<number, number[]>([
    [SECTION.type, extended(find(SECTION.type), [[0x60, 3, V128, V128, V128, 1, V128]])],
    [SECTION.function, extended(find(SECTION.function), BODIES.map(() => leb(types)))],
    [SECTION.code, extended(code, bodies)],
  ]);
  const parts = all.flatMap(({ id, bytes }) => {
    const content = changed.get(id) ?? [...bytes];
    return [id, ...leb(content.length), ...content];
  });
  return { bytes: Uint8Array.from([...bytes.subarray(0, 8), ...parts]), replaced };
}
