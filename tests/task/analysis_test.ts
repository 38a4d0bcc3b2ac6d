import { assert, assertEquals } from "@std/assert";
import { analyse } from "../../lib/task/_analysis.ts";
import { readModuleText } from "../../lib/task/_module_text.ts";

function free(source: string): string[] {
  return [...analyse(source).free].sort();
}

Deno.test("analyse() finds the names that a function uses and does not declare", () => {
  const cases: [source: string, names: string[]][] = [
    ["(x) => x + y", ["y"]],
    ["x => ({ x, y, z: w, [k]: 1, m() { return n } })", ["k", "n", "w", "y"]],
    ["function f(a, { b, c: [d = e], ...r }, ...s) { return [a, b, c, d, r, s, f] }", ["c", "e"]],
    ["(o) => o.a?.b?.[c]?.(d).e", ["c", "d"]],
    ["() => { var a = 1; { let b = 2; } return a + b + later; var later; }", ["b"]],
    ["() => { f(); function f() { return g() } }", ["g"]],
    ["() => { for (const a of b) c(a); for (let i = 0, n = m; i < n; i++); for (k in o); }", ["b", "c", "k", "m", "o"]],
    ["() => { try { a() } catch ({ message }) { b(message) } finally { c() } try {} catch { d } }", [
      "a",
      "b",
      "c",
      "d",
    ]],
    ["() => { label: for (;;) { if (a) break label; else continue label } }", ["a"]],
    ["() => { switch (a) { case b: let c = 1; return c; default: return d } }", ["a", "b", "d"]],
    [
      "class A extends B { /* gets its base class as a value */ static x = y; #p = q; [k] = 1; get v() { return this.#p } static { r() } }",
      [
        "k",
        "q",
        "r",
        "y",
      ],
    ],
    ["async () => { await using a = b; using c = d; for await (const x of y) z; }", ["b", "d", "y", "z"]],
    ["function* g() { yield; yield* a; const b = yield c; return b }", ["a", "c"]],
    ["(a = b, { c = d } = {}) => { var b; return a + b + c }", ["b", "d"]],
    ["() => [a, b] = [b, a]", ["a", "b"]],
    ["() => ({ a, b: c.d, e = 1 } = f)", ["a", "c", "e", "f"]],
    ["(async) => async (of) => of + async", []],
    ["async(x) => await x", []],
    ["() => new.target", []],
    ["() => import.meta.url + import('x')", []],
    ["() => a ? b : c ? (d) => e : f", ["a", "b", "c", "e", "f"]],
  ];
  for (const [source, names] of cases) assertEquals(free(source), names, source);
});

Deno.test("analyse() is not misled by text, templates, comments and regular expressions", () => {
  const cases: [source: string, names: string[]][] = [
    ['() => \'a\' + "b\\"c" /* d */ + /e[/]f/g.source // g\n', []],
    ["() => `a ${b} c ${`d ${e} }`} \\${f} ${{ g }.g}`", ["b", "e", "g"]],
    ["(x) => x / a / b", ["a", "b"]],
    ["(x) => { if (x) /a/.test(b); return (x) / c / d }", ["b", "c", "d"]],
    ["(x) => { x++ / a / b; return [x] / c / d }", ["a", "b", "c", "d"]],
    ["() => tag`a${b}`.c`d`", ["b", "tag"]],
    ["() => 1..a + .5 + 0x1f + 1_000n + b", ["b"]],
    ["(a) => a?.5:b", ["b"]],
    ["() => { return /a/ }", []],
    ["() => { const é = 1, $ = 2, _ = 3; return é + $ + _ + ü }", ["ü"]],
  ];
  for (const [source, names] of cases) assertEquals(free(source), names, source);
});

Deno.test("analyse() reads code without semicolons", () => {
  const source = `() => {
    const a = b
    let c
    const f = () => {}
    ;[a, c].forEach(f)
    do { d } while (e)
    return
    g
  }`;
  assertEquals(free(source), ["b", "d", "e", "g"]);
});

Deno.test("analyse() knows methods by their form", () => {
  for (
    const source of ["m(x) { return x + y }", "async *[k](x) { return x + y }", "get m() { return y }", "'a b'() { y }"]
  ) {
    assertEquals([analyse(source).shape, free(source)], ["method", ["y"]], source);
  }
  assertEquals(analyse("async(x) { return x }").shape, "method");
  assertEquals(analyse("get(x) { return x }").shape, "method");
  assertEquals(analyse("async (x) => x").shape, "arrow");
  assertEquals(analyse("async function () {}").shape, "function");
  assertEquals(analyse("class { }").shape, "class");
  assertEquals(analyse("function max() { [native code] }").shape, "native");
});

Deno.test("analyse() tells whose this, arguments, super and private names are", () => {
  const lexical = (source: string): string[] => [...analyse(source).lexical].sort();
  assertEquals(lexical("() => this.a + arguments[0]"), ["arguments", "this"]);
  assertEquals(lexical("() => function () { return this + arguments }"), []);
  assertEquals(lexical("() => class { a = this; m() { return () => super.m() + this } }"), []);
  assertEquals(lexical("() => class extends this.A {}"), ["this"]);
  assertEquals(lexical("m() { return super.m() }"), ["super"]);
  assertEquals(lexical("() => { new.target }"), ["new.target"]);
  assert(analyse("function () { return () => this }").ownThis);
  assert(!analyse("function () { return function () { return this } }").ownThis);
  assertEquals(analyse("m() { return this.#a + #b in this }").privates.toSorted(), ["#a", "#b"]);
  assertEquals(analyse("class { m() { return this.#a } #a = 1 }").privates, []);
  assertEquals([...analyse("class { #a; static #b; #c() {} }").instancePrivates], ["#a", "#c"]);
});

Deno.test("analyse() tells names that are only asked for from names that are needed", () => {
  const { free, optional } = analyse("() => typeof a === 'x' && typeof b === 'y' && b()");
  assertEquals([[...free].sort(), [...optional]], [["a", "b"], ["a"]]);
});

Deno.test("readModuleText() finds imports and exports in TypeScript", () => {
  const { imports, exports } = readModuleText(`#!/usr/bin/env deno
    import type { T } from "./types.ts";
    import a, { b as c, type D, e } from "./b.ts";
    import * as ns from 'npm:x@1';
    import "./effect.ts";
    import data from "./x.json" with { type: "json" };
    import { "odd name" as odd } from "./odd.ts";
    /* export function no(): void {} */
    const text = \`export const no = \${(() => { const inner = 1; return inner; })()}\`;
    export function over(x: string): void;
    export function over(x: unknown): void { export_(x); }
    export async function* gen<T extends { a: string }>(x: T): AsyncGenerator<T> { yield x; }
    export const one = (x: number): number => x, two: number = 2;
    export const { three, f: four } = obj;
    export abstract class Tools { static half(x: number): number { return x / 2; } }
    class Hidden {}
    function inner() { const local = 1; }
    export { inner as outer, Hidden as Shown, type T as U };
    export { re as exported } from "./re.ts";
    export * from "./all.ts";
    export type X = { export: 1 };
    export interface Y { a: string }
    export default class extends Tools {}
  `);
  assertEquals(imports.map((i) => `${i.local}=${i.imported}@${i.specifier}${i.attributes ? "+" : ""}`), [
    "a=default@./b.ts",
    "c=b@./b.ts",
    "e=e@./b.ts",
    "ns=*@npm:x@1",
    "data=default@./x.json+",
    "odd=odd name@./odd.ts",
  ]);
  assertEquals(exports.map((e) => `${e.local}=>${e.name}${e.isClass ? " class" : ""}`), [
    "over=>over",
    "gen=>gen",
    "one=>one",
    "two=>two",
    "three=>three",
    "four=>four",
    "Tools=>Tools class",
    "inner=>outer",
    "Hidden=>Shown class",
    "=>exported",
    "=>default class",
  ]);
});

Deno.test("readModuleText() finds imports and exports in minified JavaScript", () => {
  const { imports, exports } = readModuleText(
    'import{a as b}from"./x.js";import*as c from"node:path";var d=1;function e(){return"export{no}"}export{e as f,d};export default e;',
  );
  assertEquals(imports.map((i) => [i.local, i.imported, i.specifier]), [["b", "a", "./x.js"], ["c", "*", "node:path"]]);
  assertEquals(exports.map((e) => [e.local, e.name]), [["e", "f"], ["d", "d"], ["e", "default"]]);
});
