import { assert } from "@std/assert";
import fc from "fast-check";
import * as kernels from "@lanes/lanes/kernels";
import { isKernel, type Kernel } from "@lanes/lanes/kernels";
import {
  arrayOf,
  assertSame,
  type Call,
  elements,
  type Known,
  numberOf,
  type Numbers,
  place,
  placed,
  RUNS,
  shortArray,
} from "./_arbitraries.ts";

const ELEMENTWISE = Object.values(kernels as unknown as Record<string, unknown>)
  .filter((each): each is Kernel => isKernel(each) && each.kind === "map");

/** A kernel, a type that it exists for, and operands of one length. */
const call = fc.constantFrom(...ELEMENTWISE).chain((kernel) =>
  fc.constantFrom(...kernel.dtypes as Known[]).chain((dtype) =>
    fc.nat(70).chain((length) =>
      fc.record({
        kernel: fc.constant(kernel),
        dtype: fc.constant(dtype),
        operands: fc.array(
          fc.array(numberOf(dtype), { minLength: length, maxLength: length }).map((values) => arrayOf(dtype, values)),
          { minLength: kernel.arity, maxLength: kernel.arity },
        ),
      })
    )
  )
);

Deno.test("An elementwise kernel gives the same wherever its operands and its result lie, in place too", () => {
  const places = fc.array(place, { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(call, places, fc.nat(5), ({ kernel, dtype, operands }, where, target) => {
      const run = kernel as unknown as Call;
      const want = run(...operands);
      const given = operands.map((values, i) => placed(dtype, values, where[i]!));
      assertSame(run(...given), want, `${kernel.name}_${dtype}`);
      // Into another array, or over one of the operands.
      const out = given[target] ?? placed(dtype, arrayOf(dtype, operands[0]!.length), where[3]!);
      assert(run(...given, out) === out);
      assertSame(out, want, `${kernel.name}_${dtype} into ${target < given.length ? `operand ${target}` : "out"}`);
      given.forEach((each, i) => {
        if (each !== out) assertSame(each, operands[i]!, `${kernel.name}, operand ${i}`);
      });
    }),
    { numRuns: 3000 },
  );
});

Deno.test("An elementwise kernel takes a result that overlaps an operand for one that lies elsewhere", () => {
  fc.assert(
    fc.property(call, fc.nat(9), place, ({ kernel, dtype, operands }, apart, { shared }) => {
      const run = kernel as unknown as Call;
      const want = run(...operands);
      const [first, ...rest] = operands as [Numbers, ...Numbers[]];
      const room = placed(dtype, arrayOf(dtype, first.length + 9), { shared, start: 0 });
      const from = room.subarray(0, first.length), to = room.subarray(apart, apart + first.length);
      (elements(from) as Numbers).set(first);
      assertSame(run(from, ...rest, to), want, `${kernel.name}_${dtype}, ${apart} apart`);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("A number as an operand is as an array filled with it", () => {
  fc.assert(
    fc.property(call, fc.integer({ min: 0, max: 6 }), ({ kernel, dtype, operands }, bits) => {
      const run = kernel as unknown as Call;
      const numbers = operands.map((values, i) => (bits >> i & 1) === 1 && values.length > 0 ? values[0]! : values);
      if (numbers.every((each) => typeof each === "number")) return;
      const filled = numbers.map((each, i) => typeof each === "number" ? operands[i]!.slice().fill(each) : each);
      assertSame(run(...numbers), run(...filled), `${kernel.name}_${dtype}`);
    }),
    { numRuns: 3000 },
  );
});

/** A type, and three arrays of one length. */
const triple = fc.constantFrom<Known>("f64", "f32", "i32").chain((dtype) =>
  fc.array(fc.tuple(numberOf(dtype), numberOf(dtype), numberOf(dtype)), { maxLength: 40 }).map((rows) =>
    [0, 1, 2].map((i) => arrayOf(dtype, rows.map((row) => row[i]!))) as [Numbers, Numbers, Numbers]
  )
);

Deno.test("minimum(), maximum() and clamp() are Math's, for NaN and zeros too", () => {
  const { minimum, maximum, min, max, clamp } = kernels;
  fc.assert(
    fc.property(triple, ([xs, ys, zs]) => {
      const least = minimum(xs, ys), most = maximum(xs, ys);
      assertSame(least, xs.map((x, i) => Math.min(x, ys[i]!)), "minimum");
      assertSame(most, xs.map((x, i) => Math.max(x, ys[i]!)), "maximum");
      assertSame(minimum(ys, xs), least, "minimum the other way round");
      assertSame(maximum(ys, xs), most, "maximum the other way round");
      assertSame([min(xs, ys), max(xs, ys)][0], least, "min of two");
      const within = clamp(xs, ys, zs);
      assertSame(within, minimum(maximum(xs, ys), zs), "clamp");
      assertSame(clamp(within, ys, zs), within, "clamp twice");
      within.forEach((x, i) => {
        const some = [xs[i]!, ys[i]!, zs[i]!];
        assert(Number.isNaN(x) === some.some(Number.isNaN), `clamp(${some}) is ${x}`);
        if (some[1]! <= some[2]!) assert(Number.isNaN(x) || (x >= some[1]! && x <= some[2]!));
      });
    }),
    { numRuns: 500 },
  );
});

Deno.test("where() takes everything for true but zeros, and comparisons know NaN", () => {
  const { where, equal, notEqual, less, lessEqual, greater, greaterEqual, add, sub } = kernels;
  fc.assert(
    fc.property(triple, ([xs, ys, zs]) => {
      assertSame(where(zs, xs, ys), zs.map((z, i) => z !== 0 ? xs[i]! : ys[i]!), "where");
      assertSame(where(zs, xs, xs), xs, "where of the same twice");
      assertSame(less(xs, ys), xs.map((x, i) => x < ys[i]! ? 1 : 0), "less");
      assertSame(greater(ys, xs), less(xs, ys), "greater");
      assertSame(greaterEqual(ys, xs), lessEqual(xs, ys), "greaterEqual");
      assertSame(notEqual(xs, ys), sub(1, equal(xs, ys)), "notEqual");
      // Of two numbers one is less, or they are equal; unless there is a NaN.
      const cases = add(add(less(xs, ys), greater(xs, ys)), equal(xs, ys));
      assertSame(cases, xs.map((x, i) => Number.isNaN(x) || Number.isNaN(ys[i]!) ? 0 : 1), "less, greater or equal");
      assertSame(lessEqual(xs, ys), add(less(xs, ys), equal(xs, ys)), "lessEqual");
    }),
    { numRuns: 500 },
  );
});

Deno.test("Rounding, signs and sums keep to their laws", () => {
  const { floor, ceil, trunc, neg, abs, sign, mul, add } = kernels;
  fc.assert(
    fc.property(fc.constantFrom<Known>("f64", "f32").chain((dtype) => shortArray(dtype)), (xs) => {
      assertSame(neg(neg(xs)), xs, "neg twice");
      assertSame(abs(neg(xs)), abs(xs), "abs");
      assertSame(ceil(xs), neg(floor(neg(xs))), "ceil");
      assertSame(trunc(xs), xs.map(Math.trunc), "trunc");
      assertSame(trunc(trunc(xs)), trunc(xs), "trunc twice");
      assertSame(mul(sign(xs), abs(xs)), xs.map((x) => Math.sign(x) * Math.abs(x)), "sign");
      assertSame(add(xs, 0), xs.map((x) => x + 0), "adding 0");
    }),
    RUNS,
  );
});
