import { assertEquals } from "@std/assert";
import { run } from "../fixtures/program.ts";

Deno.test("Threads start from the code that the program's first thread has compiled", async () => {
  // A program of its own, whose first thread is the first.
  const { stdout, stderr, code } = await run(`
    import { Pool } from "@lanes/lanes";
    import { startedFromCache } from ${JSON.stringify(new URL("../fixtures/code_cache.ts", import.meta.url).href)};
    const said = [];
    for (let i = 0; i < 3; i++) {
      await using pool = new Pool(1);
      said.push(await pool.apply(startedFromCache));
      await new Promise((resolve) => setTimeout(resolve, 600));
      said.push(await pool.apply(startedFromCache));
    }
    console.log(said.join(" "));
  `);
  assertEquals({ code, said: stdout.trim(), stderr }, { code: 0, said: "no no yes yes yes yes", stderr: "" });
});

Deno.test("A first thread that ends too soon leaves it to the next one", async () => {
  const { stdout, code } = await run(`
    import { Pool, Process } from "@lanes/lanes";
    import { startedFromCache } from ${JSON.stringify(new URL("../fixtures/code_cache.ts", import.meta.url).href)};
    const process = new Process({ target: () => {} });
    process.start();
    await process.join();
    const said = [];
    for (let i = 0; i < 2; i++) {
      await using pool = new Pool(1);
      said.push(await pool.apply(startedFromCache));
      await new Promise((resolve) => setTimeout(resolve, 600));
    }
    console.log(said.join(" "));
  `);
  assertEquals({ code, said: stdout.trim() }, { code: 0, said: "no yes" });
});
