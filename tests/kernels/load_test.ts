import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { KERNEL, loadKernel } from "@lanes/lanes/kernels";
import { SharedArray } from "../../lib/memory/array.ts";
import { runJob } from "../../lib/kernels/job.ts";

const OWN = new URL("../../examples/own_kernel/own_kernel.wasm", import.meta.url);

/** A module that exports `f` with `parameters` integers, over the memory described. */
function tiny(memory: string, parameters: number, extra = ""): Uint8Array<ArrayBuffer> {
  const section = (id: string, body: string): string => id + (body.length / 2).toString(16).padStart(2, "0") + body;
  const type = section("01", "0160" + parameters.toString(16).padStart(2, "0") + "7f".repeat(parameters) + "00");
  const imports = memory === "" ? "" : section("02", "0103656e76066d656d6f727902" + memory);
  const code = section("0a", "010200" + "0b");
  return Uint8Array.fromHex(
    "0061736d01000000" + type + imports + section("03", "0100") + section("07", "01016600" + "00") + code + extra,
  );
}

const SHARED = "0300808004";

Deno.test("loadKernel() runs a user's kernel on the calling thread and in slices", async () => {
  const kernel = await loadKernel({ module: await Deno.readFile(OWN), export: "cube_less" });
  assertEquals(kernel(Float64Array.of(0, 1, 2, 3, 4)), Float64Array.of(0, 0, 6, 24, 60));
  using xs = new SharedArray("f64", Array.from({ length: 50_001 }, (_, i) => i % 100));
  const plan = kernel[KERNEL].plan([xs], { out: xs });
  runJob(plan.job);
  plan.finish();
  plan.dispose();
  assertEquals([...xs.data.subarray(98, 102)], [98 ** 3 - 98, 99 ** 3 - 99, 0, 0]);
  assertEquals([kernel.name, kernel.kind, kernel.arity], ["cube_less", "map", 1]);
});

Deno.test("loadKernel() refuses a module with another signature, and says both", async () => {
  await assertRejects(
    () => loadKernel({ module: tiny(SHARED, 2), export: "f" }),
    TypeError,
    'Expected "f" to be (i32, i32, i32) -> nothing (operands, result, count), found (i32, i32) -> nothing',
  );
  await loadKernel({ module: tiny(SHARED, 4), export: "f", arity: 2 });
});

Deno.test("loadKernel() refuses a module with another memory, and says which it found", async () => {
  await assertRejects(() => loadKernel({ module: tiny("", 3), export: "f" }), TypeError, "found no imported memory");
  await assertRejects(
    () => loadKernel({ module: tiny("0001", 3), export: "f" }),
    TypeError,
    "found an unshared memory of at most any number of pages",
  );
  await assertRejects(
    () => loadKernel({ module: tiny("030010", 3), export: "f" }),
    TypeError,
    "found a shared memory of at most 16 pages",
  );
});

Deno.test("loadKernel() names the exports there are, and static data in the way", async () => {
  await assertRejects(
    () => loadKernel({ module: tiny(SHARED, 3), export: "g" }),
    TypeError,
    'Expected an exported function "g", found f',
  );
  await assertRejects(
    () => loadKernel({ module: tiny(SHARED, 3, "0b0a01004180080b0301" + "0203"), export: "f" }),
    TypeError,
    "found data from 1024 to 1027",
  );
  await assertRejects(() => loadKernel({ module: new Uint8Array(3), export: "f" }), TypeError, "00 61 73 6d");
  await assertRejects(() => loadKernel({ module: "x" as never, export: "f" }), TypeError, '"x"');
});

Deno.test("A loaded kernel checks its operands", async () => {
  const kernel = await loadKernel({ module: tiny(SHARED, 3), export: "f", dtype: "i32", name: "mine" });
  assertThrows(() => kernel(new Float64Array(2)), TypeError, '"mine"');
  assertThrows(() => (kernel as unknown as () => void)(), TypeError, '"mine"');
});
