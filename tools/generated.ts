/**
 * Writing generated files, or only comparing them (`--check`): what every builder here shares.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line tool

/** The root of the package. */
export const ROOT: URL = new URL("../", import.meta.url);

/** Whether the program was asked only to compare. */
export const CHECK: boolean = Deno.args.includes("--check");

/** The text of a file of the package, `""` where there is none. */
export function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(new URL(path, ROOT));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** Says that a generated file is stale and makes the program end with code 1. */
export function stale(path: string, task: string): void {
  console.error(`${path} is out of date: run "deno task ${task}"`);
  Deno.exitCode = 1;
}

/** Writes `text` to `path` where it differs; with `--check` only says so. */
export function emit(path: string, text: string, task: string): void {
  if (textOf(path) === text) return;
  if (CHECK) return stale(path, task);
  Deno.writeTextFileSync(new URL(path, ROOT), text);
  console.log(`${path} written (${text.length} characters)`);
}

/** The SHA-256 of a text, in hexadecimal. */
export async function sha256(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}

/** Runs `deno` with these arguments in the root of the package and gives what it printed; an error with its words if it failed. */
export async function deno(args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdin: "null" })
    .output();
  if (!success) throw new Error(`deno ${args.join(" ")} failed:\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
