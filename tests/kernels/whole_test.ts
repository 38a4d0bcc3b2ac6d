import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  argsort,
  cumsum,
  histogram,
  KERNEL,
  type Kernel,
  matmul,
  searchsorted,
  sort,
  topK,
  transpose,
  unique,
} from "@lanes/lanes/kernels";
import { SharedArray } from "../../lib/memory/array.ts";
import { runJob } from "../../lib/kernels/job.ts";
import { LENGTHS, sample } from "../contract/kernel_contract.ts";

type Known = "f64" | "f32" | "i32";
const DTYPES: readonly Known[] = ["f64", "f32", "i32"];
const MANY = [...LENGTHS, 2047, 2049, 32_768, 32_769, 100_001];

/** The same kernel as a pool runs it: planned, then slices. */
function planned(kernel: Kernel, operands: readonly unknown[], options: Record<string, unknown> = {}): unknown {
  const plan = kernel[KERNEL].plan(operands, options);
  try {
    runJob(plan.job);
    return plan.finish();
  } finally {
    plan.dispose();
  }
}

Deno.test("sort() orders as TypedArray.sort does, at every length, in place and shared", () => {
  for (const dtype of DTYPES) {
    for (const length of MANY) {
      const xs = sample(dtype, length, length);
      const want = xs.slice().sort();
      assertEquals(sort(xs), want, `${dtype} ${length}`);
      using shared = new SharedArray(dtype, xs as never);
      planned(sort, [shared], { out: shared });
      assertEquals([...shared.data], [...want]);
    }
  }
});

Deno.test("argsort() is stable and puts NaN last", () => {
  for (const dtype of DTYPES) {
    for (const length of MANY) {
      const xs = sample(dtype, length, length);
      for (let i = 0; i < length; i += 3) xs[i] = i % 9;
      const order = argsort(xs);
      assert(order instanceof Uint32Array);
      assertEquals(order, argsort.reference(xs), `${dtype} ${length}`);
    }
  }
});

Deno.test("topK() gives the greatest, the greatest first", () => {
  const xs = Float32Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 50_000);
  assertEquals(topK(xs, { k: 3 }), Float32Array.of(49_999, 49_998, 49_997));
  assertEquals(topK(xs, { k: 0 }), new Float32Array(0));
  assertThrows(() => topK(Float64Array.of(1), { k: 2 }), RangeError, '"topK"');
  assertThrows(() => (topK as unknown as (x: unknown) => void)(Float64Array.of(1)), TypeError, '"k"');
});

Deno.test("unique() gives distinct elements in order", () => {
  for (const dtype of DTYPES) {
    const xs = sample(dtype, 5000, 3).map((x: number) => Math.round(x % 50)) as Float64Array;
    assertEquals(unique(xs), [...new Set(xs)].length === 0 ? xs : unique.reference(xs));
  }
  assertEquals(unique(Float64Array.of(NaN, 1, NaN)), Float64Array.of(1, NaN));
});

Deno.test("searchsorted() finds places on either side", () => {
  for (const dtype of DTYPES) {
    const xs = sample(dtype, 300, 5).map((x: number) => Number.isFinite(x) ? Math.round(x % 40) : 0)
      .sort() as Float64Array;
    const values = sample(dtype, 500, 6).map((x: number) =>
      Number.isFinite(x) ? Math.round(x % 50) : 1
    ) as Float64Array;
    for (const side of ["left", "right"] as const) {
      assertEquals(searchsorted(xs, values, { side }), searchsorted.reference(xs, values, { side }));
    }
  }
  assertThrows(
    () => searchsorted(new Float64Array(1), new Float64Array(1), { side: "up" as never }),
    TypeError,
    '"up"',
  );
});

Deno.test("cumsum() is its reference for whole numbers, in place and shared", () => {
  for (const dtype of DTYPES) {
    for (const length of MANY) {
      const xs = sample(dtype, length, length).map((_: number, i: number) => (i % 19) - 6);
      let total = 0;
      const want = xs.map((x: number) => total += x);
      assertEquals(cumsum(xs), want, `${dtype} ${length}`);
      using shared = new SharedArray(dtype, xs as never);
      planned(cumsum, [shared], { out: shared });
      assertEquals([...shared.data], [...want]);
    }
  }
});

Deno.test("cumsum() of 32-bit integers wraps", () => {
  assertEquals(cumsum(Int32Array.of(2147483647, 1, 1)), Int32Array.of(2147483647, -2147483648, -2147483647));
});

Deno.test("histogram() counts each interval, its upper end in the last", () => {
  for (const dtype of DTYPES) {
    for (const length of [0, 1, 67, 100_001]) {
      const xs = sample(dtype, length, 9).map((x: number) => Number.isFinite(x) ? x % 100 : 0) as Float64Array;
      for (const options of [{}, { bins: 256, low: -5, high: 50 }]) {
        assertEquals(histogram(xs, options), histogram.reference(xs, options), `${dtype} ${length}`);
      }
    }
  }
  assertEquals(histogram(Float64Array.of(1, 1)).reduce((a, b) => a + b), 2);
  assertThrows(() => histogram(Float64Array.of(1, Infinity)), RangeError, "range");
  assertThrows(() => histogram(Float64Array.of(1), { bins: 0 }), RangeError, '"bins"');
});

Deno.test("transpose() of every small shape", () => {
  for (const [rows, cols] of [[0, 0], [1, 5], [5, 1], [16, 17], [33, 40], [100, 3]] as const) {
    const xs = Float64Array.from({ length: rows * cols }, (_, i) => i);
    assertEquals(transpose(xs, { rows, cols }), transpose.reference(xs, { rows, cols }));
    using shared = new SharedArray("f64", xs);
    planned(transpose, [shared], { rows, cols, out: shared });
    assertEquals([...shared.data], [...transpose.reference(xs, { rows, cols })]);
  }
  assertThrows(() => transpose(new Float64Array(5), { rows: 2, cols: 3 }), RangeError, "2 × 3");
});

Deno.test("matmul() of every small shape is exact for whole numbers", () => {
  for (const m of [0, 1, 3, 4, 65]) {
    for (const k of [0, 1, 5, 257]) {
      for (const n of [0, 1, 3, 4, 9]) {
        const a = Float64Array.from({ length: m * k }, (_, i) => (i % 11) - 5);
        const b = Float64Array.from({ length: k * n }, (_, i) => (i % 7) - 3);
        const want = matmul.reference(a, b, { m, k, n });
        assertEquals(matmul(a, b, { m, k, n }), want, `${m} ${k} ${n}`);
        assertEquals(matmul(Float32Array.from(a), Float32Array.from(b), { m, k, n }), Float32Array.from(want));
      }
    }
  }
  const square = Float64Array.of(1, 2, 3, 4);
  assertEquals(matmul(square, square, square, { m: 2, k: 2, n: 2 }), Float64Array.of(7, 10, 15, 22));
  assertThrows(() => matmul(square, square, { m: 2, k: 2, n: 3 }), RangeError, "k × n");
  assertThrows(() => matmul(square, new Float32Array(4), { m: 2, k: 2, n: 2 }), TypeError, '"f32"');
});
