/**
 * Python's literals as far as headers of `.npy` files hold them: dicts, tuples,
 * lists, strings, integers, True, False, None. What `ast.literal_eval` is in
 * NumPy; evaluates nothing.
 */

/** A tuple, told apart from a list because a shape must be one. */
export class Tuple {
  /** The elements. */
  readonly items: readonly Literal[];

  /** A tuple of `items`. */
  constructor(items: readonly Literal[]) {
    this.items = items;
  }
}

/** A parsed literal; integers are exact, whatever their size. */
export type Literal = string | bigint | boolean | null | Tuple | Literal[] | Map<Literal, Literal>;

const TOKEN =
  /\s*(?:([(){}\[\],:])|([+-]?\d+)L?(?![\w.])|(True|False|None)\b|[uUbB]?'((?:[^'\\\n]|\\.)*)'|[uUbB]?"((?:[^"\\\n]|\\.)*)")/y;
const MOST_NESTED = 32;
const WORDS: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null };

interface Token {
  readonly mark?: string;
  readonly value?: Literal;
}

/**
 * The value of the literal `text`.
 *
 * @throws {SyntaxError} When `text` is not one literal.
 */
export function parsePythonLiteral(text: string): Literal {
  const parser = new Parser(text);
  const value = parser.literal(0);
  parser.end();
  return value;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  literal(depth: number): Literal {
    if (depth > MOST_NESTED) throw new SyntaxError(`Literal is nested more than ${MOST_NESTED} deep`);
    const token = this.#next();
    if (token.mark === undefined) return token.value!;
    if (token.mark === "(") return this.#parenthesis(depth);
    if (token.mark === "[") return this.#sequence("]", depth).items;
    if (token.mark === "{") return this.#dict(depth);
    throw new SyntaxError(`Unexpected "${token.mark}"`);
  }

  end(): void {
    if (this.#text.slice(this.#at).trim() !== "") throw new SyntaxError("Text after the literal");
  }

  #next(): Token {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    if (match === null) throw new SyntaxError(`Unexpected text at character ${this.#at}`);
    this.#at = TOKEN.lastIndex;
    const [, mark, integer, word, single, double] = match;
    if (mark !== undefined) return { mark };
    if (integer !== undefined) return { value: BigInt(integer.replace(/^\+/, "")) };
    if (word !== undefined) return { value: WORDS[word]! };
    return { value: (single ?? double ?? "").replace(/\\(.)/gs, "$1") };
  }

  /** Whether the next token is `mark`, which is then taken. */
  #take(mark: string): boolean {
    const before = this.#at;
    if (before < this.#text.length && this.#text.slice(before).trimStart().startsWith(mark)) {
      this.#at = this.#text.indexOf(mark, before) + 1;
      return true;
    }
    return false;
  }

  /** `(1)` is 1, `(1,)` and `()` are tuples. */
  #parenthesis(depth: number): Literal {
    const { items, comma } = this.#sequence(")", depth);
    return items.length === 1 && !comma ? items[0]! : new Tuple(items);
  }

  #sequence(end: string, depth: number): { items: Literal[]; comma: boolean } {
    const items: Literal[] = [];
    let comma = false;
    while (!this.#take(end)) {
      if (items.length > 0 && !comma) throw new SyntaxError(`Missing "," or "${end}"`);
      items.push(this.literal(depth + 1));
      comma = this.#take(",");
    }
    return { items, comma };
  }

  #dict(depth: number): Map<Literal, Literal> {
    const entries = new Map<Literal, Literal>();
    let comma = true;
    while (!this.#take("}")) {
      if (!comma) throw new SyntaxError('Missing "," or "}"');
      const key = this.literal(depth + 1);
      if (!this.#take(":")) throw new SyntaxError('Missing ":"');
      entries.set(key, this.literal(depth + 1));
      comma = this.#take(",");
    }
    return entries;
  }
}

/** `value` as Python writes it. */
export function formatPythonLiteral(value: Literal): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return `${value}`;
  if (typeof value === "string") return `'${value.replace(/['\\]/g, "\\$&")}'`;
  if (Array.isArray(value)) return `[${value.map(formatPythonLiteral).join(", ")}]`;
  if (value instanceof Tuple) {
    const items = value.items.map(formatPythonLiteral);
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
  }
  return `{${[...value].map(([k, v]) => `${formatPythonLiteral(k)}: ${formatPythonLiteral(v)}`).join(", ")}}`;
}
