import type { Lexical } from "./_parser.ts";
import { Parser } from "./_statements.ts";
import { type Token, tokenize } from "./_tokens.ts";

/** The form in which a function is written. */
export type Shape = "arrow" | "function" | "method" | "class" | "native";

/** What a function's source says of it. */
export interface Analysis {
  /** How it is written. */
  readonly shape: Shape;
  /** The names it uses and does not declare. */
  readonly free: readonly string[];
  /** Those of them that it uses only as `typeof name`. */
  readonly optional: ReadonlySet<string>;
  /** What it takes from the place where it was made, other than variables. */
  readonly lexical: ReadonlySet<Lexical>;
  /** Whether it uses a `this` of its own. */
  readonly ownThis: boolean;
  /** `#names` that it uses and does not declare. */
  readonly privates: readonly string[];
  /** Of a class: `#names` that its instances have. */
  readonly instancePrivates: ReadonlySet<string>;
  /** Of a class: whether it extends another one. */
  readonly extending: boolean;
  /** Of a class: names that the keys of its members use. */
  readonly keyNames: ReadonlySet<string>;
  /** Whether it has a direct `eval` or a `with`. */
  readonly dynamicNames: boolean;
  /** Whether it uses `import.meta`. */
  readonly importMeta: boolean;
  /** Whether it has a dynamic import. */
  readonly dynamicImport: boolean;
  /** An expression that makes the function again; `import(…)` is `$lanes.import(…)`, `import.meta` is `$lanes.meta`, a base class `$lanes.base`. */
  readonly expression: string;
}

/** What stands for the thread in a function that was made again; no name that a program would use. */
export const HOOK = "$lanes";

const NATIVE = /\{\s*\[native code\]\s*\}\s*$/;
const CACHE_LIMIT = 2000;
const cache = new Map<string, Analysis>();

/** The source text of a function, whatever its own `toString` says. */
// deno-lint-ignore ban-types -- any callable is meant
export function sourceOf(fn: Function): string {
  return Function.prototype.toString.call(fn);
}

/** Whether a function with that source text is native, or bound. */
export function isNative(source: string): boolean {
  return NATIVE.test(source);
}

/** Analyses the source text of a function; throws a `SyntaxError` where it cannot be read. */
export function analyse(source: string): Analysis {
  let analysis = cache.get(source);
  if (analysis === undefined) {
    analysis = isNative(source) ? native() : read(source);
    if (cache.size >= CACHE_LIMIT) cache.clear();
    cache.set(source, analysis);
  }
  return analysis;
}

function native(): Analysis {
  return {
    shape: "native",
    free: [],
    optional: new Set(),
    lexical: new Set(),
    ownThis: false,
    privates: [],
    instancePrivates: new Set(),
    extending: false,
    keyNames: new Set(),
    dynamicNames: false,
    importMeta: false,
    dynamicImport: false,
    expression: "",
  };
}

function read(source: string): Analysis {
  const tokens = tokenize(source);
  const shape = shapeOf(tokens);
  const parser = new Parser(tokens);
  let head: { modifiers: string[]; parameters: number } | undefined;
  if (shape === "method") head = parser.readMethod();
  else parser.readExpression(shape);
  const free = parser.outermost.free();
  const { found } = parser;
  // `extends null` is neither a class nor gone.
  const base = found.heritage !== undefined && source.slice(found.heritage.start, found.heritage.end) !== "null"
    ? found.heritage
    : undefined;
  const body = replaced(source, [
    ...(base === undefined ? [] : [{ ...base, text: `${HOOK}.base` }]),
    ...found.importMeta.map((start) => ({
      start,
      end: start + lengthAt(source, start, /import\s*\.\s*meta/y),
      text: `${HOOK}.meta`,
    })),
    ...found.dynamicImports.map((start) => ({ start, end: start + 6, text: `${HOOK}.import` })),
  ]);
  return {
    shape,
    free: free.map(([name]) => name),
    optional: new Set(free.filter(([, needed]) => !needed).map(([name]) => name)),
    lexical: found.lexical,
    ownThis: found.ownThis,
    privates: parser.outermost.freePrivates(),
    instancePrivates: found.instancePrivates,
    extending: base !== undefined,
    keyNames: found.keyNames,
    dynamicNames: found.dynamicNames,
    importMeta: found.importMeta.length > 0,
    dynamicImport: found.dynamicImports.length > 0,
    expression: head === undefined ? `(${body}\n)` : methodExpression(head, body),
  };
}

/** A method is made again as the member of an object; its own key may be computed, or private. */
function methodExpression(head: { modifiers: string[]; parameters: number }, body: string): string {
  const kept = head.modifiers.filter((word) => word === "async" || word === "*").join(" ");
  return `({${kept} m${body.slice(head.parameters)}\n}).m`;
}

function shapeOf(tokens: readonly Token[]): "arrow" | "function" | "method" | "class" {
  const first = tokens[0];
  const at = first?.text === "async" && !tokens[1]?.newline ? 1 : 0;
  const start = tokens[at];
  if (first?.kind === "name" && first.text === "class") return "class";
  if (start?.kind === "name" && start.text === "function") return "function";
  for (const index of [0, at]) {
    const token = tokens[index];
    const behind = token?.kind === "name" ? index + 1 : token?.text === "(" ? token.link + 1 : -1;
    if (behind > 0 && tokens[behind]?.text === "=>") return "arrow";
  }
  return "method";
}

/** How long the match of a sticky pattern at `start` is. */
function lengthAt(source: string, start: number, pattern: RegExp): number {
  pattern.lastIndex = start;
  return pattern.exec(source)?.[0].length ?? 0;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with its edits made; one inside of another is left out. */
function replaced(source: string, edits: readonly Edit[]): string {
  let out = "";
  let done = 0;
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start)) {
    if (start < done) continue;
    out += source.slice(done, start) + text;
    done = end;
  }
  return out + source.slice(done);
}
