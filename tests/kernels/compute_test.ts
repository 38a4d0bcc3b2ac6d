import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  add,
  argsort,
  cumsum,
  exp,
  histogram,
  loadKernel,
  matmul,
  monteCarloPi,
  randomUniform,
  searchsorted,
  sort,
  square,
  sum,
} from "@lanes/lanes/kernels";
import { Pool } from "../../lib/pool/pool.ts";
import { SharedArray } from "../../lib/memory/array.ts";

const LENGTH = 700_001;

function numbers(): SharedArray<"f64"> {
  const xs = new SharedArray("f64", LENGTH);
  xs.data.set(randomUniform(LENGTH, { seed: 4, low: -5, high: 5 }));
  return xs;
}

Deno.test("Pool.compute() gives what a call gives, bit for bit, for any number of workers", async () => {
  using xs = numbers();
  using ys = numbers();
  const a = randomUniform(200 * 200, { seed: 1 });
  for (const workers of [1, 2, 3]) {
    await using pool = new Pool(workers);
    for (const kernel of [square, exp, sort, argsort, cumsum]) {
      const got = await pool.compute(kernel, xs) as SharedArray;
      const want = (kernel as unknown as (x: unknown) => SharedArray)(xs);
      assertEquals(got.data, want.data, kernel.name);
      got.dispose();
      want.dispose();
    }
    assertEquals(await pool.compute(sum, xs) as unknown, sum(xs));
    assertEquals(await pool.compute(histogram, xs, { bins: 30 }) as unknown, histogram(xs, { bins: 30 }));
    const shape = { m: 200, k: 200, n: 200 };
    assertEquals(await pool.compute(matmul, [a, a], shape) as unknown, matmul(a, a, shape));
    assertEquals(
      await pool.compute(randomUniform, new Float64Array(LENGTH), { seed: 4, low: -5, high: 5 }) as unknown,
      xs.slice(),
    );
    assert(await pool.compute(add, [xs, ys], { out: ys }) as unknown === ys);
  }
});

Deno.test("Pool.compute() is typed by what its kernel gives: numbers, indices, counts", async () => {
  await using pool = new Pool(2);
  const xs = Float64Array.of(3, 1, 2);
  const order: Uint32Array = await pool.compute(argsort, xs);
  const counts: Uint32Array = await pool.compute(histogram, [xs], { bins: 2 });
  const places: Uint32Array = await pool.compute(searchsorted, [sort(xs), xs]);
  const estimate: number = await pool.compute(monteCarloPi, 1000);
  assertEquals([[...order], [...counts], [...places]], [[1, 2, 0], [1, 2], [2, 0, 1]]);
  assertEquals(estimate, monteCarloPi(1000));
});

Deno.test("Pool.map() of a kernel maps whole arrays, plain ones too", async () => {
  await using pool = new Pool(2);
  const xs = Float32Array.from({ length: 300_000 }, (_, i) => i % 100);
  assertEquals(await pool.map(square, xs), square(xs));
  assertEquals(await pool.map(square, Int32Array.of(3)), Int32Array.of(9));
  assertEquals(await pool.map(square, new Float64Array(0)), new Float64Array(0));
});

Deno.test("Pool.compute() rejects wrong operands as a call throws", async () => {
  await using pool = new Pool(2);
  await assertRejects(() => pool.compute(add, [new Float64Array(3), new Float64Array(4)]), RangeError, "add");
  await assertRejects(() => pool.compute(add, new Float64Array(3)), TypeError, "add");
  await assertRejects(() => pool.compute(Math.sqrt as never, new Float64Array(3)), TypeError, "sqrt");
});

Deno.test("An aborted or late Pool.compute() stops between slices, and the pool goes on", async () => {
  await using pool = new Pool(2);
  const size = 1500;
  const a = new Float64Array(size * size).fill(1), shape = { m: size, k: size, n: size };
  const reason = new Error("enough");
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 20);
  await assertRejects(() => pool.compute(matmul, [a, a], { ...shape, signal: controller.signal }), Error, "enough");
  await assertRejects(() => pool.compute(matmul, [a, a], { ...shape, timeout: 20 }), Error, "20 ms");
  assertEquals(await pool.compute(sum, Float64Array.of(1, 2)) as unknown, 3);
});

Deno.test("Pool.compute() runs a user's kernel", async () => {
  const module = await Deno.readFile(new URL("../../examples/own_kernel/own_kernel.wasm", import.meta.url));
  const kernel = await loadKernel({ module, export: "cube_less" });
  await using pool = new Pool(2);
  using xs = numbers();
  const got = await pool.compute(kernel, xs) as SharedArray<"f64">;
  assert(Array.from(got.data).every((y, i) => y === xs.data[i]! * xs.data[i]! * xs.data[i]! - xs.data[i]!));
});
