/** One fault in a program of its own: `deno run -A one.ts NAME ISOLATION` prints its outcome as JSON. */
import { ROWS } from "./rows.ts";

/** Enough for what a task needs, small enough to fill within a second. */
const MAX_HEAP = 96 * 2 ** 20;

async function main(): Promise<void> {
  const [name, isolation = "worker"] = Deno.args;
  const row = ROWS.find((each) => each.name === name);
  if (!row) throw new Error(`No fault "${name}"`);
  const options = { isolation: isolation as "worker" | "process", maxHeapSize: MAX_HEAP };
  console.log(JSON.stringify(await row.run(options)));
}

if (import.meta.main) await main();
