/**
 * Runs `deno doc --lint` over the entries of the package: every exported symbol and member is documented, and no public
 * signature uses a type that is not exported.
 *
 * @module
 */
import { entries } from "./entries.ts";
import { ROOT } from "./generated.ts";

const args = ["doc", "--lint", "--quiet", ...entries().map(([, file]) => file)];
const { code } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdout: "null" }).spawn().status;
Deno.exitCode = code;
