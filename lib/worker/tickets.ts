import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { giverOf, newTicket, type SideBroker, type SideStore, sideStore, ticketGone } from "../channel/side.ts";
import { self } from "../memory/process_table.ts";
import { bell, type Belled, ringAt } from "./bell.ts";
import type { TicketMessage } from "./protocol.ts";
import { request } from "./service.ts";

/**
 * Objects beside the items of queues and pipes, which only a message can
 * carry. The main thread keeps them for everyone, so an item outlives whoever
 * put it.
 *
 * Each worker has a port to the main thread that nobody listens to: both ends
 * look into it when they have reason to, which works in a blocked thread as
 * well. A worker that puts leaves the objects in the port *before* the item is
 * in the queue; they stay there until someone asks for them. A worker that got
 * an item asks the main thread, by a request in shared memory, and waits for
 * its bell.
 */

/** So many messages of a worker may lie in its port before it asks the main thread to take them in. */
const MOST_UNREAD = 64;

/** The broker of the main thread, and for it of the whole program. */
export class TicketOffice implements SideBroker {
  readonly #store: SideStore = sideStore();
  readonly #ports = new Map<number, MessagePort>();

  /** Takes in what the worker `pid` leaves in `port` from now on. */
  open(pid: number, port: MessagePort): void {
    this.#ports.set(pid, port);
  }

  /** Takes in what the worker `pid`, which has ended, has left. */
  close(pid: number): void {
    this.collect(pid);
    this.#ports.get(pid)?.close();
    this.#ports.delete(pid);
  }

  /** Takes in what the worker `pid` has left. */
  collect(pid: number): void {
    const port = this.#ports.get(pid);
    if (port === undefined) return;
    for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
      const { ticket, objects } = got.message as TicketMessage;
      if (objects !== null) this.#store.add(ticket, objects);
      else this.drop(ticket);
    }
  }

  /** Hands the objects of a ticket to the worker `pid`, whose bell is at `bell`. */
  hand(ticket: number, { pid, bell }: { pid: number; bell: number }): void {
    const port = this.#ports.get(pid);
    // It has ended, and what it had taken ended with it.
    if (port === undefined) return this.drop(ticket);
    port.postMessage({ ticket, objects: this.#find(ticket) } satisfies TicketMessage);
    ringAt(bell);
  }

  #find(ticket: number): readonly unknown[] | null {
    try {
      return this.takeSync(ticket);
    } catch {
      return null;
    }
  }

  keep(objects: readonly unknown[]): number {
    return this.#store.keep(objects);
  }

  takeSync(ticket: number): readonly unknown[] {
    this.collect(giverOf(ticket));
    return this.#store.takeSync(ticket);
  }

  take(ticket: number): Promise<readonly unknown[]> {
    return Promise.try(() => this.takeSync(ticket));
  }

  drop(ticket: number): void {
    // What another worker dropped may still lie in the port of the one that put it.
    if (giverOf(ticket) !== self()) this.collect(giverOf(ticket));
    this.#store.drop(ticket);
  }
}

/** The broker of a worker. */
export class TicketCounter implements SideBroker, Belled {
  readonly #port: MessagePort;
  readonly #arrived = new Map<number, readonly unknown[] | null>();
  readonly #waiting = new Map<number, (objects: readonly unknown[] | null) => void>();
  #unread = 0;

  /** A worker's broker, whose port leads to the {@linkcode TicketOffice}. */
  constructor(port: MessagePort) {
    this.#port = port;
  }

  keep(objects: readonly unknown[]): number {
    const ticket = newTicket();
    this.#leave({ ticket, objects });
    return ticket;
  }

  drop(ticket: number): void {
    this.#leave({ ticket, objects: null });
  }

  #leave(message: TicketMessage): void {
    this.#port.postMessage(message);
    if (++this.#unread < MOST_UNREAD) return;
    this.#unread = 0;
    request({ type: "collect", pid: self() });
  }

  takeSync(ticket: number): readonly unknown[] {
    this.#ask(ticket);
    bell().blockUntil(() => this.#has(ticket), Infinity);
    const objects = this.#arrived.get(ticket);
    this.#arrived.delete(ticket);
    return checked(objects);
  }

  async take(ticket: number): Promise<readonly unknown[]> {
    const { promise, resolve } = Promise.withResolvers<readonly unknown[] | null>();
    this.#waiting.set(ticket, resolve);
    if (this.#waiting.size === 1) {
      bell().watch(this);
      bell().hold();
    }
    this.#ask(ticket);
    return checked(await promise);
  }

  #ask(ticket: number): void {
    request({ type: "ticket", ticket, pid: self(), bell: bell().offset });
  }

  #has(ticket: number): boolean {
    this.poll();
    return this.#arrived.has(ticket);
  }

  /** Takes in what the main thread has handed over. */
  poll(): boolean {
    let any = false;
    for (let got = receiveMessageOnPort(this.#port); got !== undefined; got = receiveMessageOnPort(this.#port)) {
      any = true;
      const { ticket, objects } = got.message as TicketMessage;
      const resolve = this.#waiting.get(ticket);
      if (resolve === undefined) this.#arrived.set(ticket, objects);
      else this.#settle(ticket, () => resolve(objects));
    }
    return any;
  }

  #settle(ticket: number, resolve: () => void): void {
    this.#waiting.delete(ticket);
    if (this.#waiting.size === 0) {
      bell().unwatch(this);
      bell().release();
    }
    resolve();
  }
}

function checked(objects: readonly unknown[] | null | undefined): readonly unknown[] {
  if (objects === null || objects === undefined) throw ticketGone();
  return objects;
}
