import { TransportError } from "../base/errors.ts";
import { perRealm } from "../base/realm.ts";
import { self } from "../memory/process_table.ts";

/**
 * Objects that belong to an item and that only a message can carry: a
 * `SharedArrayBuffer`, a `Blob`, a compiled module. Someone keeps them; the
 * item in shared memory holds a ticket for them. The layer of workers installs
 * who keeps them for the whole program.
 */

/** Who keeps such objects. */
export interface SideBroker {
  /**
   * Keeps copies of `objects`, as a message makes them, for whoever shows the
   * ticket that is returned: an integer, unique in the program. Throws when
   * one of them cannot be copied.
   */
  keep(objects: readonly unknown[]): number;
  /** The objects of a ticket, which is used up. */
  take(ticket: number): Promise<readonly unknown[]>;
  /** As {@linkcode SideBroker.take}, blocking. */
  takeSync(ticket: number): readonly unknown[];
  /** Forgets the objects of a ticket. */
  drop(ticket: number): void;
}

interface Cell {
  broker: SideBroker | null;
  store: SideStore | null;
  last: number;
}

function cell(): Cell {
  return perRealm("side broker", (): Cell => ({ broker: null, store: null, last: 0 }));
}

/** Installs the broker; `null` removes it. */
export function setSideBroker(broker: SideBroker | null): void {
  cell().broker = broker;
}

/** The broker. */
export function sideBroker(): SideBroker {
  return cell().broker ?? sideStore();
}

/** What this thread keeps itself: the broker of a program without workers. */
export function sideStore(): SideStore {
  return cell().store ??= new SideStore();
}

/** How many tickets a thread can give out. */
const TICKETS = 2 ** 31;

/** A ticket that nobody else has. */
export function newTicket(): number {
  return self() * TICKETS + ++cell().last;
}

/** The pid of the thread that gave out a ticket. */
export function giverOf(ticket: number): number {
  return Math.floor(ticket / TICKETS);
}

/** What a ticket stands for, once its objects are gone. */
export function ticketGone(): TransportError {
  return new TransportError(
    "Cannot get this item: the objects that came beside it are gone, as it was taken or dropped before",
  );
}

/** Keeps objects in this thread. */
export class SideStore implements SideBroker {
  readonly #kept = new Map<number, readonly unknown[]>();

  keep(objects: readonly unknown[]): number {
    const copies: readonly unknown[] = structuredClone(objects);
    const ticket = newTicket();
    this.#kept.set(ticket, copies);
    return ticket;
  }

  /** Keeps objects that came with their ticket. */
  add(ticket: number, objects: readonly unknown[]): void {
    this.#kept.set(ticket, objects);
  }

  takeSync(ticket: number): readonly unknown[] {
    const objects = this.#kept.get(ticket);
    if (objects === undefined) throw ticketGone();
    this.#kept.delete(ticket);
    return objects;
  }

  take(ticket: number): Promise<readonly unknown[]> {
    return Promise.try(() => this.takeSync(ticket));
  }

  drop(ticket: number): void {
    this.#kept.delete(ticket);
  }
}
