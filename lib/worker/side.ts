import { perRealm } from "../base/realm.ts";
import type { LanesMessage, SideMessage } from "./protocol.ts";

/**
 * Objects that only a message can carry (transferred buffers, ports, blobs,
 * compiled modules …). The record that they belong to travels through shared
 * memory and names them by a key; whichever comes first waits for the other.
 */

/** Sends a message to the thread `to`, through the main thread where there is no direct way. */
export type Post = (to: number, message: LanesMessage, transfer: readonly unknown[]) => void;

interface Side {
  readonly arrived: Map<string, readonly unknown[]>;
  readonly waiting: Map<string, (objects: readonly unknown[]) => void>;
  post: Post | null;
}

function side(): Side {
  return perRealm("side", () => ({
    arrived: new Map<string, readonly unknown[]>(),
    waiting: new Map<string, (objects: readonly unknown[]) => void>(),
    post: null,
  }));
}

/** Says how this thread sends messages. */
export function setPost(post: Post): void {
  side().post = post;
}

/** Sends a message of the library to the thread `to`. */
export function post(to: number, message: LanesMessage, transfer: readonly unknown[] = []): void {
  side().post?.(to, message, transfer);
}

/** Sends `objects`, which belong to the record `key`, to the thread `to`. */
export function sendSide(
  to: number,
  key: string,
  parts: { objects: readonly unknown[]; transfer: readonly unknown[] },
): void {
  post(to, { lanes: "side", to, key, ...parts }, parts.transfer);
}

/** Takes in what a message brought. */
export function deliver(message: SideMessage): void {
  const { arrived, waiting } = side();
  const resolve = waiting.get(message.key);
  if (resolve === undefined) arrived.set(message.key, message.objects);
  else {
    waiting.delete(message.key);
    resolve(message.objects);
  }
}

/** The objects of the record `key`, once they are here. */
export function takeSide(key: string): Promise<readonly unknown[]> {
  const { arrived, waiting } = side();
  const objects = arrived.get(key);
  if (objects !== undefined) {
    arrived.delete(key);
    return Promise.resolve(objects);
  }
  return new Promise((resolve) => waiting.set(key, resolve));
}
