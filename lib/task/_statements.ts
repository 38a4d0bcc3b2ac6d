import { ExpressionParser } from "./_parser.ts";
import { Scope } from "./_scope.ts";

const DECLARATIONS: ReadonlySet<string> = new Set(["var", "let", "const", "using"]);

/** Reads functions, classes and statements, and notes the names. */
export class Parser extends ExpressionParser {
  /** The outermost region: what it leaves free is free in the text. */
  get outermost(): Scope {
    return this.scope;
  }

  /** Reads the text as one expression: an arrow function, a function or a class. */
  readExpression(kind: "arrow" | "function" | "class"): void {
    if (kind === "arrow") this.arrow(true);
    else if (kind === "function") this.functionExpression(true);
    else this.classExpression(true);
  }

  /** Reads the text as a member of an object or class; the offset at which its parameters begin. */
  readMethod(): { modifiers: string[]; parameters: number } {
    const modifiers = this.modifiers();
    // A computed key was evaluated where the method was made: its names are not the method's.
    if (this.is("[")) this.at = this.peek().link + 1;
    else this.at++;
    const parameters = this.peek().start;
    this.functionRest({ arrow: false, root: true });
    return { modifiers, parameters };
  }

  // Functions

  protected override arrow(root = false): void {
    if (this.isWord("async") && !this.is("=>", 1)) this.at++;
    this.framed({ arrow: true, root }, () => {
      if (this.peek().kind === "name") this.#binding((name) => this.scope.declare(name));
      else this.#parameters();
      this.expect("=>");
      if (this.is("{")) this.within(true, () => this.block());
      else this.element();
    });
  }

  protected override functionExpression(root = false): void {
    this.eatWord("async");
    this.at++;
    this.eat("*");
    this.within(false, () => {
      if (this.peek().kind === "name") this.scope.declare(this.tokens[this.at++]?.text ?? "");
      this.functionRest({ arrow: false, root });
    });
  }

  protected override functionRest(frame: { arrow: boolean; root?: boolean }): void {
    this.framed(frame, () => {
      this.#parameters();
      this.within(true, () => this.block());
    });
  }

  #parameters(): void {
    this.expect("(");
    while (!this.eat(")")) {
      if (this.eat(",") || this.eat("...")) continue;
      this.#bindingWithDefault((name) => this.scope.declare(name));
    }
  }

  #bindingWithDefault(declare: (name: string) => void): void {
    this.#binding(declare);
    if (this.eat("=")) this.element();
  }

  /** A name, or a pattern of names, that is declared. */
  #binding(declare: (name: string) => void): void {
    if (this.eat("[")) {
      while (!this.eat("]")) {
        if (!this.eat(",") && !this.eat("...")) this.#bindingWithDefault(declare);
      }
    } else if (this.eat("{")) {
      while (!this.eat("}")) {
        if (this.eat(",")) continue;
        if (this.eat("...")) {
          this.#binding(declare);
          continue;
        }
        const key = this.peek();
        this.key();
        if (this.eat(":")) this.#bindingWithDefault(declare);
        else {
          declare(key.text);
          if (this.eat("=")) this.element();
        }
      }
    } else if (this.peek().kind === "name") {
      declare(this.peek().text);
      this.at++;
    } else this.fail();
  }

  // Classes

  protected override classExpression(root = false): void {
    this.at++;
    this.within(false, () => {
      if (this.peek().kind === "name" && !this.isWord("extends")) {
        this.scope.declare(this.peek().text);
        this.at++;
      }
      if (this.eatWord("extends")) this.#heritage(root);
      this.expect("{");
      this.classed((outermost) => {
        while (!this.eat("}")) {
          if (!this.eat(";")) this.#member(outermost);
        }
      });
    });
  }

  /** A class that is made again gets its base class as a value: the variables of the expression may be gone. */
  #heritage(root: boolean): void {
    const { scope } = this;
    const { start } = this.peek();
    if (root) this.scope = new Scope(undefined, true);
    this.element();
    this.scope = scope;
    if (root) this.found.heritage = { start, end: this.tokens[this.at - 1]?.end ?? start };
  }

  #member(outermost: boolean): void {
    while (this.is("@")) this.#decorator();
    if (this.isWord("static") && this.is("{", 1)) {
      this.at++;
      this.framed({ arrow: false }, () => this.block());
      return;
    }
    const modifiers = this.modifiers();
    const key = this.peek();
    if (key.kind === "private") {
      this.scope.declarePrivate(key.text);
      if (outermost && !modifiers.includes("static")) this.found.instancePrivates.add(key.text);
    }
    if (outermost && key.text === "[") this.#computedKey();
    else this.key();
    if (this.is("(")) this.functionRest({ arrow: false });
    else if (this.eat("=")) this.framed({ arrow: false }, () => this.element());
  }

  #computedKey(): void {
    const { scope } = this;
    const inner = this.scope = new Scope(scope, true);
    this.key();
    for (const [name, needed] of inner.free()) {
      if (needed) this.found.keyNames.add(name);
    }
    inner.close();
    this.scope = scope;
  }

  #decorator(): void {
    this.at++;
    if (this.is("(")) this.element();
    else {
      this.useName(this.peek().text);
      this.at++;
      while (this.eat(".")) this.at++;
      if (this.is("(")) this.at = this.#through(this.at);
    }
  }

  /** Reads the bracket at `index` as an expression; the index behind it. */
  #through(index: number): number {
    this.at = index + 1;
    while (!this.eat(")")) {
      if (!this.eat(",")) this.element();
    }
    return this.at;
  }

  // Statements

  protected override block(): void {
    this.expect("{");
    while (!this.eat("}")) this.#statement();
  }

  #scopedBlock(): void {
    this.within(false, () => this.block());
  }

  #statement(): void {
    const token = this.peek();
    if (token.kind === "punctuator") {
      if (token.text === "{") return this.#scopedBlock();
      if (this.eat(";")) return;
    } else if (token.kind === "name" && this.#wordStatement(token.text)) return;
    this.expression();
    this.eat(";");
  }

  /** A statement that begins with a word; `false` when it is an expression after all. */
  #wordStatement(word: string): boolean {
    if (this.is(":", 1)) { // a label
      this.at += 2;
      this.#statement();
      return true;
    }
    if (this.#declarationAt()) {
      this.#declaration(true);
      this.eat(";");
      return true;
    }
    if (word === "function" || (word === "async" && this.isWord("function", 1) && !this.peek(1).newline)) {
      this.#functionDeclaration();
      return true;
    }
    if (word === "class") {
      this.scope.declare(this.peek(1).text);
      this.classExpression();
      return true;
    }
    return this.#controlStatement(word);
  }

  #functionDeclaration(): void {
    let ahead = this.isWord("async") ? 2 : 1;
    if (this.is("*", ahead)) ahead++;
    this.scope.declare(this.peek(ahead).text);
    this.functionExpression();
  }

  #controlStatement(word: string): boolean {
    switch (word) {
      case "if":
        this.#condition();
        this.#statement();
        if (this.eatWord("else")) this.#statement();
        return true;
      case "with":
        this.found.dynamicNames = true;
        // falls through
      case "while":
        this.#condition();
        this.#statement();
        return true;
      case "do":
        this.at++;
        this.#statement();
        this.#condition();
        this.eat(";");
        return true;
      case "for":
        this.within(false, () => this.#for());
        return true;
      case "switch":
        this.#switch();
        return true;
      case "try":
        this.#try();
        return true;
      case "return":
      case "throw":
        this.at++;
        if (!this.peek().newline && !this.is(";") && !this.is("}")) this.expression();
        this.eat(";");
        return true;
      case "break":
      case "continue":
        this.at++;
        if (this.peek().kind === "name" && !this.peek().newline) this.at++;
        this.eat(";");
        return true;
      case "debugger":
        this.at++;
        this.eat(";");
        return true;
      default:
        return false;
    }
  }

  /** Whether a declaration of variables begins here, and not an expression with `let` or `using` as a name. */
  #declarationAt(): boolean {
    const ahead = this.isWord("await") && this.isWord("using", 1) ? 1 : 0;
    const word = this.peek(ahead).text;
    if (!DECLARATIONS.has(word)) return false;
    if (word === "var" || word === "const") return true;
    const next = this.peek(ahead + 1);
    if (word === "using") return next.kind === "name" && !next.newline && !this.isWord("of", ahead + 1);
    return next.kind === "name" ? !/^(?:in|of|instanceof)$/.test(next.text) : /^[[{]$/.test(next.text);
  }

  #declaration(allowIn: boolean): void {
    this.eatWord("await");
    const isVar = this.isWord("var");
    this.at++;
    do {
      this.#binding((name) => isVar ? this.scope.declareVar(name) : this.scope.declare(name));
      if (this.eat("=")) this.expression({ comma: false, in: allowIn });
    } while (this.eat(","));
  }

  #condition(): void {
    this.at++;
    this.expect("(");
    this.expression();
    this.expect(")");
  }

  #for(): void {
    this.at++;
    this.eatWord("await");
    this.expect("(");
    if (this.#declarationAt()) this.#declaration(false);
    else if (!this.is(";")) this.expression({ in: false });
    if (this.eatWord("of") || this.eatWord("in")) this.expression();
    else {
      this.expect(";");
      if (!this.is(";")) this.expression();
      this.expect(";");
      if (!this.is(")")) this.expression();
    }
    this.expect(")");
    this.#statement();
  }

  #switch(): void {
    this.#condition();
    this.expect("{");
    this.within(false, () => {
      while (!this.eat("}")) {
        if (this.eatWord("case")) {
          this.expression();
          this.expect(":");
        } else if (this.isWord("default") && this.is(":", 1)) this.at += 2;
        else this.#statement();
      }
    });
  }

  #try(): void {
    this.at++;
    this.#scopedBlock();
    if (this.eatWord("catch")) {
      this.within(false, () => {
        if (this.eat("(")) {
          this.#binding((name) => this.scope.declare(name));
          this.expect(")");
        }
        this.block();
      });
    }
    if (this.eatWord("finally")) this.#scopedBlock();
  }
}
