import { TransportError } from "../base/errors.ts";
import { perRealm } from "../base/realm.ts";
import { self } from "../memory/process_table.ts";

/**
 * Objects that belong to an item and that only a message can carry: a
 * `SharedArrayBuffer`, a `Blob`, a compiled module. The layer of workers keeps
 * them; the item in shared memory holds a ticket for them.
 */

/** Who keeps such objects. */
export interface SideBroker {
  /** Keeps `objects` for whoever shows the ticket that is returned: an integer, unique in the program. */
  keep(objects: readonly unknown[]): number;
  /** The objects of a ticket, which is used up. */
  take(ticket: number): Promise<readonly unknown[]>;
  /** As {@linkcode SideBroker.take}, blocking. */
  takeSync(ticket: number): readonly unknown[];
  /** Forgets the objects of a ticket. */
  drop(ticket: number): void;
}

interface BrokerCell {
  broker: SideBroker | null;
}

function cell(): BrokerCell {
  return perRealm("side broker", (): BrokerCell => ({ broker: null }));
}

/** Installs the broker; `null` removes it. */
export function setSideBroker(broker: SideBroker | null): void {
  cell().broker = broker;
}

/** The broker. */
export function sideBroker(): SideBroker {
  return cell().broker ??= new LocalBroker();
}

/** Tickets of one thread. */
const TICKETS = 2 ** 31;

/** Keeps objects in the thread that put them: for want of a better one. */
class LocalBroker implements SideBroker {
  readonly #kept = new Map<number, readonly unknown[]>();
  #last = 0;

  keep(objects: readonly unknown[]): number {
    const ticket = self() * TICKETS + ++this.#last;
    this.#kept.set(ticket, objects);
    return ticket;
  }

  takeSync(ticket: number): readonly unknown[] {
    const objects = this.#kept.get(ticket);
    if (objects === undefined) {
      throw new TransportError(
        "Cannot get an item with a SharedArrayBuffer, Blob, CryptoKey or WebAssembly object that another process put: " +
          "pass such objects as arguments",
      );
    }
    this.#kept.delete(ticket);
    return objects;
  }

  take(ticket: number): Promise<readonly unknown[]> {
    return Promise.resolve(this.takeSync(ticket));
  }

  drop(ticket: number): void {
    this.#kept.delete(ticket);
  }
}
