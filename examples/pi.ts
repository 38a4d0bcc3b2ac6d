/**
 * π from random points: the share of those in the unit square that lie in the unit circle, times 4. Prints a table; with
 * `--out` draws points as well, as a PNG.
 *
 * ```sh
 * deno run examples/pi.ts [--points=10000000] [--seed=0]
 * deno run --allow-write=pi.png examples/pi.ts --out pi.png
 * ```
 */
import { parseArgs } from "node:util";
import { Pool } from "@lanes/lanes/pool";
import { hypot, lessEqual, monteCarloPi, randomUniform } from "@lanes/lanes/kernels";
import { encode } from "fast-png";

/** Points that are drawn, and the width of the drawing in pixels. */
const DRAWN = 60_000, WIDTH = 512;
const INSIDE = [37, 99, 235], OUTSIDE = [217, 119, 6];

/** One line of the table. */
export interface Row {
  /** How many points. */
  readonly points: number;
  /** What they give for π. */
  readonly estimate: number;
  /** The standard deviation of such an estimate. */
  readonly deviation: number;
}

/** Estimates from more and more points, ten times as many each time. */
export async function* estimates(pool: Pool, most: number, seed: number): AsyncGenerator<Row> {
  for (let points = 1000; points <= most; points *= 10) {
    // The same seed gives the same estimate, however many workers there are.
    const estimate = await pool.compute(monteCarloPi, points, { seed });
    yield { points, estimate, deviation: Math.sqrt(Math.PI * (4 - Math.PI) / points) };
  }
}

/** The unit square, three bytes a pixel, with points in one colour within the circle and in another one without. */
export async function drawing(pool: Pool, seed: number): Promise<Uint8Array> {
  const xs = await pool.compute(randomUniform, new Float64Array(DRAWN), { seed });
  const ys = await pool.compute(randomUniform, new Float64Array(DRAWN), { seed: seed + 1 });
  const inside = await pool.compute(lessEqual, [await pool.compute(hypot, [xs, ys]), 1]);
  const pixels = new Uint8Array(3 * WIDTH * WIDTH).fill(255);
  for (let i = 0; i < DRAWN; i++) {
    const column = Math.floor(xs[i]! * WIDTH), row = WIDTH - 1 - Math.floor(ys[i]! * WIDTH);
    pixels.set(inside[i] === 1 ? INSIDE : OUTSIDE, 3 * (row * WIDTH + column));
  }
  return pixels;
}

/** Prints, and draws, what the arguments ask for. */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      out: { type: "string" },
      points: { type: "string", default: "10000000" },
      seed: { type: "string", default: "0" },
    },
  });
  const seed = Number(values.seed);
  await using pool = new Pool();
  console.log("     points   estimate       error   in standard deviations");
  for await (const { points, estimate, deviation } of estimates(pool, Number(values.points), seed)) {
    const error = estimate - Math.PI;
    const columns = [
      `${points}`.padStart(11),
      estimate.toFixed(7).padStart(10),
      error.toFixed(7).padStart(11),
      (error / deviation).toFixed(2).padStart(8),
    ];
    console.log(columns.join(" "));
  }
  if (values.out === undefined) return;
  const data = await drawing(pool, seed);
  await Deno.writeFile(values.out, encode({ width: WIDTH, height: WIDTH, channels: 3, data }));
  console.log(`${values.out}: ${DRAWN} points`);
}

if (import.meta.main) await main(Deno.args);
