/** An error in a worker arrives as what it was: class, message, cause and own properties. */
import { Pool, WorkerDiedError } from "@lanes/lanes";

export class ParseError extends Error {
  override name = "ParseError";
  line = 0;
}

export function parse(text: string): number {
  const error = new ParseError(`Cannot parse "${text}"`, { cause: new RangeError("Too long") });
  error.line = 7;
  throw error;
}

export function leave(code: number): void {
  Deno.exit(code);
}

export function double(x: number): number {
  return 2 * x;
}

export async function main(): Promise<void> {
  await using pool = new Pool(2);
  try {
    await pool.apply(parse, ["1,2,3"]);
  } catch (error) {
    if (error instanceof ParseError) console.log(`${error}`, "at line", error.line, "because", `${error.cause}`);
  }
  try {
    await pool.apply(leave, [7]);
  } catch (error) {
    if (error instanceof WorkerDiedError) console.log("A worker died with exit code", error.exitCode);
  }
  console.log("The pool goes on:", await pool.map(double, [1, 2, 3]));
}

if (import.meta.main) await main();
