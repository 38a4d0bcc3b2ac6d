import { assert, assertEquals } from "@std/assert";
import {
  abs,
  add,
  argmax,
  argmin,
  argsort,
  cumsum,
  dot,
  floor,
  histogram,
  matmul,
  max,
  mean,
  min,
  minimum,
  norm,
  searchsorted,
  sort,
  sqrt,
  square,
  sum,
  unique,
  variance,
} from "@lanes/lanes/kernels";
import { readNpy } from "./_npy.ts";

const xs = readNpy("numpy_input").data as Float64Array, ys = readNpy("numpy_other").data as Float64Array;

function near(got: ArrayLike<number>, want: ArrayLike<number>, scale: number): void {
  assertEquals(got.length, want.length);
  for (let i = 0; i < got.length; i++) {
    assert(Math.abs(got[i]! - want[i]!) <= scale * 1e-14, `${i}: ${got[i]}, ${want[i]}`);
  }
}

Deno.test("Elementwise kernels equal NumPy's results bit for bit", () => {
  assertEquals(square(xs), readNpy("numpy_square").data);
  assertEquals(add(xs, ys), readNpy("numpy_add").data);
  assertEquals(minimum(xs, ys), readNpy("numpy_minimum").data);
  assertEquals(floor(xs), readNpy("numpy_floor").data);
  assertEquals(sqrt(abs(xs)), readNpy("numpy_sqrt").data);
});

Deno.test("Sorting, searching and counting equal NumPy's results", () => {
  assertEquals(sort(xs), readNpy("numpy_sort").data);
  assertEquals([...argsort(xs)], [...readNpy("numpy_argsort").data]);
  assertEquals([...histogram(xs, { bins: 20, low: -3, high: 3 })], [...readNpy("numpy_histogram").data]);
  assertEquals([...searchsorted(sort(xs), ys)], [...readNpy("numpy_searchsorted").data]);
  const rounded = readNpy("numpy_unique").data as Float64Array;
  assertEquals(unique(rounded), rounded);
});

Deno.test("Reductions, running sums and products equal NumPy's results but for rounding", () => {
  const [total, average, spread, least, most, first, last, product, length] = readNpy("numpy_reductions").data;
  near([sum(xs), mean(xs), variance(xs), dot(xs, ys), norm(xs)], [total!, average!, spread!, product!, length!], 3001);
  assertEquals([min(xs), max(xs), argmin(xs), argmax(xs)], [least, most, first, last]);
  near(cumsum(xs), readNpy("numpy_cumsum").data, 3001);
  const c = matmul(xs.slice(0, 1200), ys.slice(0, 2000), { m: 30, k: 40, n: 50 });
  near(c, readNpy("numpy_matmul").data, 40);
});
