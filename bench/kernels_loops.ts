/**
 * The kernels' work done by plain JavaScript loops: prints lines of JSON as `kernels_work.ts` does.
 *
 * `deno run -A bench/kernels_loops.ts [--seconds=S]`
 *
 * @module
 */
import { report } from "./kernels_report.ts";

const CALLS = 1000;

function random(length: number, low = 0, high = 1): Float64Array {
  return Float64Array.from({ length }, () => low + (high - low) * Math.random());
}

async function loop(metric: string, size: number, call: () => unknown): Promise<void> {
  await report({ peer: "loop", metric, size }, call);
}

async function elementwise(size: number): Promise<void> {
  const xs = random(size), ys = random(size), ws = random(size, -10, 10), out = new Float64Array(size);
  await loop("square", size, () => {
    for (let i = 0; i < size; i++) out[i] = xs[i]! * xs[i]!;
  });
  await loop("axpy", size, () => {
    for (let i = 0; i < size; i++) out[i] = 2.5 * xs[i]! + ys[i]!;
  });
  await loop("polynomial", size, () => {
    for (let i = 0; i < size; i++) out[i] = (3 * xs[i]! + 2) * xs[i]! + 1;
  });
  await loop("hypot", size, () => {
    for (let i = 0; i < size; i++) out[i] = Math.sqrt(xs[i]! * xs[i]! + ys[i]! * ys[i]!);
  });
  if (size > 1_000_000) return;
  await loop("exp", size, () => {
    for (let i = 0; i < size; i++) out[i] = Math.exp(ws[i]!);
  });
  await loop("sin", size, () => {
    for (let i = 0; i < size; i++) out[i] = Math.sin(ws[i]!);
  });
  await loop("sigmoid", size, () => {
    for (let i = 0; i < size; i++) out[i] = 1 / (1 + Math.exp(-ws[i]!));
  });
}

/** By four sums: a processor adds four at once. */
function sum(xs: Float64Array): number {
  let a = 0, b = 0, c = 0, d = 0;
  for (let i = 0; i < xs.length; i += 4) {
    a += xs[i]!;
    b += xs[i + 1]!;
    c += xs[i + 2]!;
    d += xs[i + 3]!;
  }
  return a + b + c + d;
}

async function reductions(size: number): Promise<void> {
  const xs = random(size), ys = random(size), out = new Float64Array(size);
  await loop("sum", size, () => sum(xs));
  await loop("dot", size, () => {
    let a = 0, b = 0;
    for (let i = 0; i < size; i += 2) {
      a += xs[i]! * ys[i]!;
      b += xs[i + 1]! * ys[i + 1]!;
    }
    return a + b;
  });
  await loop("max", size, () => {
    let most = -Infinity;
    for (let i = 0; i < size; i++) if (xs[i]! > most) most = xs[i]!;
    return most;
  });
  if (size > 1_000_000) return;
  await loop("variance", size, () => {
    const mean = sum(xs) / size;
    let a = 0, b = 0;
    for (let i = 0; i < size; i += 2) {
      a += (xs[i]! - mean) ** 2;
      b += (xs[i + 1]! - mean) ** 2;
    }
    return (a + b) / size;
  });
  await loop("cumsum", size, () => {
    let total = 0;
    for (let i = 0; i < size; i++) out[i] = total += xs[i]!;
  });
  const counts = new Uint32Array(256);
  await loop("histogram", size, () => {
    counts.fill(0);
    for (let i = 0; i < size; i++) counts[(xs[i]! * 256) | 0]!++;
  });
  await loop("sort", size, () => {
    out.set(xs);
    out.sort();
  });
  const order = new Uint32Array(size);
  await loop("argsort", size, () => {
    for (let i = 0; i < size; i++) order[i] = i;
    order.sort((i, j) => xs[i]! - xs[j]!);
  });
}

function product(side: number, [a, b, c]: readonly [Float64Array, Float64Array, Float64Array]): void {
  c.fill(0);
  for (let i = 0; i < side; i++) {
    for (let k = 0; k < side; k++) {
      const x = a[i * side + k]!;
      for (let j = 0; j < side; j++) c[i * side + j]! += x * b[k * side + j]!;
    }
  }
}

function mandelbrot(side: number, image: Int32Array): void {
  for (let row = 0; row < side; row++) {
    const y = -1.25 + 2.5 * row / side;
    for (let column = 0; column < side; column++) {
      const x = -2 + 2.5 * column / side;
      let a = 0, b = 0, count = 0;
      while (count < 200 && a * a + b * b <= 4) {
        const next = a * a - b * b + x;
        b = 2 * a * b + y;
        a = next;
        count++;
      }
      image[row * side + column] = count;
    }
  }
}

/** The share of normally distributed numbers below `d`, to seven digits (Abramowitz and Stegun 26.2.17). */
function normal(d: number): number {
  const u = 1 / (1 + 0.2316419 * Math.abs(d));
  const tail = u * (0.31938153 + u * (-0.356563782 + u * (1.781477937 + u * (-1.821255978 + u * 1.330274429))));
  const v = 0.3989422804014327 * Math.exp(-0.5 * d * d) * tail;
  return d > 0 ? 1 - v : v;
}

async function programs(): Promise<void> {
  const side = 1024, n = 1_000_000;
  const matrices = [random(side * side), random(side * side), new Float64Array(side * side)] as const;
  const measured = { peer: "loop", metric: "matmul", size: side, flops: 2 * side ** 3 };
  await report(measured, () => product(side, matrices));
  const image = new Int32Array(side * side);
  await loop("mandelbrot", side * side, () => mandelbrot(side, image));
  const spot = random(n, 10, 100), strike = random(n, 10, 100), years = random(n, 0.25, 2);
  const calls = new Float64Array(n), puts = new Float64Array(n);
  await loop("blackScholes", n, () => {
    for (let i = 0; i < n; i++) {
      const s = spot[i]!, t = years[i]!, spread = 0.3 * Math.sqrt(t), now = strike[i]! * Math.exp(-0.02 * t);
      const d1 = (Math.log(s / strike[i]!) + 0.065 * t) / spread;
      const n1 = normal(d1), n2 = normal(d1 - spread);
      calls[i] = s * n1 - now * n2;
      puts[i] = now * (1 - n2) - s * (1 - n1);
    }
  });
  await loop("monteCarloPi", 10 * n, () => {
    let inside = 0;
    for (let i = 0; i < 10 * n; i++) if (Math.random() ** 2 + Math.random() ** 2 <= 1) inside++;
    return inside;
  });
}

if (import.meta.main) {
  const xs = random(1000), out = new Float64Array(1000);
  await report({ peer: "loop", metric: "square", size: 1000, calls: CALLS }, () => {
    for (let call = 0; call < CALLS; call++) for (let i = 0; i < 1000; i++) out[i] = xs[i]! * xs[i]!;
  });
  for (const size of [1_000_000, 16 << 20]) {
    await elementwise(size);
    await reductions(size);
  }
  await programs();
}
