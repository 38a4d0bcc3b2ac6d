import { mayImport, type Namespace, resolveSpecifier } from "./_modules.ts";
import { type ModuleText, readModuleText } from "./_module_text.ts";
import { type Insides, scriptSource, type Surrounding, valueOf } from "./_inspector.ts";

/**
 * Which functions and variables the modules of this thread export and import,
 * told exactly: by the text that V8 runs, and by the identity of the values.
 */

/** Where something is found again. */
export interface Place {
  readonly url: string;
  /** Names from the module on; none: the namespace. */
  readonly path: readonly string[];
}

interface Known {
  readonly url: string;
  readonly text: ModuleText;
  /** What its names stood for when it was last looked at. */
  variables: Surrounding;
}

const texts = new Map<string, ModuleText>();

/** The scripts that one capture has come across. */
export class Places {
  readonly #scripts = new Map<string, Known>();

  /** Reads the imports and exports of the module that a function is in. */
  async learn(insides: Insides): Promise<void> {
    const variables = insides.surroundings.find((s) => s.description.startsWith("Module"));
    if (variables === undefined || insides.url === "") return;
    const known = this.#scripts.get(insides.script);
    if (known !== undefined) {
      known.variables = variables;
      return;
    }
    let text = texts.get(insides.script);
    if (text === undefined) texts.set(insides.script, text = readModuleText(await scriptSource(insides.script)));
    this.#scripts.set(insides.script, { url: insides.url, text, variables });
  }

  /** Where the module of `script` imports its variable `name` from; `undefined` for a variable of its own. */
  importOf(script: string, name: string): Place | undefined {
    const known = this.#scripts.get(script);
    const binding = known?.text.imports.find((b) => b.local === name);
    if (known === undefined || binding === undefined || binding.attributes) return undefined;
    const url = resolveSpecifier(binding.specifier, known.url);
    if (url === undefined || !isImportable(url)) return undefined;
    return { url, path: binding.imported === "*" ? [] : [binding.imported] };
  }

  /** Where a function of the module `script` is exported, or imported by a module that was met; `undefined` where it is not. */
  // deno-lint-ignore ban-types -- any callable is meant
  find(fn: Function, script: string): Place | undefined {
    const own = this.#scripts.get(script);
    if (own !== undefined && isImportable(own.url)) {
      const path = exportOf(fn, own);
      if (path !== undefined) return { url: own.url, path };
    }
    for (const [id, known] of this.#scripts) {
      for (const { local } of known.text.imports) {
        const value = valueOf(known.variables, local);
        if (value === fn) return this.importOf(id, local);
        const member = memberOf(value, fn);
        const place = member === undefined ? undefined : this.importOf(id, local);
        if (place !== undefined) return { url: place.url, path: [...place.path, member as string] };
      }
    }
    return undefined;
  }
}

/** The name of `fn` in a namespace or class. */
// deno-lint-ignore ban-types -- any callable is meant
function memberOf(value: unknown, fn: Function): string | undefined {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return undefined;
  const isNamespace = Object.prototype.toString.call(value) === "[object Module]";
  if (!isNamespace && typeof value !== "function") return undefined;
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(value as Namespace))) {
    if (descriptor.value === fn) return name;
  }
  return undefined;
}

// deno-lint-ignore ban-types -- any callable is meant
function exportOf(fn: Function, { text, variables }: Known): string[] | undefined {
  for (const { name, local } of text.exports) {
    if (local !== "" && valueOf(variables, local) === fn) return [name];
  }
  // An anonymous default export has no variable.
  if (fn.name === "default" && text.exports.some((e) => e.name === "default" && e.local === "")) return ["default"];
  for (const { name, local, isClass } of text.exports) {
    const member = isClass && local !== "" ? memberOf(valueOf(variables, local), fn) : undefined;
    if (member !== undefined) return [name, member];
  }
  return undefined;
}

/** Whether a worker can import the module, as far as this thread can tell. */
function isImportable(url: string): boolean {
  return /^(?:file|https?|npm|jsr|node):/.test(url) && mayImport(url);
}
