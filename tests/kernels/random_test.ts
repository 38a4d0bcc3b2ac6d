import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  blackScholes,
  KERNEL,
  type Kernel,
  mandelbrot,
  mean,
  monteCarloPi,
  randomIntegers,
  randomNormal,
  randomUniform,
  variance,
} from "@lanes/lanes/kernels";
import { runJob } from "../../lib/kernels/job.ts";

function planned(kernel: Kernel, operands: readonly unknown[], options: Record<string, unknown> = {}): unknown {
  const plan = kernel[KERNEL].plan(operands, options);
  runJob(plan.job);
  const result = plan.finish();
  plan.dispose();
  return result;
}

Deno.test("randomUniform() of a longer array begins with a shorter one, however it is sliced", () => {
  const long = randomUniform(100_003, { seed: 7 }) as Float64Array;
  assertEquals(randomUniform(new Float64Array(1000), { seed: 7 }), long.slice(0, 1000));
  assertEquals(planned(randomUniform, [new Float64Array(100_003)], { seed: 7 }), long);
  assert(long.every((x) => x >= 0 && x < 1));
  assert(Math.abs(mean(long) - 0.5) < 0.005 && Math.abs(variance(long) - 1 / 12) < 0.002);
  assert(long[0] !== randomUniform(1, { seed: 8 })[0]);
  assertEquals(new Set(long).size, long.length);
});

Deno.test("randomUniform() and randomIntegers() keep to their range", () => {
  const xs = randomUniform(new Float32Array(9999), { low: -2, high: 3, seed: 1n << 40n });
  assert(xs.every((x) => x >= -2 && x <= 3));
  const dice = randomIntegers(new Int32Array(60_000), { low: 1, high: 7, seed: 3 });
  const counts = new Array(8).fill(0);
  for (const x of dice) counts[x]++;
  assertEquals([counts[0], counts[7]], [0, 0]);
  assert(counts.slice(1, 7).every((count) => Math.abs(count - 10_000) < 500), `${counts}`);
  const wide = randomIntegers(new Int32Array(1000), { low: -(2 ** 31), high: 2 ** 31 });
  assert(wide.some((x) => x < -1e9) && wide.some((x) => x > 1e9));
});

Deno.test("randomNormal() has the mean and deviation asked for", () => {
  const xs = randomNormal(200_000, { mean: 3, deviation: 2, seed: 5 });
  assert(Math.abs(mean(xs) - 3) < 0.02 && Math.abs(variance(xs) - 4) < 0.05);
  assert(xs.every(Number.isFinite));
  assertEquals(planned(randomNormal, [new Float64Array(70_001)], { seed: 9 }), randomNormal(70_001, { seed: 9 }));
});

Deno.test("Random kernels name a wrong seed, range or operand", () => {
  assertThrows(() => randomUniform(3, { seed: 1.5 }), TypeError, '"seed"');
  assertThrows(() => randomUniform(3, { low: 2, high: 1 }), RangeError, '"high"');
  assertThrows(() => randomIntegers(new Int32Array(1), {}), TypeError, '"high"');
  assertThrows(() => randomUniform(-1), RangeError, "-1");
  assertThrows(() => randomUniform(new Int32Array(1)), TypeError, '"i32"');
});

Deno.test("mandelbrot() is its reference", () => {
  for (const [width, height] of [[1, 1], [7, 5], [64, 33]] as const) {
    const options = { width, height, iterations: 61 };
    const image = new Int32Array(width * height);
    assertEquals(mandelbrot(image, options), mandelbrot.reference(image, options));
  }
});

Deno.test("blackScholes() is its reference", () => {
  const spot = Float64Array.from({ length: 67 }, (_, i) => 50 + i), years = spot.map((x) => x / 60);
  const prices = blackScholes(spot, 90, years, { rate: 0.03 }) as Float64Array;
  spot.forEach((s, i) => {
    const [call, put] = blackScholes.reference(s, 90, years[i]!, 0.03);
    assert(Math.abs(prices[i]! - call!) < 1e-11 && Math.abs(prices[67 + i]! - put!) < 1e-11, `${i}`);
  });
});

Deno.test("monteCarloPi() gives the same estimate however it is sliced", () => {
  const estimate = monteCarloPi(1_000_000, { seed: 2 });
  assert(Math.abs(estimate - Math.PI) < 0.01);
  assertEquals(planned(monteCarloPi, [1_000_000], { seed: 2 }), estimate);
});
