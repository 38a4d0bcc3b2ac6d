/**
 * JavaScript (and, near enough, TypeScript) as tokens: enough to tell names
 * from text, comments and regular expressions.
 */

/** What a token is. */
export type TokenKind = "name" | "private" | "punctuator" | "number" | "string" | "template" | "regex" | "end";

/** One token; comments and white space are none. */
export interface Token {
  readonly kind: TokenKind;
  /** The text; of a template the back quote only. */
  readonly text: string;
  /** Offset of its first character. */
  readonly start: number;
  /** Offset behind its last character. */
  end: number;
  /** Whether a line ends between the token before and this one. */
  readonly newline: boolean;
  /** Of an opening bracket: the index of the closing one. Of a template: the number of its substitutions, each of which follows as `${` … `}`. */
  link: number;
}

const NAME =
  /(?:[\p{ID_Start}$_]|\\u[\da-fA-F]{4}|\\u\{[\da-fA-F]+\})(?:[\p{ID_Continue}$\u200c\u200d]|\\u[\da-fA-F]{4}|\\u\{[\da-fA-F]+\})*/uy;
const NUMBER =
  /0[xX][\da-fA-F_]+n?|0[bB][01_]+n?|0[oO][0-7_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?n?/y;
const SPACE = /(?:[\s\ufeff]+|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/|^#![^\n]*)+/y;
const STRING = /"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?/y;
const REGEX = /\/(?:[^\/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[\p{ID_Continue}$]*/uy;
const PUNCTUATOR =
  />>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|\+\+|--|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|<<|>>|\*\*|[^]/y;

/** Words behind which an operand follows, so that `/` opens a regular expression. */
const BEFORE_OPERAND: ReadonlySet<string> = new Set(
  "return typeof case in of delete void throw new else do await yield instanceof extends".split(" "),
);
const CONDITION: ReadonlySet<string> = new Set(["if", "while", "for", "with"]);

interface Open {
  readonly index: number;
  /** Whether a `/` behind the closing bracket opens a regular expression. */
  readonly regexBehind: boolean;
  /** Whether this is the `${` of a template. */
  readonly template: boolean;
}

class Tokenizer {
  readonly tokens: Token[] = [];
  readonly #text: string;
  readonly #open: Open[] = [];
  /** Templates that are being read, as indices of their tokens. */
  readonly #templates: number[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): Token[] {
    const text = this.#text;
    for (;;) {
      const newline = this.#skipSpace();
      if (this.#at >= text.length) {
        this.#push("end", this.#at, newline);
        return this.tokens;
      }
      this.#next(newline);
    }
  }

  #skipSpace(): boolean {
    const from = this.#at;
    const end = this.#match(SPACE);
    if (end === from) return false;
    this.#at = end;
    return /[\n\r\u2028\u2029]/.test(this.#text.slice(from, end));
  }

  #match(pattern: RegExp): number {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text) ? pattern.lastIndex : this.#at;
  }

  #push(kind: TokenKind, end: number, newline: boolean): Token {
    const start = this.#at;
    const token: Token = { kind, text: this.#text.slice(start, end), start, end, newline, link: -1 };
    this.tokens.push(token);
    this.#at = end;
    return token;
  }

  #next(newline: boolean): void {
    const c = this.#text.charCodeAt(this.#at);
    if (c === 34 || c === 39) return void this.#push("string", this.#match(STRING), newline);
    if (c === 96) return this.#template(newline);
    const digit = (d: number): boolean => d >= 48 && d <= 57;
    if (digit(c) || (c === 46 && digit(this.#text.charCodeAt(this.#at + 1)))) {
      return void this.#push("number", this.#match(NUMBER), newline);
    }
    const name = this.#match(NAME);
    if (name > this.#at) return void this.#push("name", name, newline);
    if (c === 35) { // "#"
      const start = this.#at++;
      const end = this.#match(NAME);
      this.#at = start;
      return void this.#push("private", Math.max(end, start + 1), newline);
    }
    if (c === 47 && this.#regexAllowed()) {
      const end = this.#match(REGEX);
      if (end > this.#at) return void this.#push("regex", end, newline);
    }
    this.#punctuator(newline);
  }

  #punctuator(newline: boolean): void {
    const before = this.tokens.at(-1);
    const token = this.#push("punctuator", this.#match(PUNCTUATOR), newline);
    const index = this.tokens.length - 1;
    if (token.text === "(") {
      const word = before?.text === "await" ? this.tokens[index - 2] : before;
      const regexBehind = word?.kind === "name" && CONDITION.has(word.text) && this.tokens[index - 2]?.text !== ".";
      this.#open.push({ index, regexBehind, template: false });
    } else if (token.text === "{" || token.text === "[") {
      this.#open.push({ index, regexBehind: token.text === "{", template: false });
    } else if (token.text === ")" || token.text === "]" || token.text === "}") {
      const open = this.#open.pop();
      if (open === undefined) return;
      const opening = this.tokens[open.index] as Token;
      opening.link = index;
      token.link = open.regexBehind ? -2 : -1;
      if (open.template) this.#templateText();
    }
  }

  #regexAllowed(): boolean {
    const before = this.tokens.at(-1);
    if (before === undefined) return true;
    switch (before.kind) {
      case "name":
        return BEFORE_OPERAND.has(before.text) && this.tokens.at(-2)?.text !== ".";
      case "punctuator":
        if (before.text === ")" || before.text === "}") return before.link === -2;
        return before.text !== "]" && before.text !== "++" && before.text !== "--";
      default:
        return false;
    }
  }

  #template(newline: boolean): void {
    const token = this.#push("template", this.#at + 1, newline);
    token.link = 0;
    this.#templates.push(this.tokens.length - 1);
    this.#templateText();
  }

  /** Reads the text of the innermost template, to its end or to its next `${`. */
  #templateText(): void {
    const text = this.#text;
    const template = this.tokens[this.#templates.at(-1) as number] as Token;
    let at = this.#at;
    for (; at < text.length; at++) {
      const c = text[at];
      if (c === "\\") at++;
      else if (c === "`") break;
      else if (c === "$" && text[at + 1] === "{") {
        this.#at = at;
        template.link++;
        this.#push("punctuator", at + 2, false);
        this.#open.push({ index: this.tokens.length - 1, regexBehind: false, template: true });
        return;
      }
    }
    this.#at = Math.min(at + 1, text.length);
    template.end = this.#at;
    this.#templates.pop();
  }
}

/** The tokens of `text`; the last one is of kind `end`. */
export function tokenize(text: string): Token[] {
  return new Tokenizer(text).run();
}
