import type { HireOptions } from "./hold.ts";

/** The command-line flags of a child process: its permissions, its memory, the program's configuration. */

const MEBIBYTE = 1 << 20;

/** What can be granted. */
const NAMES = ["read", "write", "net", "env", "sys", "run", "ffi", "import"] as const;

/** The flags of a `deno run` of a child of the program whose main module is `mainModule`. */
export function childFlags(options: HireOptions, mainModule: string): string[] {
  const flags = ["--quiet", "--no-prompt", "--no-check", ...permissionFlags(options.permissions)];
  if (options.maxHeapSize !== undefined) {
    flags.push(`--v8-flags=--max-old-space-size=${Math.max(4, Math.ceil(options.maxHeapSize / MEBIBYTE))}`);
  }
  const config = configOf(mainModule);
  flags.push(config === undefined ? "--no-config" : `--config=${config}`);
  return flags;
}

function permissionFlags(permissions: Deno.PermissionOptions | undefined): string[] {
  if (permissions === "none") return [];
  const asked = permissions === undefined || permissions === "inherit" ? {} : permissions;
  const flags: string[] = [];
  for (const name of NAMES) {
    const value = (asked as Record<string, unknown>)[name] ?? (asked === permissions ? false : "inherit");
    if (value === true || (value === "inherit" && isGranted(name))) flags.push(`--allow-${name}`);
    else if (Array.isArray(value) && value.length > 0) flags.push(`--allow-${name}=${value.map(pathOf).join(",")}`);
  }
  return flags;
}

/** Whether this process has all of a permission: a part of one cannot be found out, and is not handed on. */
function isGranted(name: (typeof NAMES)[number]): boolean {
  return Deno.permissions.querySync({ name } as Deno.PermissionDescriptor).state === "granted";
}

function pathOf(value: unknown): string {
  return value instanceof URL && value.protocol === "file:" ? decodeURIComponent(value.pathname) : `${value}`;
}

/** The configuration that the runtime would find for the main module: imports in the child resolve as in the program. */
function configOf(mainModule: string): string | undefined {
  if (!mainModule.startsWith("file:")) return undefined;
  for (let folder = new URL(".", mainModule);; folder = new URL("..", folder)) {
    for (const name of ["deno.json", "deno.jsonc"]) {
      const path = decodeURIComponent(new URL(name, folder).pathname);
      if (isFile(path)) return path;
    }
    if (folder.pathname === "/" || /^\/[A-Za-z]:\/$/.test(folder.pathname)) return undefined;
  }
}

function isFile(path: string): boolean {
  if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") return false;
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
