/** An array of a NumPy file: little-endian, C order. */
export interface Npy {
  /** The elements, row by row. */
  readonly data: Float64Array | Int32Array;
  /** The length of each dimension. */
  readonly shape: readonly number[];
}

/** Reads `tests/fixtures/kernels/NAME.npy`. */
export function readNpy(name: string): Npy {
  const bytes = Deno.readFileSync(new URL(`../fixtures/kernels/${name}.npy`, import.meta.url));
  const length = bytes[8]! | (bytes[9]! << 8);
  const header = new TextDecoder().decode(bytes.subarray(10, 10 + length));
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "").split(",").filter((x) => x.trim()).map(Number);
  const body = bytes.slice(10 + length).buffer;
  return { data: header.includes("<f8") ? new Float64Array(body) : new Int32Array(body), shape };
}
