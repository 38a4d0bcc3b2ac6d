import { perRealm } from "../base/realm.ts";

/** The modules that are on the stack: where a function that is passed to the library most probably comes from. */

const SUFFIX = "/lib/task/_site.ts";

/** Address of the folder of the library's code; of a bundle, the bundle. */
const OWN: string = libraryAddress(import.meta.url);

/** Addresses of all copies of the library in this thread. */
const LIBRARIES: Set<string> = perRealm("library addresses", () => new Set<string>());
LIBRARIES.add(OWN);

function libraryAddress(url: string): string {
  if (url.endsWith(SUFFIX)) return url.slice(0, url.length - SUFFIX.length + "/lib/".length);
  // A bundle: its frames may be the user's as well, unless it is the worker's bootstrap.
  return url.startsWith("data:") ? url : "";
}

function isUsers(url: string): boolean {
  if (!/^(?:file|https?|data|blob):/.test(url)) return false;
  for (const address of LIBRARIES) {
    if (address !== "" && url.startsWith(address)) return false;
  }
  return true;
}

const DEPTH = 40;

/** The distinct modules on the stack, innermost first, without the library's own. */
export function callSite(): string[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = DEPTH;
    Error.prepareStackTrace = (_error, sites) => sites;
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, callSite);
    return modulesOf(holder.stack);
  } finally {
    Error.prepareStackTrace = prepareStackTrace as NonNullable<typeof prepareStackTrace>;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

interface Site {
  getScriptNameOrSourceURL?(): string | null;
  getFileName?(): string | null;
}

function modulesOf(sites: unknown): string[] {
  const urls = new Set<string>();
  if (!Array.isArray(sites)) return [];
  for (const site of sites as Site[]) {
    const url = site.getScriptNameOrSourceURL?.() ?? site.getFileName?.();
    if (typeof url === "string" && isUsers(url)) urls.add(url);
  }
  return [...urls];
}
