import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import * as kernels from "@lanes/lanes/kernels";
import { isKernel, type Kernel } from "@lanes/lanes/kernels";
import { Pool } from "../../lib/pool/pool.ts";
import {
  arrayOf,
  assertSame,
  type Call,
  costly,
  elements,
  type Known,
  longArray,
  type Numbers,
  place,
  placed,
  planOf,
  runSlices,
  shuffled,
} from "./_arbitraries.ts";

/** A call of a kernel: what a pool's threads do slice by slice gives what the calling thread gives. */
interface Case {
  readonly kernel: Kernel;
  readonly dtype: Known;
  readonly operands: readonly unknown[];
  readonly options: Record<string, unknown>;
}

const ALL = Object.values(kernels as unknown as Record<string, unknown>).filter(isKernel);
const SIMPLE = ALL.filter(({ kind, name }) =>
  kind !== "whole" || ["sort", "argsort", "cumsum", "unique"].includes(name)
);

/** Kernels whose operands are as many arrays of one length. */
const simple: fc.Arbitrary<Case> = fc.constantFrom(...SIMPLE).chain((kernel) =>
  fc.constantFrom(...kernel.dtypes as Known[]).chain((dtype) =>
    fc.tuple(longArray(dtype, 200_000), fc.array(fc.nat(), { minLength: 3, maxLength: 3 }), place).map(
      ([xs, seeds, where]) => {
        const some = xs.length === 0 ? arrayOf(dtype, 1) : xs;
        const operands = seeds.slice(0, kernel.arity).map((seed) => {
          const order = shuffled(some.length, seed);
          return placed(dtype, some.map((_: number, i: number) => some[order[i]!]!) as Numbers, where);
        });
        return { kernel, dtype, operands, options: {} };
      },
    )
  )
);

/** Kernels with options of their own. */
const special: fc.Arbitrary<Case> = fc.constantFrom<Known>("f64", "f32").chain((dtype) =>
  fc.tuple(longArray(dtype, 100_000), fc.integer({ min: 1, max: 90 }), fc.nat(), fc.nat(11)).map(
    ([xs, size, seed, which]): Case => {
      const { histogram, matmul, transpose, topK, searchsorted, mandelbrot, blackScholes, randomNormal } = kernels;
      const square = arrayOf(dtype, size * size).map((_, i) => Math.sin(i + seed)) as Numbers;
      const sorted = xs.slice(0, 5000).sort() as Numbers;
      const prices = xs.map((x: number) => Math.abs(x % 100) + 1) as Numbers;
      const random: Record<string, unknown> = { seed };
      const cases: [Kernel, unknown[], Record<string, unknown>][] = [
        [histogram, [xs], { bins: size, low: -3, high: 99 }],
        [matmul, [square, square], { m: size, k: size, n: size }],
        [transpose, [square], { rows: size, cols: size }],
        [topK, [xs], { k: Math.min(size, xs.length) }],
        [searchsorted, [sorted, xs], { side: seed % 2 === 0 ? "left" : "right" }],
        [mandelbrot, [new Int32Array(size * size)], { width: size, height: size, iterations: size }],
        [blackScholes, [prices, 50, prices], {}],
        [kernels.randomUniform, [xs.slice()], { ...random, low: -1 }],
        [randomNormal, [xs.slice()], { ...random, mean: 2 }],
        [kernels.randomIntegers, [new Int32Array(xs.length)], { ...random, high: size }],
        [kernels.monteCarloPi, [4 + xs.length], random],
        [kernels.cumsum, [xs], {}],
      ];
      const [kernel, operands, options] = cases[which]!;
      return { kernel, dtype, operands, options };
    },
  )
);

/** The result as the calling thread computes it, of operands that stay as they are. */
function called({ kernel, operands, options }: Case): unknown {
  const copies = operands.map((each) => typeof each === "object" ? (each as Numbers).slice() : each);
  const result = (kernel as unknown as Call)(...copies, ...Object.keys(options).length > 0 ? [options] : []);
  return ArrayBuffer.isView(result) ? (result as Numbers).slice() : result;
}

Deno.test("A kernel's slices give, in any order, what a call gives, bit for bit", () => {
  fc.assert(
    fc.property(fc.oneof(simple, special), fc.nat(), (each, seed) => {
      const { kernel, dtype, operands, options } = each;
      const want = called(each);
      const got = runSlices(planOf(kernel, operands, options), (slices) => shuffled(slices, seed));
      assertSame(got, want, `${kernel.name} of ${dtype}`);
    }),
    { numRuns: 200 },
  );
});

Deno.test("A pool of any size gives what a call gives, bit for bit", async () => {
  for (const workers of [1, 2, 4]) {
    await using pool = new Pool(workers);
    await fc.assert(
      fc.asyncProperty(fc.oneof(simple, special), async (each) => {
        const { kernel, dtype, operands, options } = each;
        const want = called(each);
        const got = await pool.compute(costly(kernel), operands as never, options);
        assertSame(got, want, `${kernel.name} of ${dtype}`);
      }),
      { numRuns: 40 },
    );
  }
});

Deno.test("Random arrays are the parts of one endless array, for each seed another", () => {
  const { randomUniform, randomNormal } = kernels;
  const seeds = fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
  fc.assert(
    fc.property(seeds, fc.nat(20_000), fc.nat(20_000), (seed, some, more) => {
      for (const kernel of [randomUniform, randomNormal]) {
        const long = kernel(some + more, { seed }) as Float64Array;
        assertSame(kernel(some, { seed }), long.subarray(0, some), kernel.name);
        if (some + more > 2) assert(kernel(3, { seed: BigInt(seed) + 1n })[0] !== long[0]);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("randomIntegers() keeps to any range", () => {
  const range = fc.tuple(fc.integer(), fc.integer()).filter(([low, high]) => low < high);
  fc.assert(
    fc.property(range, fc.nat(), ([low, high], seed) => {
      const xs = elements(kernels.randomIntegers(new Int32Array(1000), { low, high, seed })) as Int32Array;
      assertEquals(xs.filter((x) => x < low || x >= high).length, 0);
    }),
    { numRuns: 200 },
  );
});
