import { assert } from "@std/assert";
import fc from "fast-check";
import { KERNEL, type Kernel } from "@lanes/lanes/kernels";
import { SharedArray } from "../../lib/memory/array.ts";
import { kernelInstance } from "../../lib/kernels/instance.ts";
import type { Plan } from "../../lib/kernels/plan.ts";

/** Arrays of any kind for properties of kernels, and ways to run one. */

export type Known = "f64" | "f32" | "i32";
export type Numbers = Float64Array | Float32Array | Int32Array;

/** Any function: a kernel whatever its operands. */
export type Call = (...operands: unknown[]) => unknown;

/** Fails with the seed to run it again with; the lengths of most arrays are small. */
export const RUNS: { numRuns: number } = { numRuns: 60 };

/** A new array. */
export function arrayOf(dtype: Known, values: number | ArrayLike<number>): Numbers {
  if (dtype === "f64") return new Float64Array(values as number);
  return dtype === "f32" ? new Float32Array(values as number) : new Int32Array(values as number);
}

/** One number of a type, of all sizes; the special ones often. */
export function numberOf(dtype: Known): fc.Arbitrary<number> {
  if (dtype === "i32") {
    return fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.constantFrom(2147483647, -2147483648, 46341, -46341),
      fc.integer(),
    );
  }
  const any = dtype === "f64" ? fc.double() : fc.float();
  return fc.oneof(fc.constantFrom(0, -0, 1, -1, 0.5, NaN, Infinity, -Infinity), fc.integer({ min: -3, max: 3 }), any);
}

/** Short arrays of any numbers, that shrink element by element. */
export function shortArray(dtype: Known, least = 0): fc.Arbitrary<Numbers> {
  return fc.array(numberOf(dtype), { minLength: least, maxLength: 70 }).map((values) => arrayOf(dtype, values));
}

/** Arrays that go over the ends of blocks, chunks and slices: numbers in a range, few or many of them equal. */
export function longArray(dtype: Known, most = 80_000): fc.Arbitrary<Numbers> {
  return fc.record({
    length: fc.integer({ min: 0, max: most }),
    seed: fc.nat(),
    distinct: fc.constantFrom(1, 2, 10, 1000, 1e9),
    scale: fc.constantFrom(1, 1 / 3, 1e-3),
  }).map(({ length, seed, distinct, scale }) => {
    let state = seed;
    return arrayOf(dtype, length).map(() => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return ((state >> 4) % distinct) * (dtype === "i32" ? 1 : scale);
    }) as Numbers;
  });
}

/** Arrays of either kind, of one of the types. */
export function anyArray(dtypes: readonly Known[] = ["f64", "f32", "i32"]): fc.Arbitrary<[Known, Numbers]> {
  return fc.constantFrom(...dtypes).chain((dtype) =>
    fc.tuple(
      fc.constant(dtype),
      fc.oneof({ weight: 3, arbitrary: shortArray(dtype) }, { weight: 1, arbitrary: longArray(dtype) }),
    )
  );
}

/** Where an operand lies: in an array of its own, or so many elements behind the start of one, of shared memory or not. */
export interface Place {
  readonly shared: boolean;
  readonly start: number;
}

export const place: fc.Arbitrary<Place> = fc.record({ shared: fc.boolean(), start: fc.nat(9) });

/** A copy of `values` at a place: a kernel's operand. */
export function placed(dtype: Known, values: Numbers, { shared, start }: Place): Numbers | SharedArray<Known> {
  if (!shared) {
    const part = arrayOf(dtype, start + values.length + 3).subarray(start, start + values.length) as Numbers;
    part.set(values);
    return part;
  }
  const whole = new SharedArray(dtype, start + values.length + 3);
  (whole.data as Numbers).set(values, start);
  return whole.subarray(start, start + values.length) as SharedArray<Known>;
}

/** The elements of a result. */
export function elements(result: unknown): ArrayLike<number> {
  return ArrayBuffer.isView(result) ? result as Numbers : (result as SharedArray<Known>).data as Numbers;
}

/** Fails unless both are the same numbers: all NaN are the same, 0 and -0 are not. */
export function assertSame(got: unknown, want: unknown, what = ""): void {
  if (typeof want === "number" || typeof want === "boolean") {
    assert(Object.is(got, want), `${what} gave ${got}, not ${want}`);
    return;
  }
  const [a, b] = [elements(got), elements(want)];
  assert(a.length === b.length, `${what} gave ${a.length} elements, not ${b.length}`);
  for (let i = 0; i < a.length; i++) {
    if (!Object.is(a[i], b[i])) assert(false, `${what} gave ${a[i]}, not ${b[i]}, as element ${i} of ${a.length}`);
  }
}

/** Runs a plan's slices one by one, those of each phase in the order that `shuffle` brings them into. */
export function runSlices(plan: Plan, shuffle: (slices: number) => number[]): unknown {
  const { exports } = kernelInstance();
  try {
    for (const { name, slices, args } of plan.job.phases) {
      for (const i of shuffle(slices)) {
        exports[name]!(...args.map((arg) => {
          if (typeof arg === "number") return arg;
          return arg.length === 2 ? arg[0] + i * arg[1] : Math.min(arg[0], arg[1] - i * arg[0]);
        }));
      }
    }
    return plan.finish();
  } finally {
    plan.dispose();
  }
}

/** The plan of a kernel's call. */
export function planOf(kernel: Kernel, operands: readonly unknown[], options: Record<string, unknown> = {}): Plan {
  return kernel[KERNEL].plan(operands, options);
}

/** All numbers below `count`, in an order that `seed` decides. */
export function shuffled(count: number, seed: number): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  let state = seed;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const j = (state >>> 8) % (i + 1);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}

/** The sum of numbers as if exact: of two doubles, by Knuth's and Neumaier's error-free additions. */
export class ExactSum {
  #high = 0;
  #low = 0;

  add(x: number): void {
    const sum = this.#high + x;
    const part = sum - this.#high;
    this.#low += (this.#high - (sum - part)) + (x - part);
    this.#high = sum;
  }

  /** How far `value` is from the sum. */
  distance(value: number): number {
    return Math.abs((value - this.#high) - this.#low);
  }
}

/** The kernel, as if its calls took so long that every one of them is given to all workers. */
export function costly(kernel: Kernel): Kernel {
  const definition = kernel[KERNEL];
  const plan = (...call: Parameters<typeof definition.plan>): Plan => ({ ...definition.plan(...call), cost: Infinity });
  const call = (...operands: never[]): unknown => kernel(...operands);
  return Object.assign(call, kernel, { [KERNEL]: { ...definition, plan } }) as unknown as Kernel;
}
