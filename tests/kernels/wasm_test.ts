import { assert } from "@std/assert";

const root = new URL("../../", import.meta.url);

Deno.test("The embedded kernels are in step with their sources, checked without Rust", async () => {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tools/build_wasm.ts", "--check"],
    cwd: root,
    env: { PATH: "" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
});

Deno.test("The embedded kernels are at most 250 KB", async () => {
  const { WASM } = await import("../../lib/kernels/_wasm.generated.ts");
  assert(Uint8Array.fromBase64(WASM).length <= 250_000);
});
