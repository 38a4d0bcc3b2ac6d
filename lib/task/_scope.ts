/** The names that one piece of code declares and uses: what the parser writes down. */

/** How a name is used; bits. */
export const USED = 1;
/** Assigned to. */
export const ASSIGNED = 2;

/** A region in which names are declared. */
export class Scope {
  readonly parent: Scope | undefined;
  /** Whether `var` and the like stop here. */
  readonly hoists: boolean;
  readonly #declared = new Set<string>();
  readonly #uses = new Map<string, number>();
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

  /** A use of `name`; `flags` of {@linkcode USED} and {@linkcode ASSIGNED}, 0 for `typeof name`. */
  use(name: string, flags: number): void {
    this.#uses.set(name, (this.#uses.get(name) ?? 0) | flags);
  }

  /** A use of `#name`. */
  usePrivate(name: string): void {
    this.#privateUses.add(name);
  }

  /** Ends the region: what it uses and does not declare, its parent uses. */
  close(): void {
    for (const [name, flags] of this.free()) this.parent?.use(name, flags);
    for (const name of this.freePrivates()) this.parent?.usePrivate(name);
  }

  /** What is used and not declared. */
  free(): [name: string, flags: number][] {
    return [...this.#uses].filter(([name]) => !this.#declared.has(name));
  }

  /** The `#names` that are used and not declared. */
  freePrivates(): string[] {
    return [...this.#privateUses].filter((name) => !this.#privates.has(name));
  }
}
