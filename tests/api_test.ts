import { assertEquals, fail } from "@std/assert";
import { apiText, SNAPSHOT } from "../tools/api_surface.ts";
import { ROOT, textOf } from "../tools/generated.ts";
import { declarationText, type Doc } from "../tools/type_text.ts";

/** The lines that differ, each after the last head above it, with `-` for those that went and `+` for new ones. */
function difference(before: string[], after: string[]): string[] {
  const table = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      table[i]![j] = before[i] === after[j]
        ? table[i + 1]![j + 1]! + 1
        : Math.max(table[i + 1]![j]!, table[i]![j + 1]!);
    }
  }
  const lines: string[] = [];
  let head = "";
  let [i, j] = [0, 0];
  const say = (sign: string, line: string) => {
    if (head && line.startsWith("    ")) lines.push(`  ${head}`);
    head = "";
    lines.push(`${sign} ${line}`);
  };
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      if (!before[i]!.startsWith("    ")) head = before[i]!;
      i++, j++;
    } else if (j >= after.length || i < before.length && table[i + 1]![j]! >= table[i]![j + 1]!) {
      say("-", before[i++]!);
    } else say("+", after[j++]!);
  }
  return lines;
}

Deno.test("the public API is the frozen one", async () => {
  const lines = difference(textOf(SNAPSHOT).split("\n"), (await apiText()).split("\n"));
  if (lines.length === 0) return;
  fail(
    `The public API changed:\n\n${lines.join("\n")}\n\n` +
      `If that is meant, run "deno task build:api", review the diff of ${SNAPSHOT} and say it in CHANGELOG.md`,
  );
});

Deno.test("difference() shows what changed under its head", () => {
  const before = ["a", "  class A", "    x: number", "    y: number", "  class B"];
  const after = ["a", "  class A", "    x: string", "    y: number", "  class B", "  class C"];
  assertEquals(difference(before, after), [
    "    class A",
    "-     x: number",
    "+     x: string",
    "+   class C",
  ]);
  assertEquals(difference(before, before), []);
});

Deno.test("declarationText() writes every kind of type as TypeScript again", async () => {
  const file = new URL("tests/fixtures/signatures.ts", ROOT);
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["doc", "--json", file.href] }).output();
  const [module] = Object.values(JSON.parse(new TextDecoder().decode(stdout)).nodes) as {
    symbols: { name: string; declarations: Doc[] }[];
  }[];
  const text = module!.symbols.flatMap(({ name, declarations }) =>
    declarations.flatMap((d) => declarationText(name, d))
  );
  const expected = Deno.readTextFileSync(file).match(/(?<=^\/\/= ).*$/gm);
  assertEquals(text, expected);
});
