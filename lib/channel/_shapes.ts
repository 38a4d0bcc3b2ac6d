import { Writer } from "./_writer.ts";

/**
 * The keys of plain objects, learnt once a thread: objects of one program have
 * few distinct lists of keys. The writer keeps each list as ready bytes, the
 * reader turns those bytes into the list it made before.
 */

/** More keys than this are written with the object. */
const WIDE = 24;
/** How many lists a thread remembers before it starts anew. */
const MOST = 2048;

/** One list of keys. */
export class Shape {
  /** The number of the packet that last held it. */
  packet = 0;
  /** Its index in that packet. */
  index = 0;

  /** The list with its bytes and their hash. */
  constructor(readonly keys: readonly string[], readonly bytes: Uint8Array, readonly hash: number) {}
}

class Node {
  shape: Shape | null = null;
  lastKey = "";
  lastNode: Node | null = null;
  #next: Map<string, Node> | null = null;

  find(key: string): Node | undefined {
    return this.#next?.get(key);
  }

  add(key: string): Node {
    const node = new Node();
    (this.#next ??= new Map()).set(key, node);
    return node;
  }
}

/** The lists that one writer has met. */
export class ShapeTree {
  #root = new Node();
  #nodes = 0;

  /** The list `keys`, or `null` when it is too long to be worth keeping. */
  find(keys: readonly string[]): Shape | null {
    if (keys.length > WIDE) return null;
    let node = this.#root;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      if (node.lastNode !== null && node.lastKey === key) node = node.lastNode;
      else node = this.#step(node, key);
    }
    return node.shape ??= describe(keys);
  }

  #step(node: Node, key: string): Node {
    let next = node.find(key);
    if (next === undefined) {
      if (++this.#nodes > MOST) {
        this.#root = new Node();
        this.#nodes = 0;
      }
      next = node.add(key);
    }
    node.lastKey = key;
    node.lastNode = next;
    return next;
  }
}

function describe(keys: readonly string[]): Shape {
  const writer = new Writer(256);
  writer.varuint(keys.length);
  for (const key of keys) writer.string(key);
  const bytes = writer.bytes.slice(0, writer.at);
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return new Shape(keys, bytes, hash >>> 0);
}

interface KnownKeys {
  readonly bytes: Uint8Array;
  readonly keys: readonly string[];
}

/** The lists that one reader has met, by hash. */
export class ShapeTable {
  readonly #known = new Map<number, KnownKeys>();

  /** The list whose `length` bytes are at `start` of `source`, if it was met before. */
  find(hash: number, source: Uint8Array, start: number, length: number): readonly string[] | undefined {
    const known = this.#known.get(hash);
    if (known === undefined || known.bytes.length !== length) return undefined;
    const { bytes } = known;
    for (let i = 0; i < length; i++) {
      if (bytes[i] !== source[start + i]) return undefined;
    }
    return known.keys;
  }

  /** Remembers a list. */
  add(hash: number, bytes: Uint8Array, keys: readonly string[]): void {
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(hash, { bytes, keys });
  }
}
