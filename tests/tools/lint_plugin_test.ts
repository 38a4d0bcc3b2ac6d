import { assertEquals } from "@std/assert";
import plugin from "../../tools/lint_plugin.ts";

/** What the plugin says about a file of the package, as `rule: message`. */
function lint(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, `/project/${path}`, source).map((d) => `${d.id}: ${d.message}`);
}

/** The rules that a file of the package breaks. */
function broken(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, `/project/${path}`, source).map((d) => d.id.replace("lanes/", ""));
}

Deno.test("lanes/layers allows imports of the own folder and of lower layers", () => {
  assertEquals(lint("lib/sync/lock.ts", `import { a } from "./_words.ts"; import { b } from "../base/errors.ts";`), []);
  assertEquals(lint("lib/view/dashboard/page.ts", `import { a } from "../_bar.ts"; import "../../base/a.ts";`), []);
  assertEquals(lint("mod.ts", `export * from "./lib/pool/pool.ts";`), []);
  assertEquals(lint("lib/pool/mod.ts", `export { Pool } from "./pool.ts";`), []);
});

Deno.test("lanes/layers refuses every kind of import of a higher layer", () => {
  const expected = ['lanes/layers: Layer "sync" may not import from layer "pool"'];
  const sources = [
    `import { Pool } from "../pool/pool.ts";`,
    `import type { Pool } from "../pool/pool.ts";`,
    `export { Pool } from "../pool/pool.ts";`,
    `export * from "../pool/pool.ts";`,
    `export type P = import("../pool/pool.ts").Pool;`,
    `export async function f(): Promise<void> { await import("../pool/pool.ts"); }`,
  ];
  for (const source of sources) assertEquals(lint("lib/sync/lock.ts", source), expected, source);
});

Deno.test("lanes/layers refuses private files of other folders, barrels, unknown folders and the outside", () => {
  assertEquals(lint("lib/pool/pool.ts", `import "../sync/_words.ts";`), [
    'lanes/layers: "sync/_words.ts" is private to its folder',
  ]);
  assertEquals(lint("lib/view/bar.ts", `import "./dashboard/_page.ts";`), [
    'lanes/layers: "view/dashboard/_page.ts" is private to its folder',
  ]);
  assertEquals(lint("lib/pool/pool.ts", `import "../sync/mod.ts";`), [
    "lanes/layers: Import the file itself, not its barrel",
  ]);
  assertEquals(lint("lib/utils/a.ts", `import "../sync/lock.ts";`), [
    'lanes/layers: Folder of "utils/a.ts" is not a declared layer',
  ]);
  assertEquals(lint("lib/pool/pool.ts", `import "../../tools/layers.ts";`), [
    'lanes/layers: lib/ may not import from outside of it: "../../tools/layers.ts"',
  ]);
});

Deno.test("lanes/powers allows each power at its home and refuses it elsewhere", () => {
  const uses: [string, string, string][] = [
    ["sync/park.ts", "sync/lock.ts", "Atomics.wait(a, 0, 0);"],
    ["sync/park.ts", "channel/queue.ts", "Atomics.waitAsync(a, 0, 0);"],
    ["worker/host.ts", "pool/pool.ts", "new Worker(u);"],
    ["worker/host.ts", "pool/pool.ts", "new threads.Worker(u);"],
    ["worker/child.ts", "worker/host.ts", `new Deno.Command("deno");`],
    ["worker/child.ts", "worker/host.ts", `import { spawn } from "node:child_process";`],
    ["task/closure.ts", "pool/pool.ts", `import { Session } from "node:inspector";`],
    ["task/task.ts", "worker/host.ts", `new Function("return 1");`],
    ["task/task.ts", "worker/host.ts", `Function("return 1");`],
    ["task/task.ts", "worker/host.ts", `eval("1");`],
    ["task/task.ts", "worker/host.ts", "await import(url);"],
    ["view/dashboard/server.ts", "view/progress.ts", "Deno.serve(handle);"],
    ["worker/process.ts", "sync/lock.ts", "console.error(1);"],
  ];
  for (const [home, elsewhere, source] of uses) {
    assertEquals(broken(`lib/${home}`, source), [], `${home}: ${source}`);
    assertEquals([...new Set(broken(`lib/${elsewhere}`, source))], ["powers"], `${elsewhere}: ${source}`);
    assertEquals(broken("tests/a_test.ts", source), [], source);
  }
  assertEquals(broken("lib/cluster/redis.ts", `await import("npm:redis@5");`), []);
});

Deno.test("lanes/packages allows packages only in the cluster and on the command line", () => {
  assertEquals(broken("lib/cluster/redis.ts", `import { a } from "npm:redis@5";`), []);
  assertEquals(broken("lib/cli/main.ts", `import { a } from "npm:npyjs@1";`), []);
  assertEquals(broken("bench/rivals/npm.ts", `import { a } from "npm:piscina@5";`), []);
  assertEquals(broken("lib/pool/pool.ts", `import { a } from "npm:redis@5";`), ["packages"]);
  assertEquals(broken("lib/pool/pool.ts", `import { a } from "@std/assert";`), ["packages"]);
  assertEquals(broken("lib/pool/pool.ts", `import { a } from "node:worker_threads";`), []);
});

Deno.test("lanes/max-file-lines and lanes/max-function-lines count lines", () => {
  const file = "export {};\n" + "//\n".repeat(399);
  assertEquals(broken("lib/sync/lock.ts", file), []);
  assertEquals(broken("lib/sync/lock.ts", file + "//\n"), ["max-file-lines"]);
  assertEquals(broken("lib/worker/_a.generated.ts", file + "//\n"), []);
  assertEquals(broken("tests/sync/lock_test.ts", file + "//\n"), []);
  const body = "\n".repeat(60);
  assertEquals(broken("lib/a/b.ts", `export function f(): void {${body}}`), ["max-function-lines"]);
  assertEquals(broken("lib/a/b.ts", `export function f(): void {${body.slice(1)}}`), []);
  assertEquals(broken("lib/a/b.ts", `class A { m(): void {${body}} }`), ["max-function-lines"]);
  assertEquals(broken("lib/a/b.ts", `run(() => {${body}});`), ["max-function-lines"]);
  assertEquals(broken("tests/a_test.ts", `run(() => {${body}});`), []);
});

Deno.test("lanes/no-top-level-arrow refuses constants that hold arrow functions", () => {
  assertEquals(broken("lib/a/b.ts", "const f = () => 1;"), ["no-top-level-arrow"]);
  assertEquals(broken("lib/a/b.ts", "export const f = (): number => 1;"), ["no-top-level-arrow"]);
  assertEquals(broken("lib/a/b.ts", "export function f(): () => number { const g = () => 1; return g; }"), []);
  assertEquals(broken("lib/a/b.ts", "const rule = { create: () => 1 };"), []);
});

Deno.test("lanes/no-default-export and lanes/hash-private refuse the other styles", () => {
  assertEquals(broken("lib/a/b.ts", "export default class A {}"), ["no-default-export"]);
  assertEquals(broken("lib/a/b.ts", "class A { private a = 1; #b = 2; protected c = 3; }"), ["hash-private"]);
  assertEquals(broken("lib/a/b.ts", "class A { private constructor() {} }"), []);
  assertEquals(broken("lib/a/b.ts", "class A { constructor(private a: number) {} }"), ["hash-private"]);
});

Deno.test("lanes/error-message wants a capital letter and no full stop", () => {
  assertEquals(broken("lib/a/b.ts", 'throw new RangeError("too large");'), ["error-message"]);
  assertEquals(broken("lib/a/b.ts", 'throw new RangeError("Too large.");'), ["error-message"]);
  assertEquals(broken("lib/a/b.ts", "throw new RangeError(`Too large: ${n}.`);"), ["error-message"]);
  assertEquals(broken("lib/a/b.ts", "throw new RangeError(`${name} is too large`);"), []);
  assertEquals(broken("lib/a/b.ts", 'throw new TypeError("chunkSize is not a number");'), []);
  assertEquals(broken("lib/a/b.ts", 'throw new RangeError("Cannot take more…");'), []);
});
