import { assertEquals } from "@std/assert";
import { documentation } from "../tools/api_surface.ts";
import { entries } from "../tools/entries.ts";
import { ROOT, textOf } from "../tools/generated.ts";

/** The files of a folder, at any depth, whose names end in `.md`; generated and foreign folders left out. */
function markdown(folder = ""): string[] {
  return [...Deno.readDirSync(new URL(folder || ".", ROOT))].flatMap(({ name, isDirectory }) => {
    if (name.startsWith(".") || ["node_modules", "target", "pkg", "coverage"].includes(name)) return [];
    if (isDirectory) return markdown(`${folder}${name}/`);
    return name.endsWith(".md") ? [folder + name] : [];
  });
}

Deno.test("every exported symbol is documented", async () => {
  const bare = (await documentation()).flatMap(([subpath, symbols]) =>
    symbols.filter(({ declarations }) => !declarations.some((d) => d.jsDoc?.doc))
      .map(({ name }) => `${subpath} ${name}`)
  );
  assertEquals(bare, []);
});

Deno.test("every exported function and class, but of errors, has an example", async () => {
  const bare = (await documentation()).flatMap(([subpath, symbols]) =>
    symbols.filter(({ declarations: [first] }) =>
      first?.kind === "function" ||
      first?.kind === "class" && !/Error$/.test(String((first.def as { extends?: string }).extends))
    )
      .filter(({ declarations }) => !declarations.some((d) => d.jsDoc?.tags?.some((tag) => tag.kind === "example")))
      .map(({ name }) => `${subpath} ${name}`)
  );
  assertEquals(bare, []);
});

Deno.test("every entry says what it is for, with an example", () => {
  const bare = entries().filter(([, file]) =>
    !/^(\/\/.*\n|\n)*\/\*\*(?:(?!\*\/)[^])*```ts(?:(?!\*\/)[^])*@module/.test(textOf(file))
  );
  assertEquals(bare, []);
});

Deno.test("every link of the documentation to a file leads to one", () => {
  const broken = markdown().flatMap((file) =>
    [...textOf(file).matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)[^)]*\)/g)].flatMap(([, link]) => {
      try {
        Deno.statSync(new URL(link!, new URL(file, ROOT)));
        return [];
      } catch {
        return [`${file}: ${link}`];
      }
    })
  );
  assertEquals(broken, []);
});
