import { allocate, generationOf, release } from "../memory/arena.ts";
import { Handle } from "../memory/handle.ts";
import { BlockKind, UNIT_BYTES } from "../memory/layout.ts";
import { MANAGED_OBJECT, MANAGED_TAG } from "../memory/manager_layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { SHARE, type Shareable, type Shared } from "../memory/shareable.ts";
import { releaseContents } from "./_containers.ts";
import type { TypeInfo } from "./_wire.ts";

/**
 * The objects that a server keeps. Each has a block of shared memory whose
 * references are the object's proxies, wherever they are, also on their way;
 * the server has none. When the block is gone, so is the object. References of
 * processes that die are given back by whoever sweeps after them.
 */

/** One object. */
export interface Entry {
  /** The object. */
  readonly target: object;
  /** Its class, for clients. */
  readonly type: TypeInfo;
  /** Byte offset of its block. */
  readonly offset: number;
  /** Generation of its block. */
  readonly generation: number;
}

const BYTES = 4;

/** The objects of one server. */
export class ObjectTable {
  readonly #manager: Handle;
  readonly #entries = new Map<number, Entry>();

  /** An empty table of the manager's. */
  constructor(manager: Handle) {
    this.#manager = manager;
  }

  /** Keeps `target`; what is returned travels once, as its first proxy. */
  add(target: object, type: TypeInfo): Made {
    const offset = allocate(BYTES, BlockKind.Managed);
    wordsAt(offset, 1)[MANAGED_TAG] = MANAGED_OBJECT;
    const entry: Entry = { target, type, offset, generation: generationOf(offset) };
    // The place may have been that of an object which went unnoticed.
    this.#drop(this.#entries.get(offset / UNIT_BYTES));
    this.#entries.set(offset / UNIT_BYTES, entry);
    return new Made(this.#manager, entry);
  }

  /** The object at a place. */
  at(place: number): Entry | undefined {
    return this.#entries.get(place);
  }

  /** Forgets the objects that nobody refers to. */
  sweep(): void {
    let any = true;
    // What an object held goes with it, in the next round.
    while (any) {
      any = false;
      for (const [place, entry] of this.#entries) {
        if (generationOf(entry.offset) === entry.generation) continue;
        this.#entries.delete(place);
        this.#drop(entry);
        any = true;
      }
    }
  }

  /** How many objects there are. */
  count(): number {
    this.sweep();
    return this.#entries.size;
  }

  #drop(entry: Entry | undefined): void {
    if (entry !== undefined) releaseContents(entry.target);
  }
}

/** A new object on its way to the client that asked for it. */
export class Made implements Shareable {
  readonly #manager: Handle;
  readonly #entry: Entry;
  #sent = false;

  /** The object of an entry. */
  constructor(manager: Handle, entry: Entry) {
    this.#manager = manager;
    this.#entry = entry;
  }

  [SHARE](): Shared {
    if (this.#sent) throw new TypeError("A new managed object can be sent once");
    this.#sent = true;
    const { offset, generation, type } = this.#entry;
    try {
      const manager = this.#manager.share("manager");
      const object = Handle.pass([offset, generation]);
      return { kind: "ManagerProxy", data: [...manager, ...object, type.name, type.methods] };
    } catch (error) {
      release(offset, generation);
      throw error;
    }
  }
}
