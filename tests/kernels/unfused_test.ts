import { assert, assertEquals } from "@std/assert";
import * as kernels from "@lanes/lanes/kernels";
import { isKernel, KERNEL } from "@lanes/lanes/kernels";
import { WASM } from "../../lib/kernels/_wasm.generated.ts";
import { adoptKernelModule } from "../../lib/kernels/instance.ts";
import { checkElementwise } from "../contract/kernel_contract.ts";
import { checkDoubles, checkFloats, NAMES } from "./_accuracy.ts";
import { unfused } from "./_unfused.ts";

// Before any kernel of this file runs: all of them run without fused multiply-add.
const { bytes, replaced } = unfused(Uint8Array.fromBase64(WASM));
adoptKernelModule(new WebAssembly.Module(bytes));

Deno.test("The module without fused multiply-add rounds every product", () => {
  assert(replaced > 100, `${replaced} instructions were replaced`);
  const x = 1 + 2 ** -30;
  // x² less its rounded value: what a fused multiply-add would keep.
  assertEquals(kernels.matmul(Float64Array.of(-(x * x), x), Float64Array.of(1, x), { m: 1, k: 2, n: 1 })[0], 0);
  assertEquals(kernels.fma(Float64Array.of(x), x, -(x * x))[0], 2 ** -60);
});

for (const name of NAMES) {
  Deno.test(`${name}() is within its documented error where nothing is fused`, () => checkDoubles(name));
  Deno.test(`${name}() of floats is within 1 of their last places where nothing is fused`, () => checkFloats(name));
}

Deno.test("Elementwise kernels keep to their definitions where nothing is fused", () => {
  for (const kernel of Object.values(kernels) as unknown[]) {
    if (isKernel(kernel) && kernel.kind === "map" && kernel[KERNEL].ulp === 0) checkElementwise(kernel);
  }
});
