import { type Token, tokenize } from "./_tokens.ts";

/**
 * What a module's text says of its imports and exports. Its text is TypeScript
 * or JavaScript; types are skipped as far as that is easy, for a worker checks
 * what is found here.
 */

/** One name that a module imports. */
export interface ImportBinding {
  /** The name in this module. */
  readonly local: string;
  /** The module's specifier, as written. */
  readonly specifier: string;
  /** The name there; `*` for the namespace, `default` for the default. */
  readonly imported: string;
  /** Whether it has import attributes: a JSON or text module. */
  readonly attributes: boolean;
}

/** One name that a module exports. */
export interface ExportBinding {
  /** The name under which others import it. */
  readonly name: string;
  /** The name in this module; empty for an anonymous default, and for what is exported from another module. */
  readonly local: string;
  /** Whether it is declared as a class here. */
  readonly isClass: boolean;
}

/** The imports and exports of one module. */
export interface ModuleText {
  readonly imports: readonly ImportBinding[];
  readonly exports: readonly ExportBinding[];
}

class Reader {
  readonly imports: ImportBinding[] = [];
  readonly exports: ExportBinding[] = [];
  readonly #classes = new Set<string>();
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  #text(ahead = 0): string {
    return this.#tokens[this.#at + ahead]?.text ?? "";
  }

  #isName(ahead = 0): boolean {
    return this.#tokens[this.#at + ahead]?.kind === "name";
  }

  /** Walks over the tokens that are in no bracket. */
  run(): ModuleText {
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at] as Token;
      const before = this.#tokens[this.#at - 1]?.text;
      if (token.kind === "name" && before !== ".") {
        if (token.text === "import" && this.#import()) continue;
        if (token.text === "export" && this.#export()) continue;
        if (token.text === "class" && this.#isName(1)) this.#classes.add(this.#text(1));
      }
      this.#at = token.link > this.#at && token.kind === "punctuator" ? token.link + 1 : this.#at + 1;
    }
    const exports = this.exports.map((e) => ({ ...e, isClass: e.isClass || this.#classes.has(e.local) }));
    return { imports: this.imports, exports };
  }

  #import(): boolean {
    const next = this.#text(1);
    if (next === "(" || next === "." || next === ":") return false;
    this.#at++;
    if (this.#tokens[this.#at]?.kind === "string") return this.#at++, true;
    if (next === "type" && this.#text(1) !== "from" && this.#text(1) !== ",") return true;
    const names: [local: string, imported: string][] = [];
    while (this.#text() !== "from" || this.#tokens[this.#at + 1]?.kind !== "string") {
      if (this.#at >= this.#tokens.length || this.#text() === ";") return true;
      if (this.#text() === "*" && this.#text(1) === "as") {
        names.push([this.#text(2), "*"]);
        this.#at += 3;
      } else if (this.#text() === "{") { for (const [a, b] of this.#list()) names.push([b, a]); }
      else {
        if (this.#isName() && !/^(?:defer|source)$/.test(this.#text())) names.push([this.#text(), "default"]);
        this.#at++;
      }
    }
    const specifier = unquoted(this.#text(1));
    this.#at += 2;
    const attributes = this.#text() === "with" || this.#text() === "assert";
    for (const [local, imported] of names) this.imports.push({ local, specifier, imported, attributes });
    return true;
  }

  /** `{ a, b as c, type T }` as pairs; moves behind it. */
  #list(): [string, string][] {
    const pairs: [string, string][] = [];
    const end = this.#tokens[this.#at]?.link ?? -1;
    for (this.#at++; this.#at < end; this.#at++) {
      if (this.#text() === ",") continue;
      const isType = this.#text() === "type" && this.#text(1) !== "," && this.#text(1) !== "}" &&
        this.#text(1) !== "as";
      if (isType) this.#at++;
      const first = unquoted(this.#text());
      let second = first;
      if (this.#text(1) === "as") {
        second = unquoted(this.#text(2));
        this.#at += 2;
      }
      if (!isType) pairs.push([first, second]);
    }
    this.#at = Math.max(end + 1, this.#at);
    return pairs;
  }

  #export(): boolean {
    this.#at++;
    const word = this.#text();
    if (word === "{") {
      const pairs = this.#list();
      const from = this.#text() === "from";
      for (const [local, name] of pairs) this.#add(name, from ? "" : local, false);
    } else if (word === "*") {
      if (this.#text(1) === "as") this.#add(unquoted(this.#text(2)), "", false);
    } else if (word === "default") this.#default();
    else this.#declaration();
    return true;
  }

  #default(): void {
    this.#at++;
    if (this.#text() === "abstract" || this.#text() === "async") this.#at++;
    const word = this.#text();
    if (word !== "function" && word !== "class") {
      const alone = this.#isName() && /^(?:;|)$/.test(this.#text(1));
      return this.#add("default", alone ? word : "", false);
    }
    this.#at++;
    if (this.#text() === "*") this.#at++;
    const named = this.#isName() && this.#text() !== "extends";
    this.#add("default", named ? this.#text() : "", word === "class");
  }

  #declaration(): void {
    while (/^(?:declare|abstract|async)$/.test(this.#text())) this.#at++;
    const word = this.#text();
    if (word === "function" || word === "class") {
      this.#at++;
      if (this.#text() === "*") this.#at++;
      this.#add(this.#text(), this.#text(), word === "class");
    } else if (word === "const" || word === "let" || word === "var") this.#variables();
  }

  /** `const a = …, b = …, { c, d: e } = …`: the names in front of `=` or a type. */
  #variables(): void {
    this.#at++;
    if (this.#text() === "{" || this.#text() === "[") {
      const end = this.#tokens[this.#at]?.link ?? -1;
      for (this.#at++; this.#at < end; this.#at++) {
        if (this.#isName() && this.#text(1) !== ":") this.#add(this.#text(), this.#text(), false);
      }
      return;
    }
    this.#add(this.#text(), this.#text(), false);
    // Further ones: a name behind a comma outside of brackets, up to the end of the statement.
    for (; this.#at < this.#tokens.length && this.#text() !== ";"; this.#at++) {
      const token = this.#tokens[this.#at] as Token;
      if (token.newline && /^(?:export|import|function|class|const|let|var|if|for)$/.test(token.text)) return;
      if (token.link > this.#at && token.kind === "punctuator") this.#at = token.link;
      else if (token.text === "," && this.#isName(1) && /^[=:;,]$/.test(this.#text(2))) {
        this.#add(this.#text(1), this.#text(1), false);
      }
    }
  }

  #add(name: string, local: string, isClass: boolean): void {
    if (name !== "" && !this.exports.some((e) => e.name === name)) this.exports.push({ name, local, isClass });
  }
}

function unquoted(text: string): string {
  return /^["']/.test(text) ? text.slice(1, -1) : text;
}

/** Reads the imports and exports from a module's text. */
export function readModuleText(text: string): ModuleText {
  return new Reader(tokenize(text)).run();
}
