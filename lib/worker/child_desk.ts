import process from "node:process";
import type { RingRecord } from "../channel/ring.ts";
import type { DeskLike } from "./desk.ts";
import type { RecordBody } from "./lane.ts";
import type { ChildMessage } from "./protocol.ts";

/** A child process's end of the channel to its starter. */
export class ChildDesk implements DeskLike {
  readonly #orders: RingRecord[] = [];
  #wake: (() => void) | null = null;

  /** Listens from now on; the process ends with its starter. */
  constructor() {
    process.on("message", (record: RingRecord) => {
      this.#orders.push(record);
      this.#wake?.();
    });
    process.on("disconnect", () => Deno.exit(1));
  }

  open(): void {
    void send({ type: "ready", osPid: Deno.pid });
  }

  take(): RingRecord | null {
    return this.#orders.shift() ?? null;
  }

  done(): void {}

  setCurrent(): void {}

  answer(kind: number, id: number, body?: RecordBody): Promise<void> {
    const { aux = 0, aux2 = 0, bytes = new Uint8Array(), length = 0 } = body ?? {};
    return send({ type: "answer", record: { kind, id, aux, aux2, view: bytes.slice(0, length), start: 0, length } });
  }

  async idle(onPark: () => void): Promise<void> {
    if (this.#orders.length > 0) return;
    onPark();
    await new Promise<void>((resolve) => this.#wake = resolve);
    this.#wake = null;
  }
}

/** Sends a message to the starter; resolves when it is written. */
export function send(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    process.send!(message, undefined, undefined, () => resolve());
  });
}
