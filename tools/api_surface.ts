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

type Declaration = Doc & {
  location: Place;
  jsDoc?: { doc?: string; tags?: { kind: string; doc?: string; name?: string }[] };
};

/** Where a declaration is. */
interface Place {
  filename: string;
  line: number;
  col: number;
}

/** A symbol of an entry, as `deno doc --json` tells it. */
export interface DocSymbol {
  name: string;
  declarations: Declaration[];
  /** The entry that was the first to export the same symbol. */
  first?: string;
}

/** What each entry exports, as `[subpath, symbols]`; a symbol that several export has its declarations in each. */
export async function documentation(): Promise<[string, DocSymbol[]][]> {
  const all = entries();
  const { nodes } = JSON.parse(await deno(["doc", "--json", ...all.map(([, file]) => file)])) as {
    nodes: Record<string, { symbols?: DocSymbol[] }>;
  };
  const exported = all.map(([subpath, file]): [string, DocSymbol[]] => {
    return [subpath, nodes[new URL(file, ROOT).href]?.symbols ?? []];
  });
  const known = new Map<string, DocSymbol>();
  for (const [subpath, symbols] of exported) {
    for (const symbol of symbols) {
      const [declaration] = symbol.declarations;
      if (declaration && declaration.kind !== "reference") {
        known.set(key(declaration.location), { ...symbol, first: subpath });
      }
    }
  }
  return exported.map(([subpath, symbols]) => [subpath, symbols.map((symbol) => resolved(symbol, known))]);
}

function key({ filename, line, col }: Place): string {
  return `${filename}:${line}:${col}`;
}

/** A symbol whose declarations only point to those of another entry, with those in their place. */
function resolved(symbol: DocSymbol, known: ReadonlyMap<string, DocSymbol>): DocSymbol {
  const [declaration] = symbol.declarations;
  if (declaration?.kind !== "reference") return symbol;
  const target = known.get(key((declaration.def as { target: Place }).target));
  return target ? { ...target, name: symbol.name } : symbol;
}

/** The API as text: one section an entry, its names sorted, one line a signature; `from` where another entry has it. */
export async function apiText(): Promise<string> {
  const sections = (await documentation()).map(([subpath, symbols]) => {
    const lines = symbols.toSorted((a, b) => a.name < b.name ? -1 : 1).flatMap((symbol) => {
      if (symbol.first !== undefined) return [`${symbol.name} from @lanes/lanes${symbol.first.slice(1)}`];
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
