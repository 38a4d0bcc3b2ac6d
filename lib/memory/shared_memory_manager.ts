import { ClosedError, InvalidStateError } from "../base/errors.ts";
import { SharedMemory } from "./named.ts";
import { ShareableList, type ShareableListItem } from "./shareable_list.ts";

/**
 * Makes named shared memory and takes all the names away at the end, as
 * Python's `multiprocessing.managers.SharedMemoryManager`. It needs no process
 * of its own. What was made stays usable for those who have it open.
 *
 * @example
 * ```ts
 * import { SharedMemory, SharedMemoryManager } from "@lanes/lanes/shared";
 * import { assertThrows } from "@std/assert";
 *
 * let name: string;
 * {
 *   using manager = new SharedMemoryManager();
 *   manager.start();
 *   name = manager.SharedMemory(100).name;
 * }
 * assertThrows(() => new SharedMemory({ name }), Deno.errors.NotFound);
 * ```
 */
export class SharedMemoryManager implements Disposable, AsyncDisposable {
  readonly #made: SharedMemory[] = [];
  #state: "new" | "started" | "down" = "new";

  /**
   * Starts the manager.
   *
   * @throws {InvalidStateError} When it was started before.
   */
  start(): void {
    if (this.#state !== "new") {
      throw new InvalidStateError(
        `Cannot start a manager ${this.#state === "started" ? "twice" : "that has shut down"}`,
      );
    }
    this.#state = "started";
  }

  /**
   * New memory of `size` bytes, with a name of its own.
   *
   * @throws {InvalidStateError} Before the start.
   * @throws {ClosedError} After the shutdown.
   * @throws {RangeError} When the size is not a positive integer.
   */
  SharedMemory(size: number): SharedMemory {
    this.#check();
    const memory = new SharedMemory({ create: true, size });
    this.#made.push(memory);
    return memory;
  }

  /**
   * A new list of `values`.
   *
   * @throws {InvalidStateError} Before the start.
   * @throws {ClosedError} After the shutdown.
   * @throws {TypeError} When `values` is not iterable or holds what cannot be an item.
   */
  ShareableList(values: Iterable<ShareableListItem>): ShareableList {
    this.#check();
    const list = new ShareableList(values);
    this.#made.push(list.shm);
    return list;
  }

  /**
   * Takes the names of all that was made away; idempotent.
   *
   * @throws {InvalidStateError} Before the start.
   */
  shutdown(): void {
    if (this.#state === "new") throw new InvalidStateError("Cannot shut a manager down that was not started");
    this.#state = "down";
    for (const memory of this.#made.splice(0)) {
      try {
        memory.unlink();
      } catch (error) {
        // Unlinked by hand already.
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }

  /** Shuts the manager down if it was started. */
  [Symbol.dispose](): void {
    if (this.#state !== "new") this.shutdown();
    this.#state = "down";
  }

  /** As disposing; for `await using`. */
  // deno-lint-ignore require-await -- a rejection, not a throw
  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
  }

  #check(): void {
    if (this.#state === "new") throw new InvalidStateError("This manager was not started: call start() first");
    if (this.#state === "down") throw new ClosedError("This manager has shut down: make a new one");
  }
}
