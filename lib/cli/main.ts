/**
 * The command line: `deno run --allow-read --allow-write jsr:@lanes/lanes/cli square IN.npy OUT.npy`.
 *
 * @example
 * ```ts
 * import { main } from "@lanes/lanes/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["square", "--workers", "0", "in.npy"]), 2);
 * ```
 *
 * @module
 */
import { CommandError } from "./_error.ts";
import { squareCommand } from "./square.ts";

export { CommandError } from "./_error.ts";
export type { Comparison } from "./_measure.ts";
export { formatNpyHeader, type NpyDType, type NpyHeader } from "./npy.ts";
export { squareFile, type SquareFileOptions, type SquareFileReport } from "./square_file.ts";

const HELP = `Lanes on the command line

Usage: COMMAND [options] …

Commands:
  square IN.npy [OUT.npy]   squares a NumPy file in parallel

COMMAND --help tells more.`;

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = { square: squareCommand };

/**
 * Runs the command line `args`; the exit code: 0 done, 1 something broke, 2
 * bad arguments, bad input or unwritable output (one line on stderr says
 * which), 130 interrupted.
 *
 * @example
 * ```ts
 * import { main } from "@lanes/lanes/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["--help"]), 0);
 * ```
 */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === "--help" || name === "-h" || name === "help") {
      console.log(HELP);
      return 0;
    }
    await commandOf(name)(rest);
    return 0;
  } catch (error) {
    if (!(error instanceof CommandError)) {
      console.error(error);
      return 1;
    }
    console.error(`error: ${error.message}`);
    return error.exitCode;
  }
}

function commandOf(name: string | undefined): (args: readonly string[]) => Promise<void> {
  if (name !== undefined && Object.hasOwn(COMMANDS, name)) return COMMANDS[name]!;
  const known = Object.keys(COMMANDS).join(", ");
  throw new CommandError(
    name === undefined
      ? `Expected a command: ${known} (see --help)`
      : `Unknown command ${JSON.stringify(name)}: expected ${known} (see --help)`,
  );
}

if (import.meta.main) Deno.exit(await main(Deno.args));
