import { assert, assertEquals } from "@std/assert";
import { isKernel, KERNEL, type Kernel, type KernelDefinition } from "@lanes/lanes/kernels";
import { SharedArray } from "../../lib/memory/array.ts";

/**
 * What every elementwise kernel must do: the same result at every length, position, alignment and form of operands,
 * equal to its `reference`, bit for bit or within its documented error.
 */

type Numbers = Float64Array | Float32Array | Int32Array;
type Known = "f64" | "f32" | "i32";
type Call = (...args: unknown[]) => unknown;

/** Lengths around every vector and unrolled loop. */
export const LENGTHS: readonly number[] = Array.from({ length: 68 }, (_, i) => i);

const SPECIAL = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  NaN,
  Infinity,
  -Infinity,
  5e-324,
  -1e-310,
  1e300,
  -1e300,
  3,
  7,
];
const SPECIAL_I32 = [0, 1, -1, 2147483647, -2147483648, 46341, -46341, 65536, 12345, 7];

/** Numbers of all sizes, the special ones among them, the same at each run. */
export function sample(dtype: Known, length: number, seed: number): Numbers {
  const array = dtype === "f64"
    ? new Float64Array(length)
    : dtype === "f32"
    ? new Float32Array(length)
    : new Int32Array(length);
  let state = (seed * 2654435761 + 12345) >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < length; i++) {
    const special = dtype === "i32" ? SPECIAL_I32 : SPECIAL;
    if (next() < 0.25) array[i] = special[Math.floor(next() * special.length)]!;
    else if (dtype === "i32") array[i] = Math.floor((next() - 0.5) * 2 ** (1 + Math.floor(next() * 31)));
    else array[i] = (next() - 0.5) * 10 ** Math.floor(next() * 7 - 3);
  }
  return array;
}

/** How many representable numbers lie between two, in the element's type; 0 for equal or both NaN. */
export function ulps(dtype: Known, got: number, want: number): number {
  if (Object.is(got, want) || (Number.isNaN(got) && Number.isNaN(want))) return 0;
  if (Number.isNaN(got) || Number.isNaN(want)) return Infinity;
  if (got === want) return Infinity; // Zeros of different signs.
  if (dtype === "i32") return Infinity;
  const apart = ordinal(dtype, got) - ordinal(dtype, want);
  return Number(apart < 0n ? -apart : apart);
}

/** The number's place in the order of all numbers of its type. */
function ordinal(dtype: Known, x: number): bigint {
  const bits = dtype === "f32"
    ? BigInt(new Int32Array(Float32Array.of(x).buffer)[0]!)
    : new BigInt64Array(Float64Array.of(x).buffer)[0]!;
  const magnitude = dtype === "f32" ? 0x7fffffffn : 0x7fffffffffffffffn;
  return bits < 0n ? -(bits & magnitude) : bits;
}

/** What the definition gives for one element. */
export function expected(definition: KernelDefinition, dtype: Known, values: readonly number[]): number {
  const round = dtype === "f32" ? Math.fround : (x: number): number => x;
  const reference = dtype === "i32" && definition.integers ? definition.integers : definition.reference;
  const result = (reference as (...values: unknown[]) => number)(...values, round);
  return dtype === "i32" ? result | 0 : round(result);
}

function compare(kernel: Kernel, dtype: Known, got: Numbers, operands: (Numbers | number)[], what: string): void {
  const definition = kernel[KERNEL];
  // The definitions' own functions are not exact; `accuracy_test.ts` measures against references that are.
  const most = definition.ulp === 0 ? 0 : definition.ulp + 4;
  for (let i = 0; i < got.length; i++) {
    const values = operands.map((operand) => typeof operand === "number" ? operand : operand[i]!);
    const want = expected(definition, dtype, values);
    const apart = ulps(dtype, got[i]!, want);
    assert(
      apart <= most,
      `${kernel.name} ${dtype} ${what}, element ${i} of ${got.length}: (${values}) gave ${got[i]}, not ${want}`,
    );
  }
}

/** Which operands are arrays and which numbers: at least one array. */
function forms(arity: number): boolean[][] {
  const all: boolean[][] = [];
  for (let bits = 1; bits < 1 << arity; bits++) {
    all.push(Array.from({ length: arity }, (_, i) => (bits >> i & 1) === 1));
  }
  return all;
}

/** Checks one elementwise kernel. */
export function checkElementwise(kernel: Kernel): void {
  assert(isKernel(kernel));
  const { arity, dtypes } = kernel;
  const call = kernel as unknown as Call;
  for (const dtype of dtypes as readonly Known[]) {
    for (const length of LENGTHS) {
      for (const form of forms(arity)) {
        const operands = form.map((isArray, i) => isArray ? sample(dtype, length, length + 31 * i) : 3);
        const copies = operands.map((operand) => typeof operand === "number" ? operand : operand.slice());
        compare(kernel, dtype, call(...operands) as Numbers, operands, `plain ${form}`);
        assertEquals(operands, copies, `${kernel.name} changed an operand`);
      }
    }
    checkShared(kernel, dtype);
    checkInPlace(kernel, dtype);
  }
}

function checkShared(kernel: Kernel, dtype: Known): void {
  const { arity } = kernel;
  const call = kernel as unknown as Call;
  for (const length of LENGTHS) {
    for (const start of [0, 1, 3]) {
      using room = new SharedArray(dtype, (arity + 1) * (length + 8));
      const plain = Array.from({ length: arity }, (_, i) => sample(dtype, length, length + 31 * i));
      const operands = plain.map((values, i) => {
        const part = room.subarray(i * (length + 8) + start, i * (length + 8) + start + length);
        (part.data as Numbers).set(values);
        return part;
      });
      const at = arity * (length + 8) + start;
      const guard = 77;
      room.data.fill(guard, arity * (length + 8));
      const out = room.subarray(at, at + length);
      assertEquals(call(...operands, out), out);
      compare(kernel, dtype, out.data as Numbers, plain, `shared from ${start}`);
      const rest = [...room.data.subarray(arity * (length + 8), at), ...room.data.subarray(at + length)];
      assert(rest.every((x) => x === guard), `${kernel.name} wrote outside of its result`);
    }
  }
}

function checkInPlace(kernel: Kernel, dtype: Known): void {
  const { arity } = kernel;
  const call = kernel as unknown as Call;
  for (const length of [1, 5, 67]) {
    for (let target = 0; target < arity; target++) {
      const plain = Array.from({ length: arity }, (_, i) => sample(dtype, length, length + 31 * i));
      const operands = plain.map((values) => values.slice());
      assertEquals(call(...operands, operands[target]), operands[target]);
      compare(kernel, dtype, operands[target]!, plain, `in place of operand ${target}`);
      using shared = new SharedArray(dtype, plain[target]! as never);
      const mixed: unknown[] = plain.map((values) => values.slice());
      mixed[target] = shared;
      call(...mixed, shared);
      compare(kernel, dtype, shared.data as Numbers, plain, `in place of shared operand ${target}`);
    }
  }
}
