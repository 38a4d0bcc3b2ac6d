import type { Candidate, ReferenceCarrier } from "./carrier.ts";
import { sourceOf } from "./_analysis.ts";
import { builtinAt } from "./_globals.ts";
import type { ExportBinding } from "./_module_text.ts";
import {
  addressOf,
  importModule,
  isLoadFailure,
  type KnownModule,
  moduleAt,
  type Namespace,
  namespaces,
} from "./_modules.ts";

/**
 * A function that travels by reference: a module's address and the name of an
 * export. The sender guesses from the text of the modules on the stack, which
 * costs no import (the main module cannot be imported while it is inside of
 * its own top-level await); the receiver imports the module and checks.
 */

/** How many modules of the stack are looked at. */
const MAX_SITES = 5;

/** Where the function named `name` may be exported, best guess first; `site`: the modules on the stack. */
export function candidatesFor(name: string, site: readonly string[]): Candidate[] {
  const found: Candidate[] = [];
  if (name === "") return found;
  const add = (url: string | undefined, path: readonly string[]): void => {
    const isNew = !found.some((c) => c.url === url && c.path.join() === path.join());
    if (url !== undefined && isNew) found.push({ url, path });
  };
  const sites = site.slice(0, MAX_SITES);
  for (const url of sites) {
    const module = moduleAt(url);
    // A text that cannot be read may export anything: the receiver will see. A file that may not be read cannot be imported either.
    if (module === undefined) { if (/^https?:/.test(url)) add(url, [name]); }
    else {
      for (const path of exportsNamed(module, name)) add(url, path);
      for (const binding of module.imports) {
        const exact = binding.imported !== "*" && (binding.local === name || binding.imported === name);
        if (exact) add(addressOf(binding, url), [binding.imported]);
      }
    }
  }
  for (const url of sites) {
    for (const binding of moduleAt(url)?.imports ?? []) {
      const address = addressOf(binding, url);
      const module = address === undefined ? undefined : moduleAt(address);
      if (module !== undefined) { for (const path of exportsNamed(module, name)) add(address, path); }
      else if (binding.imported === "*" && !address?.startsWith("file:")) add(address, [name]);
    }
  }
  return found;
}

/** The exports of a module that may be the function named `name`, by the module's text. */
function exportsNamed(module: KnownModule, name: string): string[][] {
  if (!module.text.includes(name) && name !== "default") return [];
  const paths = module.exports.filter((e) => isNamed(e, name)).map((e) => [e.name]);
  const asStatic = new RegExp(`\\bstatic\\s+(?:async\\b\\s*)?(?:\\*\\s*)?${escaped(name)}(?![\\w$])`);
  if (asStatic.test(module.text)) {
    for (const e of module.exports) if (e.isClass) paths.push([e.name, name]);
  }
  return paths;
}

function isNamed(binding: ExportBinding, name: string): boolean {
  return binding.local === name || (binding.local === "" && binding.name === name);
}

function escaped(name: string): string {
  return name.replace(/[^\w]/g, "\\$&");
}

/** Whether the module may have another function of that name: then its text does not say which one is meant. */
export function isAmbiguous(name: string, url: string): boolean {
  const text = moduleAt(url)?.text ?? "";
  const id = escaped(name);
  const value = "(?:async\\b\\s*)?(?:function\\b|\\(|[\\w$]+\\s*=>|class\\b)";
  const declared = `(?:function\\s*\\*?\\s*${id}(?![\\w$])|(?:const|let|var)\\s+${id}(?![\\w$])[^=\\n]*=\\s*${value})`;
  const all = text.match(new RegExp(`(?<![\\w$.])${declared}`, "g"))?.length ?? 0;
  const exported =
    text.match(new RegExp(`(?<![\\w$.])export\\s+(?:default\\s+)?(?:async\\s+)?${declared}`, "g"))?.length ?? 0;
  return exported > 0 ? all > exported : all > 1;
}

/** The value at `path` in a module; `undefined` where there is none. */
export function valueAt(namespace: Namespace, path: readonly string[]): unknown {
  let value: unknown = namespace;
  for (const name of path) {
    if (value === null || value === undefined) return undefined;
    value = Reflect.get(Object(value), name);
  }
  return value;
}

// deno-lint-ignore ban-types -- any callable is meant
function checked(value: unknown, source: string): Function | undefined {
  return typeof value === "function" && sourceOf(value) === source ? value : undefined;
}

/** Finds the function in what this thread has already; `undefined` when a module would have to be imported first. */
// deno-lint-ignore ban-types -- any callable is meant
export function findSync(carrier: ReferenceCarrier): Function | undefined {
  const first = carrier.candidates[0];
  if (first === undefined) return undefined;
  if (first.url === "") return checked(builtinAt(first.path), carrier.source);
  const namespace = namespaces().get(first.url);
  return namespace === undefined ? undefined : checked(valueAt(namespace, first.path), carrier.source);
}

/** A function and where it was found. */
export interface Found {
  // deno-lint-ignore ban-types -- any callable is meant
  readonly fn: Function;
  readonly candidate: Candidate;
}

/** Imports the candidates' modules until one has the function; `undefined` when none has. Errors of a module's own code are thrown as they are. */
export async function find(carrier: ReferenceCarrier): Promise<Found | undefined> {
  for (const candidate of carrier.candidates) {
    const { url, path } = candidate;
    let value: unknown;
    if (url === "") value = builtinAt(path);
    else {
      try {
        value = valueAt(await importModule(url), path);
      } catch (error) {
        if (!isLoadFailure(error)) throw error;
      }
    }
    const fn = checked(value, carrier.source);
    if (fn !== undefined) return { fn, candidate };
  }
  return undefined;
}
