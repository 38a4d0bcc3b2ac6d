import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { all, any, argmax, argmin, count, dot, max, mean, min, norm, sum, variance } from "@lanes/lanes/kernels";
import { anyArray, arrayOf, ExactSum, type Known, type Numbers, place, placed, RUNS } from "./_arbitraries.ts";

const U = 2 ** -53;

/** Numbers whose sums and squares stay finite. */
function tame(xs: Numbers): Numbers {
  return xs.map((x: number) => Math.abs(x) < 1e15 ? x : 1) as Numbers;
}

Deno.test("sum() and mean() are within their documented bound of the exact sum", () => {
  fc.assert(
    fc.property(anyArray(), place, ([dtype, some], from) => {
      const xs = tame(some), operand = placed(dtype, xs, from), n = xs.length;
      const exact = new ExactSum();
      let absolute = 0;
      for (const x of xs) {
        exact.add(x);
        absolute += Math.abs(x);
      }
      const bound = (Math.log2(Math.max(n, 1)) + 20) * U * absolute;
      const total = sum(operand);
      assert(exact.distance(total) <= (dtype === "i32" ? 0 : bound), `${total}`);
      if (n > 0) assert(Math.abs(mean(operand) - total / n) <= 2 * U * Math.abs(total / n));
    }),
    RUNS,
  );
});

Deno.test("dot(), norm() and variance() are near those of exact sums", () => {
  fc.assert(
    fc.property(anyArray(["f64", "f32"]), place, ([dtype, some], from) => {
      const xs = tame(some).map((x: number) => Math.abs(x) < 1e6 ? x : 2) as Numbers, n = xs.length;
      if (n === 0) return;
      const operand = placed(dtype, xs, from);
      const squares = new ExactSum();
      let absolute = 0;
      for (const x of xs) {
        squares.add(x * x);
        absolute += x * x;
      }
      const bound = (Math.log2(n) + 22) * U * absolute;
      const length = norm(operand);
      assert(squares.distance(dot(operand, operand)) <= bound, "dot");
      assert(squares.distance(length * length) <= 4 * bound, `norm ${length}`);
      const middle = mean(operand), spread = new ExactSum();
      for (const x of xs) spread.add((x - middle) * (x - middle));
      assert(spread.distance(variance(operand) * n) <= 1e-12 * (absolute + 1e-300), "variance");
    }),
    RUNS,
  );
});

Deno.test("min(), max(), argmin() and argmax() agree with each other: the first of the extremes, NaN first of all", () => {
  fc.assert(
    fc.property(anyArray(), place, ([dtype, xs], from) => {
      if (xs.length === 0) return;
      const operand = placed(dtype, xs, from);
      const least = Array.from(xs).reduce((a: number, b: number) => Math.min(a, b), Infinity);
      const most = Array.from(xs).reduce((a: number, b: number) => Math.max(a, b), -Infinity);
      assert(Object.is(min(operand), least) && Object.is(max(operand), most), `${min(operand)} ${max(operand)}`);
      const nan = xs.findIndex((x: number) => Number.isNaN(x));
      assertEquals(argmin(operand), nan >= 0 ? nan : xs.findIndex((x: number) => x === least));
      assertEquals(argmax(operand), nan >= 0 ? nan : xs.findIndex((x: number) => x === most));
    }),
    { numRuns: 300 },
  );
});

Deno.test("any(), all() and count() agree with each other", () => {
  const arrays = fc.oneof(
    anyArray(),
    fc.tuple(fc.constantFrom<Known>("f64", "f32", "i32"), fc.nat(5000), fc.nat(5000)).map(([dtype, length, at]) => {
      const zeros = arrayOf(dtype, length);
      if (at < length) zeros[at] = 1;
      return [dtype, zeros] as [Known, Numbers];
    }),
  );
  fc.assert(
    fc.property(arrays, place, ([dtype, xs], from) => {
      const operand = placed(dtype, xs, from);
      const others = Array.from(xs).reduce((total: number, x: number) => total + (x !== 0 ? 1 : 0), 0);
      assertEquals([count(operand), any(operand), all(operand)], [others, others > 0, others === xs.length]);
    }),
    { numRuns: 300 },
  );
});
