/**
 * The entries of the package: what `exports` of deno.json names, and what the modules behind them declare.
 *
 * @module
 */
import { deno, ROOT, textOf } from "./generated.ts";

/** Each entry as `[subpath, file]`, such as `["./sync", "lib/sync/mod.ts"]`. */
export function entries(): [subpath: string, file: string][] {
  const { exports } = JSON.parse(textOf("deno.json")) as { exports: Record<string, string> };
  return Object.entries(exports).map(([subpath, file]) => [subpath, file.replace(/^\.\//, "")]);
}

/** A module as `deno info --json` tells it. */
interface Module {
  specifier: string;
  error?: string;
  dependencies?: { specifier: string; code?: Target; type?: Target }[];
}

interface Target {
  specifier?: string;
  error?: string;
}

/**
 * What each module that an entry reaches imports, types included: paths in the package, and the specifiers of all
 * other modules as they are. With `types: false` only what runs.
 */
export async function graph(file: string, options: { types?: boolean } = {}): Promise<Map<string, string[]>> {
  const info = JSON.parse(await deno(["info", "--json", file])) as { modules: Module[] };
  const edges = new Map<string, string[]>();
  for (const module of info.modules) {
    if (module.error) throw new Error(module.error);
    const next = (module.dependencies ?? []).flatMap(({ specifier, code, type }) => {
      const target = options.types === false ? code : code ?? type;
      if (target?.error) throw new Error(`${module.specifier}: ${target.error}`);
      return target ? [short(target.specifier ?? specifier)] : [];
    });
    edges.set(short(module.specifier), next);
  }
  return edges;
}

function short(specifier: string): string {
  return specifier.startsWith(ROOT.href) ? specifier.slice(ROOT.href.length) : specifier;
}

/** The path of a cycle in a graph, first node again at its end, or `undefined`. */
export function findCycle(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  function visit(node: string): string[] | undefined {
    const at = path.indexOf(node);
    if (at >= 0) return [...path.slice(at), node];
    if (done.has(node)) return undefined;
    path.push(node);
    for (const next of edges.get(node) ?? []) {
      const found = visit(next);
      if (found) return found;
    }
    path.pop();
    done.add(node);
    return undefined;
  }
  for (const node of edges.keys()) {
    const found = visit(node);
    if (found) return found;
  }
  return undefined;
}
