import { WASM } from "./_wasm.generated.ts";
import { setKernelCompiler } from "./instance.ts";

/** The binary of the kernels, in the modules that define kernels and nowhere else. */
function compile(): WebAssembly.Module {
  return new WebAssembly.Module(Uint8Array.fromBase64(WASM));
}

setKernelCompiler(compile);
