/** The names that one piece of code declares and uses: what the parser writes down. */

/** A region in which names are declared. */
export class Scope {
  readonly parent: Scope | undefined;
  /** Whether `var` and the like stop here. */
  readonly hoists: boolean;
  readonly #declared = new Set<string>();
  /** Names, and whether they are used otherwise than as `typeof name`. */
  readonly #uses = new Map<string, boolean>();
  readonly #privates = new Set<string>();
  readonly #privateUses = new Set<string>();

  /** A region inside of `parent`. */
  constructor(parent: Scope | undefined, hoists: boolean) {
    this.parent = parent;
    this.hoists = hoists;
  }

  /** `let`, `const`, `class`, a function, a parameter. */
  declare(name: string): void {
    this.#declared.add(name);
  }

  /** `var`. */
  declareVar(name: string): void {
    if (this.hoists || this.parent === undefined) this.#declared.add(name);
    else this.parent.declareVar(name);
  }

  /** `#name` of a class. */
  declarePrivate(name: string): void {
    this.#privates.add(name);
  }

  /** A use of `name`; `needed: false` for `typeof name`, which a missing variable does not disturb. */
  use(name: string, needed: boolean): void {
    this.#uses.set(name, needed || this.#uses.get(name) === true);
  }

  /** A use of `#name`. */
  usePrivate(name: string): void {
    this.#privateUses.add(name);
  }

  /** Ends the region: what it uses and does not declare, its parent uses. */
  close(): void {
    for (const [name, needed] of this.free()) this.parent?.use(name, needed);
    for (const name of this.freePrivates()) this.parent?.usePrivate(name);
  }

  /** What is used and not declared. */
  free(): [name: string, needed: boolean][] {
    return [...this.#uses].filter(([name]) => !this.#declared.has(name));
  }

  /** The `#names` that are used and not declared. */
  freePrivates(): string[] {
    return [...this.#privateUses].filter((name) => !this.#privates.has(name));
  }
}
