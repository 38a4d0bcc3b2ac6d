/**
 * A kernel of one's own, in Rust: see `docs/own_kernel.md`.
 *
 * `deno run -A examples/own_kernel/main.ts` prints `0 0 6 24 60`.
 */
import { Pool } from "@lanes/lanes/pool";
import { loadKernel } from "@lanes/lanes/kernels";

if (import.meta.main) {
  const module = await Deno.readFile(new URL("./own_kernel.wasm", import.meta.url));
  const cubeLess = await loadKernel({ module, export: "cube_less" });
  await using pool = new Pool(2);
  const result = await pool.compute(cubeLess, Float64Array.of(0, 1, 2, 3, 4)) as Float64Array;
  console.log(result.join(" "));
}
