import { assert } from "@std/assert";
import * as kernels from "@lanes/lanes/kernels";
import { isKernel, KERNEL } from "@lanes/lanes/kernels";
import { readNpy } from "./_npy.ts";

/** How far kernels are from exact results, on grids of operands made with a hundred digits (`fixtures/kernels/make.py`). */

type Call = (...operands: unknown[]) => Float64Array | Float32Array;

/** The kernels whose exact results are known. */
export const NAMES: readonly string[] = Array.from(
  Deno.readDirSync(new URL("../fixtures/kernels/", import.meta.url)),
  (entry) => entry.name,
).filter((name) => name.startsWith("accuracy_")).map((name) => name.slice("accuracy_".length, -".npy".length)).sort();

/** The distance of neighbouring numbers at `x`, in doubles or floats. */
function ulp(x: number, float: boolean): number {
  const least = float ? 2 ** -149 : 2 ** -1074, digits = float ? 23 : 52;
  const exponent = Math.floor(Math.log2(Math.abs(x)));
  if (!Number.isFinite(exponent)) return least;
  const exact = Math.abs(x) >= 2 ** exponent ? exponent : exponent - 1;
  return Math.max(least, 2 ** (exact - digits));
}

/** Operands of a kernel, the correctly rounded results, and what these lack of the exact ones. */
function grid(name: string): { operands: Float64Array[]; hi: Float64Array; lo: Float64Array } {
  const { data, shape: [rows, count] } = readNpy(`accuracy_${name}`);
  const row = (i: number): Float64Array => data.slice(i * count!, (i + 1) * count!) as Float64Array;
  return { operands: Array.from({ length: rows! - 2 }, (_, i) => row(i)), hi: row(rows! - 2), lo: row(rows! - 1) };
}

/** Prints the worst error of a kernel of doubles; fails where it is more than the kernel documents. */
export function checkDoubles(name: string): void {
  const kernel = (kernels as unknown as Record<string, unknown>)[name];
  assert(isKernel(kernel));
  const { ulp: most } = kernel[KERNEL];
  const { operands, hi, lo } = grid(name);
  const worst = { error: 0, at: [] as number[] };
  (kernel as unknown as Call)(...operands).forEach((got, i) => {
    const error = Object.is(got, hi[i]!) && !Number.isFinite(got)
      ? 0
      : Math.abs((got - hi[i]!) - lo[i]!) / ulp(hi[i]!, false);
    if (!(error <= worst.error)) Object.assign(worst, { error, at: operands.map((operand) => operand[i]!) });
  });
  console.log(`${name.padEnd(8)} worst error ${worst.error.toFixed(3)} ulp, at ${worst.at}`);
  assert(worst.error <= most, `${name}(${worst.at}) is ${worst.error} ulp off`);
}

/** Fails where a kernel of floats is more than 1 of their last places off. */
export function checkFloats(name: string): void {
  const kernel = (kernels as unknown as Record<string, Call>)[name]!;
  const operands = grid(name).operands.map((operand) => Float32Array.from(operand));
  // Doubles of the same operands are exact enough to measure floats by.
  const want = kernel(...operands.map((operand) => Float64Array.from(operand)));
  let worst = 0;
  kernel(...operands).forEach((got, i) => {
    if (Number.isNaN(got) && Number.isNaN(want[i]!)) return;
    const wanted = Math.fround(want[i]!);
    if (got === wanted) return;
    worst = Math.max(worst, Math.abs(got - want[i]!) / ulp(wanted, true));
  });
  assert(worst <= 1, `${name} is ${worst} ulp off`);
}
