import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { argsort, cumsum, histogram, matmul, searchsorted, sort, topK, transpose, unique } from "@lanes/lanes/kernels";
import {
  anyArray,
  arrayOf,
  assertSame,
  elements,
  ExactSum,
  type Known,
  type Numbers,
  place,
  placed,
  RUNS,
} from "./_arbitraries.ts";

/** The block that `cumsum` adds up by itself, and half a unit of the last place. */
const BLOCK = 2048, HALF_ULP: Record<Known, number> = { f64: 2 ** -53, f32: 2 ** -24, i32: 0 };

function isLess(x: number, y: number): boolean {
  return x < y || (Number.isNaN(y) && !Number.isNaN(x));
}

/** Where `x` belongs in sorted numbers, by bisection: NaN is behind all numbers, and zeros are equal. */
function bisect(sorted: ArrayLike<number>, x: number, right: boolean): number {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1, y = sorted[middle]!;
    const before = right ? !isLess(x, y) : isLess(y, x);
    if (before) low = middle + 1;
    else high = middle;
  }
  return low;
}

Deno.test("sort() puts any numbers in the order of TypedArray.sort, wherever they lie, in place too", () => {
  fc.assert(
    fc.property(anyArray(), place, place, ([dtype, xs], from, to) => {
      const want = xs.slice().sort();
      const operand = placed(dtype, xs, from), out = placed(dtype, arrayOf(dtype, xs.length), to);
      assertSame(sort(operand), want, "sort");
      assert(sort(operand, out) as unknown === out);
      assertSame(out, want, "sort into out");
      assertSame(operand, xs, "the operand of sort");
      assertSame(sort(operand, operand), want, "sort in place");
      assertSame(sort(operand), want, "sort of what is sorted");
    }),
    RUNS,
  );
});

Deno.test("argsort() is a permutation that sorts, stable for equal elements", () => {
  fc.assert(
    fc.property(anyArray(), place, ([dtype, xs], from) => {
      const order = elements(argsort(placed(dtype, xs, from))) as Uint32Array;
      assertSame(arrayOf(dtype, Array.from(order, (i) => xs[i]!)), xs.slice().sort(), "argsort");
      assertEquals(new Set(order).size, xs.length);
      for (let i = 1; i < order.length; i++) {
        if (Object.is(xs[order[i - 1]!], xs[order[i]!])) assert(order[i - 1]! < order[i]!, `equal elements at ${i}`);
      }
    }),
    RUNS,
  );
});

Deno.test("topK() is the end of what sort() gives, backwards, for any k", () => {
  fc.assert(
    fc.property(anyArray(), place, fc.double({ min: 0, max: 1, noNaN: true }), ([dtype, xs], from, share) => {
      const sorted = xs.slice().sort().reverse();
      for (const k of new Set([0, Math.min(3, xs.length), Math.floor(share * xs.length), xs.length])) {
        assertSame(topK(placed(dtype, xs, from), { k }), sorted.slice(0, k), `topK of ${k}`);
      }
    }),
    RUNS,
  );
});

Deno.test("topK() selects as sorting would: runs up and down, equal elements, zeros of both signs, NaN", () => {
  const shapes: Record<string, (i: number) => number> = {
    up: (i) => i,
    down: (i) => -i,
    waves: (i) => Math.sin(i / 1000),
    equal: () => 7,
    zeros: (i) => i % 3 === 0 ? 0 : -0,
    "zero or less": (i) => i === 6000 ? 0 : i % 5000 === 1 ? -0 : -1,
    "some NaN": (i) => i % 4001 === 0 ? NaN : i % 97,
    "all NaN": () => NaN,
  };
  for (const dtype of ["f64", "f32", "i32"] as const) {
    for (const [name, shape] of Object.entries(shapes)) {
      for (const length of [64, 2049, 30_000]) {
        const xs = arrayOf(dtype, length).map((_, i) => shape(i)) as Numbers;
        const sorted = xs.slice().sort().reverse();
        for (const k of [1, 2, 17, 400]) {
          if (k > length) continue;
          assertSame(topK(xs, { k }), sorted.slice(0, k), `the ${k} greatest of ${length} ${dtype}, ${name}`);
        }
      }
    }
  }
});

Deno.test("sort() and its like take NaN of any sign and payload for the greatest", () => {
  const bits = fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.constantFrom(0xfff8000000000000n, 0x7ff8000000000001n, 0xffffffffffffffffn, 0x7ff0000000000001n, 0n, 1n << 63n),
  );
  fc.assert(
    fc.property(fc.array(bits, { maxLength: 60 }), (all) => {
      const xs = new Float64Array(BigUint64Array.from(all).buffer);
      const want = xs.slice().sort(), numbers = want.findIndex(Number.isNaN);
      assertSame(sort(xs), want, "sort");
      assertSame(arrayOf("f64", Array.from(argsort(xs), (i) => xs[i]!)), want, "argsort");
      assertSame(topK(xs, { k: xs.length }), want.slice().reverse(), "topK");
      assertEquals(unique(xs).filter(Number.isNaN).length, numbers < 0 ? 0 : 1);
      if (numbers < 0) return;
      assertSame(searchsorted(want, Float64Array.of(NaN)), Uint32Array.of(numbers), "searchsorted");
    }),
    { numRuns: 300 },
  );
});

Deno.test("unique() gives each number once, in order: one zero, one NaN", () => {
  fc.assert(
    fc.property(anyArray(), place, ([dtype, xs], from) => {
      const got = Array.from(elements(unique(placed(dtype, xs, from))));
      const want = [...new Set(xs)].sort((x, y) => Number.isNaN(x) ? 1 : Number.isNaN(y) ? -1 : x - y);
      assertEquals(got.map((x) => x + 0), want.map((x) => x + 0));
    }),
    RUNS,
  );
});

Deno.test("searchsorted() finds what bisection finds, on either side, for NaN too", () => {
  const pair = fc.constantFrom<Known>("f64", "f32", "i32").chain((dtype) =>
    fc.tuple(anyArray([dtype]), anyArray([dtype]))
  );
  fc.assert(
    fc.property(pair, place, place, ([[dtype, xs], [, values]], a, b) => {
      const sorted = xs.slice().sort() as Numbers;
      for (const side of ["left", "right"] as const) {
        const got = searchsorted(placed(dtype, sorted, a), placed(dtype, values, b), { side });
        assertSame(got, Uint32Array.from(values, (x) => bisect(sorted, x, side === "right")), side);
        if (xs.length < 100) assertSame(got, searchsorted.reference(sorted, values, { side }), "the definition");
      }
    }),
    RUNS,
  );
});

Deno.test("cumsum() is within its bound of exact sums; of 32-bit integers it wraps", () => {
  fc.assert(
    fc.property(anyArray(), place, ([dtype, some], from) => {
      const xs = some.map((x: number) => Math.abs(x) < 1e30 ? x : 1) as Numbers;
      const got = elements(cumsum(placed(dtype, xs, from)));
      const exact = new ExactSum();
      let absolute = 0, whole = 0;
      for (let i = 0; i < xs.length; i++) {
        const x = xs[i]!;
        if (dtype === "i32") {
          assertEquals(got[i], whole = (whole + x) | 0);
          continue;
        }
        exact.add(x);
        absolute += Math.abs(x);
        const additions = Math.min(i, BLOCK) + Math.ceil(i / BLOCK) + 2;
        const bound = additions * HALF_ULP.f64 * absolute + HALF_ULP[dtype] * Math.abs(got[i]!) + 2 ** -150;
        assert(exact.distance(got[i]!) <= bound, `element ${i} of ${xs.length}: ${got[i]}`);
      }
    }),
    RUNS,
  );
});

Deno.test("histogram() counts every element of its range once", () => {
  fc.assert(
    fc.property(anyArray(), place, fc.integer({ min: 1, max: 300 }), ([dtype, some], from, bins) => {
      const xs = some.map((x: number) => Math.abs(x) < 1e6 ? x : 1) as Numbers;
      const operand = placed(dtype, xs, from);
      for (const [low, high] of [[-1000, 1000], [0, 1], [-0.5, 2 ** 20]] as const) {
        const counts = Array.from(elements(histogram(operand, { bins, low, high })));
        assertEquals(counts.length, bins);
        const within = Array.from(xs).filter((x) => x >= low && x <= high).length;
        assertEquals(counts.reduce((total, count) => total + count, 0), within);
        assertEquals(counts, Array.from(histogram.reference(xs, { bins, low, high })));
      }
    }),
    RUNS,
  );
});

/** Two matrices of whole numbers, whose product is exact. */
const matrices = fc.tuple(fc.nat(40), fc.nat(40), fc.nat(40), fc.nat()).map(([m, k, n, seed]) => {
  let state = seed;
  function next(): number {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state >>> 8) % 19) - 9;
  }
  return { m, k, n, a: Float64Array.from({ length: m * k }, next), b: Float64Array.from({ length: k * n }, next) };
});

Deno.test("transpose() twice is nothing, and matmul() of transposed factors is the transposed product", () => {
  fc.assert(
    fc.property(matrices, place, place, ({ m, k, n, a, b }, from, to) => {
      const flipped = transpose(a, { rows: m, cols: k });
      assertSame(transpose(flipped, { rows: k, cols: m }), a, "transpose");
      const product = matmul(placed("f64", a, from), placed("f64", b, to), { m, k, n });
      assertSame(product, matmul.reference(a, b, { m, k, n }), "matmul");
      const other = matmul(transpose(b, { rows: k, cols: n }), flipped, { m: n, k, n: m });
      assertSame(transpose(other, { rows: n, cols: m }), product, "matmul the other way round");
      const unit = Float64Array.from({ length: k * k }, (_, i) => i % (k + 1) === 0 ? 1 : 0);
      assertSame(matmul(a, unit, { m, k, n: k }), a, "matmul by 1");
    }),
    RUNS,
  );
});
