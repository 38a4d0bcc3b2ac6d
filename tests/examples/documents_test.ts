import { assert, assertEquals } from "@std/assert";
import { run } from "../fixtures/program.ts";

const ROOT = new URL("../../", import.meta.url);
const FENCE = /```ts\n([^]*?)```/g;

/**
 * The programs of a document: its blocks with a main part, which `deno test --doc` checks but does not run. What they
 * print stands in a comment: `console.log(x); // result`, or at the end below `// prints:`.
 */
function programs(file: string): { source: string; expected: string[]; anyOrder: boolean }[] {
  const text = Deno.readTextFileSync(new URL(file, ROOT));
  return [...text.matchAll(FENCE)].map(([, source]) => source!)
    .filter((source) => source.includes("if (import.meta.main)"))
    .map((source) => {
      const tail = /^\/\/ prints(.*):\n([^]*)$/m.exec(source);
      const lines = tail !== null
        ? tail[2]!.trim().split("\n").map((line) => line.replace(/^\/\/ /, ""))
        : [...source.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, result]) => result!);
      return { source, expected: lines, anyOrder: tail?.[1]?.includes("any order") ?? false };
    });
}

Deno.test("the programs of the documents print what their comments say", async (t) => {
  for (const file of ["README.md", "docs/from_python.md"]) {
    const found = programs(file);
    assert(found.length > 0, `${file} has no program`);
    for (const [index, { source, expected, anyOrder }] of found.entries()) {
      await t.step(`${file}, program ${index + 1}`, async () => {
        assert(expected.length > 0, "the program does not say what it prints");
        const { code, stdout, stderr } = await run(source);
        assertEquals([code, stderr], [0, ""]);
        const lines = stdout.trimEnd().split("\n");
        assertEquals(lines.at(-1), expected.at(-1));
        assertEquals(anyOrder ? lines.sort() : lines, anyOrder ? expected.sort() : expected);
      });
    }
  }
});
