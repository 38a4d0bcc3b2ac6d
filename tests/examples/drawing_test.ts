import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { decode } from "fast-png";

/** The colour of a pixel: red, green, blue. */
type Pixel = (column: number, row: number) => number[];

/** What an example prints, and the file it writes: it may do nothing else. */
async function drawn(example: string, name: string, ...args: string[]): Promise<{ text: string; bytes: Uint8Array }> {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        `--allow-write=${folder}/${name}`,
        new URL(`../../examples/${example}`, import.meta.url).href,
        ...["--out", name, ...args],
      ],
      cwd: folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    return { text: new TextDecoder().decode(stdout), bytes: await Deno.readFile(`${folder}/${name}`) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A PNG's size and its pixels. */
function image(bytes: Uint8Array): { width: number; height: number; pixel: Pixel } {
  const { width, height, channels, depth, data } = decode(bytes);
  assertEquals([channels, depth], [3, 8]);
  return {
    width,
    height,
    pixel: (column, row) => Array.from(data.subarray(3 * (row * width + column), 3 * (row * width + column) + 3)),
  };
}

/** The probability that a normally distributed number is below `d`, by Simpson's rule. */
function normal(d: number): number {
  const steps = 2000, h = d / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-((i * h) ** 2) / 2);
  }
  return 0.5 + sum * h / 3 / Math.sqrt(2 * Math.PI);
}

Deno.test("mandelbrot.ts --out draws a PNG of the size asked for, black where the set is", async () => {
  const { text, bytes } = await drawn("mandelbrot.ts", "set.png", "--width=301", "--height=201", "--iterations=300");
  assert(/^set\.png: 301 × 201 pixels, 2\d\.\d % in the set, \d+ ms\n$/.test(text), text);
  const { width, height, pixel } = image(bytes);
  assertEquals([width, height], [301, 201]);
  /** The pixel at a point of the plane. */
  function at(x: number, y: number): number[] {
    return pixel(150 + Math.round((x + 0.75) * 301 / 3), 100 + Math.round(y * 301 / 3));
  }
  const black = [0, 0, 0];
  for (const [x, y] of [[0, 0], [-1, 0], [-0.12, 0.75], [0.25, 0.4], [-1.3, 0]]) assertEquals(at(x!, y!), black);
  for (const [x, y] of [[-2.2, 0.9], [0.5, 0.5], [-1, 0.5], [-0.75, 0.25], [0.4, 0]]) {
    assert(Math.max(...at(x!, y!)) > 0, `${x}, ${y}`);
  }
  for (let row = 0; row < height; row += 7) { // The set is its own mirror image.
    for (let column = 0; column < width; column += 5) {
      assertEquals(pixel(column, row), pixel(column, height - 1 - row));
    }
  }
});

Deno.test("mandelbrot.ts --zoom shows more of less", async () => {
  const args = ["--width=40", "--height=30", "--x=-0.1", "--zoom=100"];
  const { pixel } = image((await drawn("mandelbrot.ts", "black.png", ...args)).bytes);
  assertEquals([pixel(0, 0), pixel(39, 29)], [[0, 0, 0], [0, 0, 0]]);
});

Deno.test("pi.ts --out draws points in two colours, the circle between them", async () => {
  const { text, bytes } = await drawn("pi.ts", "pi.png", "--points=100000", "--seed=5");
  const table = text.split("\n").slice(1, 4).map((line) => line.trim().split(/ +/).map(Number));
  assertEquals(table.map(([points]) => points), [1e3, 1e4, 1e5]);
  for (const [points, estimate, error, deviations] of table) {
    assertAlmostEquals(estimate! - error!, Math.PI, 1e-6);
    assert(Math.abs(error!) < 5 * Math.sqrt(2.7 / points!), `${points}: ${error}`);
    assertAlmostEquals(deviations!, error! / Math.sqrt(Math.PI * (4 - Math.PI) / points!), 0.01);
  }
  const { width, height, pixel } = image(bytes);
  assertEquals([width, height], [512, 512]);
  const colours = new Map<string, number>();
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const colour = pixel(column, row).join();
      colours.set(colour, (colours.get(colour) ?? 0) + 1);
      if (colour === "255,255,255") continue;
      const radius = Math.hypot(column + 0.5, height - row - 0.5) / width;
      if (Math.abs(radius - 1) > 0.003) assertEquals(colour, radius < 1 ? "37,99,235" : "217,119,6");
    }
  }
  assertEquals(colours.size, 3);
  const inside = colours.get("37,99,235")!, outside = colours.get("217,119,6")!;
  assertAlmostEquals(4 * inside / (inside + outside), Math.PI, 0.05);
});

Deno.test("black_scholes.ts --out writes the prices of the closed form", async () => {
  const args = ["--strike=40", "--years=0.5", "--rate=0.1", "--volatility=0.3"];
  const { text, bytes } = await drawn("black_scholes.ts", "prices.csv", ...args);
  assert(/parity\nprices\.csv: 11 rows\n$/.test(text), text);
  const [head, ...rows] = new TextDecoder().decode(bytes).trimEnd().split("\n");
  assertEquals([head, rows.length], ["spot,call,put", 11]);
  for (const row of rows) {
    const [spot, call, put] = row.split(",").map(Number);
    const spread = 0.3 * Math.sqrt(0.5), now = 40 * Math.exp(-0.05);
    const d1 = (Math.log(spot! / 40) + 0.145 * 0.5) / spread;
    assertAlmostEquals(call!, spot! * normal(d1) - now * normal(d1 - spread), 1e-9);
    assertAlmostEquals(put!, now * normal(spread - d1) - spot! * normal(-d1), 1e-9);
  }
});
