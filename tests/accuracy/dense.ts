/**
 * What the kernels give for the operands in a folder's files, `in_NAME.f64`: written to `out_NAME.f64` there. With
 * `--unfused` as a machine without fused multiply-add computes it. `dense.py` runs it.
 *
 * @module
 */
import * as kernels from "@lanes/lanes/kernels";
import { isKernel } from "@lanes/lanes/kernels";
import { WASM } from "../../lib/kernels/_wasm.generated.ts";
import { adoptKernelModule } from "../../lib/kernels/instance.ts";
import { unfused } from "../kernels/_unfused.ts";

if (import.meta.main) {
  const folder = Deno.args[0]!;
  if (Deno.args.includes("--unfused")) {
    adoptKernelModule(new WebAssembly.Module(unfused(Uint8Array.fromBase64(WASM)).bytes));
  }
  for (const { name: file } of [...Deno.readDirSync(folder)]) {
    const name = /^in_(\w+)\.f64$/.exec(file)?.[1];
    const kernel = name === undefined ? undefined : (kernels as unknown as Record<string, unknown>)[name];
    if (!isKernel(kernel)) continue;
    const { buffer } = await Deno.readFile(`${folder}/${file}`);
    const all = new Float64Array(buffer), length = all.length / kernel.arity;
    const operands = Array.from({ length: kernel.arity }, (_, i) => all.slice(i * length, (i + 1) * length));
    const result = (kernel as unknown as (...operands: Float64Array[]) => Float64Array)(...operands);
    await Deno.writeFile(`${folder}/out_${name}.f64`, new Uint8Array(result.buffer as ArrayBuffer));
  }
}
