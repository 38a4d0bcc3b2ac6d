import * as kernels from "@lanes/lanes/kernels";
import { isKernel, type Kernel } from "@lanes/lanes/kernels";
import { checkElementwise } from "../contract/kernel_contract.ts";

for (const [name, kernel] of Object.entries(kernels)) {
  if (!isKernel(kernel) || kernel.kind !== "map") continue;
  Deno.test(`${name}() is its reference at every length, position and form of operands`, () => {
    checkElementwise(kernel as Kernel);
  });
}
