/**
 * Writes the public API, every exported name with its signature, to `tests/snapshots/api.txt`: what users can rely on.
 * `tests/api_test.ts` fails where the code says something else.
 *
 * @module
 */
import { entries } from "./entries.ts";
import { deno, emit, ROOT } from "./generated.ts";
import { declarationText, type Doc } from "./type_text.ts";

/** Where the frozen API is. */
export const SNAPSHOT = "tests/snapshots/api.txt";

/** A symbol of a module, as `deno doc --json` tells it. */
export interface DocSymbol {
  name: string;
  declarations: (Doc & { jsDoc?: { doc?: string; tags?: { kind: string; doc?: string; name?: string }[] } })[];
}

/** What `deno doc --json` says of each entry, as `[subpath, module]`. */
export async function documentation(): Promise<[string, { module_doc?: unknown; symbols?: DocSymbol[] }][]> {
  const all = entries();
  const { nodes } = JSON.parse(await deno(["doc", "--json", ...all.map(([, file]) => file)]));
  return all.map(([subpath, file]) => [subpath, nodes[new URL(file, ROOT).href] ?? {}]);
}

/** The API as text: one section an entry, its names sorted, one line a signature. */
export async function apiText(): Promise<string> {
  const sections = (await documentation()).map(([subpath, { symbols = [] }]) => {
    const lines = symbols.toSorted((a, b) => a.name < b.name ? -1 : 1).flatMap((symbol) => {
      const signatures = symbol.declarations.filter((d) => d.kind !== "function" || isPublic(d, symbol));
      return signatures.flatMap((declaration) => declarationText(symbol.name, declaration));
    });
    return [`@lanes/lanes${subpath.slice(1)}`, ...lines.map((line) => `  ${line}`)].join("\n");
  });
  return sections.join("\n\n") + "\n";
}

/** False for the implementation of an overloaded function, which callers do not see. */
function isPublic(declaration: Doc, symbol: DocSymbol): boolean {
  const overloaded = symbol.declarations.some((d) => d.kind === "function" && !(d.def as Doc).hasBody);
  return !(overloaded && (declaration.def as Doc).hasBody);
}

if (import.meta.main) {
  Deno.mkdirSync(new URL("tests/snapshots", ROOT), { recursive: true });
  emit(SNAPSHOT, await apiText(), "build:api");
}
