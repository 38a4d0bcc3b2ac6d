import type { Token } from "./_tokens.ts";
import { Scope } from "./_scope.ts";

/**
 * Reads JavaScript and notes which names it uses and declares. It builds no
 * tree and checks no grammar: V8 has accepted the text already.
 */

/** What a function takes from the place where it was made, other than variables. */
export type Lexical = "this" | "arguments" | "super" | "new.target";

/** What the parser finds beside names. */
export interface Findings {
  /** What the code takes from around it. */
  readonly lexical: Set<Lexical>;
  /** Whether the function itself (no arrow) uses `this`. */
  ownThis: boolean;
  /** Offsets of `import.meta`. */
  readonly importMeta: number[];
  /** Offsets of the `import` of dynamic imports. */
  readonly dynamicImports: number[];
  /** Of a class: the expression that gives its base class. */
  heritage: { readonly start: number; readonly end: number } | undefined;
  /** Of a class: names that the keys of its members use, which are worked out when the class is made. */
  readonly keyNames: Set<string>;
  /** Whether it calls `eval` directly, or uses `with`: its names cannot be known. */
  dynamicNames: boolean;
  /** `#names` of instances that the outermost class declares. */
  readonly instancePrivates: Set<string>;
}

/** What surrounds code in respect of `this`. */
interface Frame {
  /** An arrow function has no `this` of its own. */
  readonly arrow: boolean;
  /** Whether this is the function that was asked about. */
  readonly root: boolean;
}

const PREFIX: ReadonlySet<string> = new Set(["!", "~", "+", "-", "++", "--", "..."]);
const PREFIX_WORDS: ReadonlySet<string> = new Set(["typeof", "void", "delete", "await", "yield", "new"]);
const INFIX: ReadonlySet<string> = new Set(
  ("+ - * / % ** << >> >>> < > <= >= == != === !== & | ^ && || ?? " +
    "= += -= *= /= %= **= <<= >>= >>>= &= |= ^= &&= ||= ??=").split(" "),
);
const LITERAL_WORDS: ReadonlySet<string> = new Set(["null", "true", "false"]);

/** The part of the parser that knows expressions; {@linkcode Parser} adds statements. */
export abstract class ExpressionParser {
  readonly found: Findings = {
    lexical: new Set(),
    ownThis: false,
    importMeta: [],
    dynamicImports: [],
    heritage: undefined,
    keyNames: new Set(),
    dynamicNames: false,
    instancePrivates: new Set(),
  };
  /** The region that is being read. */
  protected scope: Scope = new Scope(undefined, true);
  /** Index of the next token. */
  protected at = 0;
  protected readonly tokens: readonly Token[];
  readonly #frames: Frame[] = [];
  #classDepth = 0;

  /** A parser at the first of `tokens`. */
  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  /** A block; the next token is its `{`. */
  protected abstract block(): void;

  protected peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)] as Token;
  }

  /** Whether the next token is this punctuator. */
  protected is(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === "punctuator" && token.text === text;
  }

  /** Whether the next token is this word. */
  protected isWord(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === "name" && token.text === text;
  }

  protected eat(text: string): boolean {
    if (!this.is(text)) return false;
    this.at++;
    return true;
  }

  protected eatWord(text: string): boolean {
    if (!this.isWord(text)) return false;
    this.at++;
    return true;
  }

  protected expect(text: string): void {
    if (!this.eat(text)) this.fail();
  }

  /** Gives up: the text is not what this parser knows. */
  protected fail(): never {
    throw new SyntaxError(`Cannot read the source at offset ${this.peek().start}: "${this.peek().text}"`);
  }

  /** Reads inside of a new region. */
  protected within(hoists: boolean, read: () => void): void {
    this.scope = new Scope(this.scope, hoists);
    read();
    this.scope.close();
    this.scope = this.scope.parent as Scope;
  }

  // Expressions

  /** An expression; `comma: false`: up to a comma; `in: false`: the head of a `for`. */
  protected expression(options: { comma?: boolean; in?: boolean } = {}): void {
    let ternaries = 0;
    for (;;) {
      const arrow = this.#operand();
      if (!arrow) this.#suffixes();
      const next = this.peek();
      if (next.kind === "punctuator") {
        if (next.text === "," && options.comma !== false) this.at++;
        else if (next.text === ":" && ternaries > 0) this.at++, ternaries--;
        else if (arrow) return;
        else if (next.text === "?") this.at++, ternaries++;
        else if (INFIX.has(next.text)) this.at++;
        else return;
      } else if (next.kind === "name" && !arrow) {
        if (next.text !== "instanceof" && (next.text !== "in" || options.in === false)) return;
        this.at++;
      } else return;
    }
  }

  /** An expression that ends at a comma. */
  protected element(): void {
    this.expression({ comma: false });
  }

  protected useName(name: string, needed = true): void {
    this.scope.use(name, needed);
    if (name === "arguments") this.#note("arguments");
  }

  /** `this` and the like: whose is it? */
  #note(kind: Lexical): void {
    const frame = this.#frames.findLast((f) => !f.arrow);
    if (frame === undefined) this.found.lexical.add(kind);
    else if (frame.root && kind === "super") this.found.lexical.add(kind);
    else if (frame.root && kind === "this") this.found.ownThis = true;
  }

  /** One operand with what stands before it; whether it was an arrow function, behind which no operator may follow. */
  #operand(): boolean {
    let last = "";
    for (;;) {
      const token = this.peek();
      if (token.kind === "punctuator" && PREFIX.has(token.text)) this.at++;
      else if (token.kind === "name" && PREFIX_WORDS.has(token.text) && !this.is("=>", 1)) {
        this.at++;
        if (token.text === "yield") {
          this.eat("*");
          if (!this.#startsOperand()) return false;
        } else if (token.text === "new" && this.is(".")) {
          this.at += 2;
          this.#note("new.target");
          return false;
        }
      } else break;
      last = token.text;
    }
    return this.#primary(last);
  }

  #startsOperand(): boolean {
    const token = this.peek();
    if (token.newline || token.kind === "end") return false;
    return token.kind !== "punctuator" || PREFIX.has(token.text) || "([{/".includes(token.text);
  }

  #primary(before: string): boolean {
    const token = this.peek();
    switch (token.kind) {
      case "number":
      case "string":
      case "regex":
        this.at++;
        return false;
      case "private":
        this.scope.usePrivate(token.text);
        this.at++;
        return false;
      case "template":
        this.#template();
        return false;
      case "name":
        return this.#word(token, before);
      case "punctuator":
        return this.#bracket(token);
      default:
        return this.fail();
    }
  }

  #template(): void {
    const { link } = this.peek();
    this.at++;
    for (let i = 0; i < link; i++) {
      this.expect("${");
      this.expression();
      this.expect("}");
    }
  }

  #bracket(token: Token): boolean {
    if (token.text === "(") {
      if (this.#arrowAt(0)) return this.arrow(), true;
      this.at++;
      this.expression();
      this.expect(")");
    } else if (token.text === "[") this.#list("]");
    else if (token.text === "{") this.#object();
    else if (token.text === "@") {
      this.at++;
      this.#operand();
      this.#suffixes();
      return this.#operand();
    } else this.fail();
    return false;
  }

  /** Whether an arrow function's parameters stand there. */
  #arrowAt(ahead: number): boolean {
    const token = this.peek(ahead);
    if (token.kind === "name") return this.is("=>", ahead + 1);
    if (!this.is("(", ahead) || token.link < 0) return false;
    const behind = this.tokens[token.link + 1];
    return behind?.kind === "punctuator" && behind.text === "=>";
  }

  #word(token: Token, before: string): boolean {
    const { text } = token;
    if (text === "function" || (text === "async" && this.isWord("function", 1) && !this.peek(1).newline)) {
      this.functionExpression();
      return false;
    }
    if (text === "class") return this.classExpression(), false;
    if (this.is("=>", 1) || (text === "async" && !this.peek(1).newline && this.#arrowAt(1))) {
      return this.arrow(), true;
    }
    this.at++;
    if (text === "this" || text === "super") this.#note(text);
    else if (text === "import") this.#import(token);
    else if (!LITERAL_WORDS.has(text)) this.#reference(text, before);
    return false;
  }

  #import(token: Token): void {
    if (this.is(".") && this.isWord("meta", 1)) {
      this.at += 2;
      this.found.importMeta.push(token.start);
    } else {
      if (this.eat(".")) this.at++; // import.source(…), import.defer(…)
      this.found.dynamicImports.push(token.start);
    }
  }

  #reference(name: string, before: string): void {
    if (name === "eval" && this.is("(")) this.found.dynamicNames = true;
    this.useName(name, before !== "typeof");
  }

  /** Calls, members, templates behind an operand. */
  #suffixes(): void {
    for (;;) {
      const token = this.peek();
      if (token.kind === "template") this.#template();
      else if (token.kind !== "punctuator") return;
      else if (token.text === "." || token.text === "?.") {
        this.at++;
        const member = this.peek();
        if (member.kind === "private") this.scope.usePrivate(member.text);
        if (member.kind === "private" || member.kind === "name") this.at++;
      } else if (token.text === "(") this.#list(")");
      else if (token.text === "[") {
        this.at++;
        this.expression();
        this.expect("]");
      } else if ((token.text === "++" || token.text === "--") && !token.newline) this.at++;
      else return;
    }
  }

  /** Elements in brackets: arguments, an array. */
  #list(close: string): void {
    this.at++;
    while (!this.eat(close)) {
      if (!this.eat(",")) this.element();
    }
  }

  #object(): void {
    this.at++;
    while (!this.eat("}")) {
      if (this.eat(",")) continue;
      if (this.is("...")) {
        this.element();
        continue;
      }
      this.modifiers();
      const key = this.peek();
      this.key();
      if (this.is("(")) this.functionRest({ arrow: false });
      else if (this.eat(":")) this.element();
      else {
        this.useName(key.text);
        if (this.eat("=")) this.element();
      }
    }
  }

  // What functions and classes share; the rest is in the parser of statements

  /** `async`, `*`, `get`, `set`, `static`, `accessor` before a key. */
  protected modifiers(): string[] {
    const found: string[] = [];
    for (;;) {
      const token = this.peek();
      const modifier = token.kind === "name" && /^(?:async|get|set|static|accessor)$/.test(token.text);
      const next = this.peek(1);
      const isKey = next.kind === "punctuator" && "(:,=};".includes(next.text);
      if (!this.is("*") && (!modifier || isKey || next.kind === "end")) return found;
      found.push(token.text);
      this.at++;
    }
  }

  /** The key of a member. */
  protected key(): void {
    if (this.eat("[")) {
      this.expression();
      this.expect("]");
    } else this.at++;
  }

  /** Reads in a function's surroundings. */
  protected framed(frame: { arrow: boolean; root?: boolean }, read: () => void): void {
    this.#frames.push({ arrow: frame.arrow, root: frame.root ?? false });
    this.within(true, () => {
      if (!frame.arrow) this.scope.declare("arguments");
      read();
    });
    this.#frames.pop();
  }

  /** Runs `read` inside of one more class; whether that is the outermost one. */
  protected classed(read: (outermost: boolean) => void): void {
    this.#classDepth++;
    read(this.#classDepth === 1 && this.#frames.length === 0);
    this.#classDepth--;
  }

  protected abstract arrow(root?: boolean): void;
  protected abstract functionExpression(root?: boolean): void;
  protected abstract functionRest(frame: { arrow: boolean; root?: boolean }): void;
  protected abstract classExpression(root?: boolean): void;
}
