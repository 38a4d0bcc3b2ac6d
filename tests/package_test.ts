import { assertEquals } from "@std/assert";
import { ROOT } from "../tools/generated.ts";

/** Runs `deno` with these arguments in a folder; what it printed, with its words on stderr if it failed. */
async function deno(args: string[], cwd: URL | string = ROOT): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    stdin: "null",
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(60_000),
  }).output();
  assertEquals(code, 0, `deno ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Bundles a program into one file, takes it to an empty folder, and gives what it prints there. */
async function bundled(program: string, flags: string[]): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "lanes_bundle_" });
  try {
    await deno(["bundle", "--quiet", "--platform", "deno", "-o", `${folder}/program.js`, program, ...flags]);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["program.js"]);
    return await deno(["run", "-A", "--no-config", `${folder}/program.js`], folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const flags of [[], ["--minify"]]) {
  const how = flags.length ? " and minified" : "";

  Deno.test(`a program with a pool runs from one file, bundled${how}`, async () => {
    assertEquals(await bundled("examples/notebook/q5.ts", flags), "Result: [ 1, 4, 9, 16, 25 ]\n");
  });

  Deno.test(`functions of bundled modules, kernels, queues and locks work from one file, bundled${how}`, async () => {
    assertEquals(await bundled("tests/fixtures/bundled.ts", flags), "[1,4,9]\n[4,9,16]\n6\n[0,1,2]\n2\n");
  });
}
