import { assert, assertEquals, assertThrows } from "@std/assert";
import { add, isKernel, KERNEL, type Kernel, scale, square, sum } from "@lanes/lanes/kernels";
import { SharedArray } from "../../lib/memory/array.ts";
import { runJob } from "../../lib/kernels/job.ts";

Deno.test("square() returns the container of its operand", () => {
  const plain = square(Float64Array.of(1, 2, 3));
  assert(plain instanceof Float64Array);
  using xs = new SharedArray("i32", [1, 2, 3]);
  using shared = square(xs) as SharedArray<"i32">;
  assert(shared instanceof SharedArray);
  assertEquals([...shared], [1, 4, 9]);
  assertEquals(square(Float32Array.of(2)), Float32Array.of(4));
});

Deno.test("add() takes a number for an array, on either side", () => {
  assertEquals(add(Float64Array.of(1, 2), 10), Float64Array.of(11, 12));
  assertEquals(add(10, Float64Array.of(1, 2)), Float64Array.of(11, 12));
});

Deno.test("add() writes to its trailing operand and returns it", () => {
  const xs = Float64Array.of(1, 2), out = new Float64Array(2);
  assert(add(xs, xs, out) === out);
  assertEquals(out, Float64Array.of(2, 4));
  assert(add(xs, xs, xs) === xs);
  assertEquals(xs, Float64Array.of(2, 4));
});

Deno.test("square() of overlapping parts of one array reads each element before it is overwritten", () => {
  const plain = Float64Array.of(1, 2, 3, 4, 0);
  square(plain.subarray(0, 4), plain.subarray(1, 5));
  assertEquals([...plain], [1, 1, 4, 9, 16]);
  using shared = new SharedArray("f64", [1, 2, 3, 4, 0]);
  square(shared.subarray(0, 4), shared.subarray(1, 5));
  assertEquals([...shared], [1, 1, 4, 9, 16]);
});

Deno.test("add() of lengths that differ is a RangeError that names both", () => {
  const error = assertThrows(() => add(new Float64Array(3), new Float64Array(4)), RangeError);
  assert(/"add".*3.*4/.test((error as Error).message), String(error));
  assertThrows(() => square(new Float64Array(3), new Float64Array(4)), RangeError);
});

Deno.test("A missing, wrong or mixed operand is a TypeError that names kernel and dtypes", () => {
  const loose = add as unknown as (...operands: unknown[]) => unknown;
  assertThrows(() => loose(new Float64Array(3)), TypeError, '"add"');
  assertThrows(() => loose(), TypeError, '"add"');
  assertThrows(() => loose(1, 2, 3, 4), TypeError, '"add"');
  assertThrows(() => loose([1, 2], [3, 4]), TypeError, "got an array of 2");
  assertThrows(() => loose("a", new Float64Array(1)), TypeError, '"a"');
  assertThrows(() => loose(new Uint8Array(2), new Uint8Array(2)), TypeError, '"u8"');
  const error = assertThrows(() => loose(new Float64Array(2), new Float32Array(2)), TypeError) as Error;
  assert(error.message.includes('"f64"') && error.message.includes('"f32"') && error.message.includes('"add"'));
  assertThrows(() => loose(new Float64Array(2), 1, new Float32Array(2)), TypeError, '"f32"');
  assertThrows(() => loose(new Int32Array(2), 1.5), TypeError, "1.5");
  assertThrows(() => loose(1, 2), TypeError, "numbers only");
  assertThrows(() => loose(new Float64Array(2), 1, 5), TypeError, "out");
});

Deno.test("sum() of any length is that of its blocks, halves first, in one thread and by slices", () => {
  for (const length of [0, 1, 5, 2047, 2048, 2049, 10_000, 300_001]) {
    for (const xs of [new Float64Array(length), new Float32Array(length), new Int32Array(length)]) {
      for (let i = 0; i < length; i++) xs[i] = (i % 17) - 5;
      const want = Array.from(xs).reduce((total, x) => total + x, 0);
      assertEquals(sum(xs), want, `${length}`);
      const plan = sum[KERNEL].plan([xs], {});
      runJob(plan.job);
      assertEquals(plan.finish(), want);
      plan.dispose();
    }
  }
});

Deno.test("sum() of rounded numbers stays within its documented error and does not depend on slices", () => {
  const xs = Float64Array.from({ length: 1_000_003 }, (_, i) => 1 / (i + 1));
  const exact = (Math as unknown as { sumPrecise(xs: Iterable<number>): number }).sumPrecise(xs);
  const bound = (Math.log2(xs.length) + 20) * 2 ** -53 * exact;
  assert(Math.abs(sum(xs) - exact) <= bound);
  using shared = new SharedArray("f64", xs);
  assertEquals(sum(shared), sum(xs));
  assertEquals(sum(shared.subarray(1)), sum(xs.subarray(1)));
});

Deno.test("kernels are recognised by a registered symbol, have a name and their definition", () => {
  for (const kernel of [square, add, scale, sum] as Kernel[]) {
    assert(isKernel(kernel));
    assert(Symbol.for("lanes.kernel") in kernel);
    assert(kernel.dtypes.includes("f64"));
  }
  assertEquals(square.name, "square");
  assertEquals(add.reference(2, 3), 5);
  assert(!isKernel(Math.sqrt) && !isKernel(null) && !isKernel({}));
});
