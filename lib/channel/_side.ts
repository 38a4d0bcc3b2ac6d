import { TransportError } from "../base/errors.ts";
import { perRealm } from "../base/realm.ts";

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
  const { broker } = cell();
  if (broker === null) {
    throw new TransportError(
      "Cannot send a SharedArrayBuffer, Blob, CryptoKey or WebAssembly object through a queue or pipe here: " +
        "send it as an argument, or send its bytes",
    );
  }
  return broker;
}
