import { dynamicImport } from "./dynamic_import.ts";
import { perRealm } from "../base/realm.ts";
import { type ImportBinding, type ModuleText, readModuleText } from "./_module_text.ts";

/** The modules of the program: their texts, as far as they may be read, and those that this thread has imported for tasks. */

/** A module whose text was read. */
export interface KnownModule extends ModuleText {
  readonly url: string;
  readonly text: string;
}

const texts = new Map<string, KnownModule | undefined>();

/** The imports and exports of a module by its text; `undefined` where that may not, or cannot, be read. */
export function moduleAt(url: string): KnownModule | undefined {
  if (!texts.has(url)) {
    const text = readText(url);
    texts.set(url, text === undefined ? undefined : { url, text, ...readModuleText(text) });
  }
  return texts.get(url);
}

function readText(url: string): string | undefined {
  try {
    if (url.startsWith("data:")) return dataText(url);
    if (!url.startsWith("file:")) return undefined;
    const path = new URL(url);
    path.search = path.hash = "";
    if (!isReadable(path)) return undefined;
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

/** Whether this thread may read the file; never asks. */
export function isReadable(path: URL): boolean {
  return Deno.permissions.querySync({ name: "read", path }).state === "granted";
}

function dataText(url: string): string | undefined {
  const comma = url.indexOf(",");
  const head = url.slice(0, comma);
  const body = url.slice(comma + 1);
  return head.endsWith(";base64") ? atob(body) : decodeURIComponent(body);
}

/** The address that a specifier in `url` stands for; `undefined` where that is unknown. */
export function resolveSpecifier(specifier: string, url: string): string | undefined {
  try {
    if (/^(?:\.{0,2}\/)/.test(specifier)) return new URL(specifier, url).href;
    if (/^[a-z][a-z\d+.-]*:/i.test(specifier)) return specifier;
    return import.meta.resolve(specifier);
  } catch {
    return fromNodeModules(specifier, url);
  }
}

interface BuiltinModule {
  createRequire(url: string): { resolve(specifier: string): string };
  pathToFileURL(path: string): URL;
}

/** A package of a `package.json` beside the user's module, which the library's own place does not see. */
function fromNodeModules(specifier: string, url: string): string | undefined {
  try {
    // Loaded when it is needed: every worker would pay for an import.
    const { process } = globalThis as unknown as { process: { getBuiltinModule(id: string): BuiltinModule } };
    const { createRequire } = process.getBuiltinModule("node:module");
    return process.getBuiltinModule("node:url").pathToFileURL(createRequire(url).resolve(specifier)).href;
  } catch {
    return undefined;
  }
}

/** The address of the module that a binding is imported from. */
export function addressOf(binding: ImportBinding, url: string): string | undefined {
  return binding.attributes ? undefined : resolveSpecifier(binding.specifier, url);
}

/** A module's exports. */
export type Namespace = Readonly<Record<string, unknown>>;

/** How deep this thread is in importing the user's modules: while it is, no process or pool may be made. */
export function importing(): { depth: number } {
  return perRealm("importing", () => ({ depth: 0 }));
}

/** The modules that this thread has imported for tasks. */
export function namespaces(): Map<string, Namespace> {
  return perRealm("namespaces", () => new Map<string, Namespace>());
}

/** Whether this thread may import the module without asking: nobody may be there to answer. */
export function mayImport(url: string): boolean {
  if (url.startsWith("file:")) return isReadable(new URL(url));
  if (!/^https?:/.test(url)) return true;
  const descriptor = { name: "import", host: new URL(url).host } as Deno.PermissionDescriptor;
  return Deno.permissions.querySync(descriptor).state === "granted";
}

/** Imports a module of the program; its errors are thrown as they are. */
export async function importModule(url: string): Promise<Namespace> {
  const known = namespaces().get(url);
  if (known !== undefined) return known;
  if (!mayImport(url)) throw new Deno.errors.NotCapable(`Requires permission to import "${url}"`);
  const cell = importing();
  cell.depth++;
  try {
    const namespace = await dynamicImport(url) as Namespace;
    namespaces().set(url, namespace);
    return namespace;
  } finally {
    cell.depth--;
  }
}

/** Whether an import failed because this thread may not, or cannot, load the module, and not in the module's own code. */
export function isLoadFailure(error: unknown): boolean {
  if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) return true;
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (code === "ERR_MODULE_NOT_FOUND" || code === "ERR_UNSUPPORTED_ESM_URL_SCHEME") return true;
  return error instanceof TypeError &&
    /^(?:Module not found|Requires |Import ".*" is not|Unsupported scheme|Relative import path|Loading unprepared module)/
      .test(error.message);
}
