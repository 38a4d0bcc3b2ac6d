/**
 * The Mandelbrot set, computed by all workers: drawn in the terminal, or as a PNG.
 *
 * ```sh
 * deno run examples/mandelbrot.ts
 * deno run --allow-write=set.png examples/mandelbrot.ts --out set.png
 * deno run --allow-write=spiral.png examples/mandelbrot.ts --out spiral.png --x=-0.7435 --y=0.1314 --zoom=900 --iterations=2000
 * ```
 */
import { parseArgs } from "node:util";
import { Pool } from "@lanes/lanes/pool";
import { mandelbrot } from "@lanes/lanes/kernels";
import { encode } from "fast-png";

/** What is drawn: an image of pixels, around a point of the plane. */
export interface View {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** The most iterations: points that stay that long are taken for points of the set. */
  readonly iterations: number;
  /** The real part of the point in the middle. */
  readonly x: number;
  /** The imaginary part of the point in the middle; as in images, it grows downwards. */
  readonly y: number;
  /** 1 shows the whole set, 2 half as much. */
  readonly zoom: number;
}

const DEFAULTS: View = { width: 1200, height: 900, iterations: 500, x: -0.75, y: 0, zoom: 1 };
const TERMINAL: View = { ...DEFAULTS, width: 72, height: 51, iterations: 100 };
const SHADES = " .:-=+*%@#";

/** How many iterations each pixel takes, row by row. */
export async function iterations(pool: Pool, view: View): Promise<Int32Array> {
  const { width, height, iterations, x, y, zoom } = view;
  const step = 3 / width / zoom;
  const left = x - (width - 1) / 2 * step, top = y - (height - 1) / 2 * step;
  return await pool.compute(mandelbrot, new Int32Array(width * height), { width, height, left, top, step, iterations });
}

/** Black for points of the set, else a colour by the logarithm of the iterations: three bytes a pixel. */
export function colours(counts: Int32Array, most: number): Uint8Array {
  const palette = Uint8Array.from({ length: 3 * most }, (_, i) => {
    const turn = 2 * Math.log1p(Math.floor(i / 3)) / Math.log1p(most) + (i % 3) * 0.12;
    return 128 - 127 * Math.cos(2 * Math.PI * turn + 0.6);
  });
  const pixels = new Uint8Array(3 * counts.length);
  counts.forEach((count, i) => {
    if (count < most) pixels.set(palette.subarray(3 * count, 3 * count + 3), 3 * i);
  });
  return pixels;
}

/** Two rows of pixels a line, since characters are twice as high as wide. */
function text(counts: Int32Array, { width, height, iterations }: View): string[] {
  return Array.from({ length: Math.ceil(height / 2) }, (_, row) => {
    const line = Array.from(counts.subarray(2 * row * width, (2 * row + 1) * width), (count) => {
      const shade = Math.log1p(count) / Math.log1p(iterations) * (SHADES.length - 1);
      return SHADES[Math.floor(shade)]!;
    });
    return line.join("").trimEnd();
  });
}

/** Draws what the arguments ask for. */
export async function main(args: string[]): Promise<void> {
  const string = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: { out: string, width: string, height: string, iterations: string, x: string, y: string, zoom: string },
  });
  const { out, ...given } = values;
  const numbers = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, Number(value)]));
  const view: View = { ...(out === undefined ? TERMINAL : DEFAULTS), ...numbers };

  await using pool = new Pool();
  const start = performance.now();
  const counts = await iterations(pool, view);
  const took = performance.now() - start;
  if (out === undefined) {
    for (const line of text(counts, view)) console.log(line);
    return;
  }
  const { width, height } = view;
  const data = colours(counts, view.iterations);
  await Deno.writeFile(out, encode({ width, height, channels: 3, data }));
  const inside = counts.filter((count) => count === view.iterations).length / counts.length;
  console.log(`${out}: ${width} × ${height} pixels, ${(100 * inside).toFixed(1)} % in the set, ${took.toFixed(0)} ms`);
}

if (import.meta.main) await main(Deno.args);
