import { assertEquals } from "@std/assert";
import { entries, findCycle, graph } from "../tools/entries.ts";
import { inLib, layerOf, LAYERS } from "../tools/layers.ts";
import { ROOT } from "../tools/generated.ts";

Deno.test("findCycle() gives the path that closes a cycle", () => {
  assertEquals(findCycle(new Map([["a", ["b", "c"]], ["b", ["c"]], ["c", []]])), undefined);
  assertEquals(findCycle(new Map([["a", ["b"]], ["b", ["c"]], ["c", ["b"]]])), ["b", "c", "b"]);
  assertEquals(findCycle(new Map([["a", ["a"]]])), ["a", "a"]);
});

Deno.test("no module of the package imports itself, however indirectly", async () => {
  for (const [subpath, file] of entries()) {
    assertEquals(findCycle(await graph(file)), undefined, `${subpath} has a cycle of imports`);
  }
});

Deno.test("no module imports a module of a higher layer, another folder's private file or a barrel", async () => {
  const wrong = new Set<string>();
  for (const [, file] of entries()) {
    for (const [from, targets] of await graph(file)) {
      const inside = inLib(`/${from}`);
      // The list of shareables is where a worker is put together, of all layers.
      if (inside === undefined || from.endsWith("/mod.ts") || from.endsWith(".generated.ts")) continue;
      for (const to of targets) {
        const target = inLib(`/${to}`);
        if (target === undefined) continue;
        const name = target.slice(target.lastIndexOf("/") + 1);
        const folder = target.slice(0, target.lastIndexOf("/") + 1);
        const private_ = name.startsWith("_") && !inside.startsWith(folder);
        if (layerOf(target) > layerOf(inside) || private_ || name === "mod.ts") wrong.add(`${from} imports ${to}`);
      }
    }
  }
  assertEquals([...wrong], []);
});

Deno.test("the root, and every subpath but the cluster and the command line, reaches only the package and node:", async () => {
  const foreign = new Set<string>();
  for (const [subpath, file] of entries()) {
    if (["./cluster", "./cli"].includes(subpath)) continue;
    for (const [from, targets] of await graph(file)) {
      for (const to of targets) {
        if (!to.startsWith("node:") && !/^(lib\/|mod\.ts$)/.test(to)) foreign.add(`${from} imports ${to}`);
      }
    }
  }
  assertEquals([...foreign], []);
});

Deno.test("every folder of lib/ is a declared layer", () => {
  const folders = [...Deno.readDirSync(new URL("lib/", ROOT))].filter((entry) => entry.isDirectory);
  assertEquals(folders.map((entry) => entry.name).filter((name) => !LAYERS.includes(name)), []);
});

Deno.test("every task of deno.json has a description", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const bare = Object.entries(tasks as Record<string, string | { description?: string }>)
    .filter(([, task]) => typeof task === "string" || !task.description);
  assertEquals(bare, []);
});
