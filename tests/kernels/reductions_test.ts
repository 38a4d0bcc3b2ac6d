import { assert, assertEquals, assertThrows } from "@std/assert";
import * as kernels from "@lanes/lanes/kernels";
import {
  all,
  any,
  argmax,
  argmin,
  count,
  dot,
  isKernel,
  KERNEL,
  max,
  mean,
  min,
  norm,
  variance,
} from "@lanes/lanes/kernels";
import { SharedArray } from "../../lib/memory/array.ts";
import { runJob } from "../../lib/kernels/job.ts";
import { LENGTHS, sample } from "../contract/kernel_contract.ts";

type Known = "f64" | "f32" | "i32";
type Numbers = Float64Array | Float32Array | Int32Array;
type Loose = (...operands: unknown[]) => number | boolean;

/** Finite numbers, so that sums are comparable. */
function tame(dtype: Known, length: number, seed: number): Numbers {
  return sample(dtype, length, seed).map((x: number) => Number.isFinite(x) ? x % 1000 : 1) as Numbers;
}

function near(got: number | boolean, want: number | boolean, scale: number, what: string): void {
  if (typeof got === "boolean" || typeof want === "boolean" || Number.isNaN(want)) return assertEquals(got, want, what);
  assert(Math.abs(got - want) <= 1e-13 * Math.max(scale, Math.abs(want)), `${what}: ${got} for ${want}`);
}

for (const [name, kernel] of Object.entries(kernels)) {
  if (!isKernel(kernel) || kernel.kind !== "reduce") continue;
  Deno.test(`${name}() is its reference at every length, position and form of operands, by slices too`, () => {
    const reference = kernel.reference as unknown as Loose;
    const call = kernel as unknown as Loose;
    const empty = !["min", "max", "argmin", "argmax"].includes(name);
    for (const dtype of kernel.dtypes as Known[]) {
      for (const length of [...LENGTHS, 2047, 2048, 2049, 4096, 40_001]) {
        if (length === 0 && !empty) continue;
        const operands = Array.from({ length: kernel.arity }, (_, i) => tame(dtype, length, length + i));
        if (name === "prod") { for (const xs of operands) xs.forEach((x, i) => xs[i] = 1 + x / 1e7); }
        const scale = Array.from(operands[0]!).reduce((total, x) => total + x * x, 0);
        const want = reference(...operands);
        near(call(...operands), want, scale, `${dtype} ${length}`);
        const shared = operands.map((xs) => {
          const array = new SharedArray(dtype, length + 3);
          (array.data as Numbers).set(xs, 1);
          return array.subarray(1, length + 1);
        });
        const got = call(...shared);
        near(got, want, scale, `shared ${dtype} ${length}`);
        const plan = kernel[KERNEL].plan(shared, {});
        runJob(plan.job);
        assertEquals(plan.finish(), got);
        plan.dispose();
      }
    }
  });
}

Deno.test("min() and max() know NaN and the signs of zeros", () => {
  for (const length of [1, 2, 3, 17, 33, 70]) {
    for (let at = 0; at < length; at++) {
      const xs = new Float64Array(length);
      xs[at] = -0;
      assert(Object.is(min(xs), -0), `${length}, ${at}`);
      assert(Object.is(max(xs), length === 1 ? -0 : 0));
      xs[at] = NaN;
      assert(Number.isNaN(min(xs)) && Number.isNaN(max(xs)));
      assertEquals(argmin(xs), at);
      assertEquals(argmax(xs), at);
    }
  }
});

Deno.test("min() of two operands is elementwise", () => {
  assertEquals(min(Float64Array.of(1, 5), Float64Array.of(3, 2)), Float64Array.of(1, 2));
  assertEquals(max(Int32Array.of(1, 5), 3, new Int32Array(2)), Int32Array.of(3, 5));
});

Deno.test("min(), max(), argmin() and argmax() of nothing are a RangeError that names the kernel", () => {
  for (const kernel of [min, max, argmin, argmax]) {
    assertThrows(() => kernel(new Float64Array(0)), RangeError, kernel.name);
  }
});

Deno.test("argmin() and argmax() give the first of equal elements across blocks", () => {
  const xs = new Float32Array(10_000).fill(3);
  xs[5000] = xs[7000] = 9;
  xs[6000] = xs[9999] = -9;
  assertEquals([argmax(xs), argmin(xs)], [5000, 6000]);
});

Deno.test("variance() of numbers with a large mean keeps its digits", () => {
  const xs = Float64Array.from({ length: 100_000 }, (_, i) => 1e9 + (i % 2));
  assertEquals(variance(xs), 0.25);
  assert(Math.abs(mean(xs) - (1e9 + 0.5)) < 1e-6);
});

Deno.test("norm() neither overflows nor vanishes", () => {
  assert(Math.abs(norm(Float64Array.of(3e300, 4e300)) / 5e300 - 1) < 1e-15);
  assert(Math.abs(norm(Float64Array.of(3e-300, 4e-300)) / 5e-300 - 1) < 1e-15);
  assertEquals(norm(Float64Array.of(1, Infinity)), Infinity);
  assertEquals(norm(new Float64Array(5)), 0);
});

Deno.test("any(), all() and count() of nothing, zeros and NaN", () => {
  assertEquals([any(new Float64Array(0)), all(new Float64Array(0)), count(new Float64Array(0))], [false, true, 0]);
  assertEquals([any(Float64Array.of(-0)), all(Float64Array.of(NaN)), count(Int32Array.of(0, 7))], [false, true, 1]);
});

Deno.test("dot() takes a number for one of its operands", () => {
  assertEquals(dot(Float64Array.of(1, 2, 3), 2), 12);
});
