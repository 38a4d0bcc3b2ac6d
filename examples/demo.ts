/**
 * What Lanes is for, in one run: the three programs of the notebook, then a
 * large NumPy file squared by the SIMD kernel on all workers and checked.
 */
import { formatNpyHeader, main as lanes } from "@lanes/lanes/cli";
import * as q3 from "./notebook/q3.ts";
import * as q5 from "./notebook/q5.ts";
import * as q6 from "./notebook/q6.ts";

const ELEMENTS = 16 * 2 ** 20;

function element(index: number): number {
  return (index % 1_000_003) * 0.25 - 100_000;
}

async function notebook(): Promise<void> {
  for (const [name, program] of Object.entries({ q3, q5, q6 })) {
    console.log(`--- notebook/${name}.ts`);
    await program.main();
  }
}

async function writeInput(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  const xs = Float64Array.from({ length: 2 ** 20 }, () => 0);
  const writer = file.writable.getWriter();
  await writer.write(formatNpyHeader("f64", [ELEMENTS]));
  for (let start = 0; start < ELEMENTS; start += xs.length) {
    for (let i = 0; i < xs.length; i++) xs[i] = element(start + i);
    await writer.write(new Uint8Array(xs.buffer));
  }
  await writer.close();
}

/** How many elements of the file are not the exact squares. */
async function countWrong(path: string): Promise<number> {
  const bytes = await Deno.readFile(path);
  const ys = new Float64Array(bytes.buffer, bytes.length - 8 * ELEMENTS);
  let wrong = 0;
  for (let i = 0; i < ELEMENTS; i++) if (ys[i] !== element(i) * element(i)) wrong++;
  return wrong;
}

async function squareFile(): Promise<number> {
  console.log(`--- square a .npy file of ${ELEMENTS} float64`);
  const folder = await Deno.makeTempDir({ prefix: "lanes-demo-" });
  try {
    const [input, output] = [`${folder}/in.npy`, `${folder}/out.npy`];
    await writeInput(input);
    const code = await lanes(["square", input, output]);
    if (code !== 0) return code;
    const wrong = await countWrong(output);
    console.log(`Checked ${ELEMENTS} elements: ${wrong === 0 ? "all right" : `${wrong} WRONG`}`);
    return wrong === 0 ? 0 : 1;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

export async function main(): Promise<number> {
  await notebook();
  return await squareFile();
}

if (import.meta.main) Deno.exit(await main());
