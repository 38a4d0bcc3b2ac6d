import { Deque } from "./_queue.ts";

/** Where those wait who may submit a task only when fewer wait than may: `maxQueueSize`. */
export class Door {
  readonly #hasRoom: () => boolean;
  readonly #waiting = new Deque<() => void>();
  #open = false;

  /** `hasRoom` tells whether one more task may wait. */
  constructor(hasRoom: () => boolean) {
    this.#hasRoom = hasRoom;
  }

  /** Whether a task may be submitted at once: there is room, and nobody waits for it. */
  get free(): boolean {
    return this.#waiting.length === 0 && this.#hasRoom();
  }

  /** Calls `submit`, which submits one task, when there is room, in the order of the calls. */
  wait(submit: () => void): void {
    this.#waiting.push(submit);
  }

  /** Resolves when there is room; at once where there is. */
  async pass(): Promise<void> {
    if (!this.free) await new Promise<void>((resolve) => this.wait(resolve));
  }

  /** Lets in one after the other while there is room: each may take what there is. */
  letIn(): void {
    // Who enters submits a task, which leads here again.
    if (this.#open) return;
    this.#open = true;
    while (this.#waiting.length > 0 && this.#hasRoom()) this.#waiting.shift()!();
    this.#open = false;
  }
}
