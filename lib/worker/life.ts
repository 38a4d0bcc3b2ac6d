import process from "node:process";
import v8 from "node:v8";
import { perRealm } from "../base/realm.ts";
import { declareDead } from "../memory/process_table.ts";
import { locks } from "./_locks.ts";
import { ringAt } from "./bell.ts";
import { OUT_OF_MEMORY, type ThreadSpec } from "./protocol.ts";
import { request } from "./service.ts";

/**
 * A worker's own part in its life and death: the lock that makes it killable,
 * the announcement of its end, and the watch on its heap.
 */

/** How often, in milliseconds, a busy worker looks whether its heap has hit the limit. */
const HEAP_WATCH_MS = 20;

/** What a worker holds for life: by it the runtime knows that it may stop the thread at any instruction. */
export function lockName(pid: number): string {
  return `lanes ${Deno.pid} ${pid}`;
}

/** Takes the lock of this worker's life; resolves when it is held. */
export function holdLife(pid: number): Promise<void> {
  return new Promise((resolve) => {
    void locks().request(lockName(pid), () => {
      resolve();
      return new Promise<never>(() => {});
    });
  });
}

/**
 * Tells everyone that this worker ends now with `exitCode`: also a main thread that is blocked and hears no event. Asked
 * while still alive, since the dead can use nothing that is shared.
 */
export function announce(spec: ThreadSpec, exitCode: number): void {
  request({ type: "end", pid: spec.pid, exitCode, bell: spec.bell });
  declareDead(spec.pid, exitCode);
  ringAt(spec.bell);
}

interface Exits {
  exit: (code: number) => never;
}

function exits(): Exits {
  return perRealm("exits", () => ({ exit: (code: number) => Deno.exit(code) }));
}

/** Ends this worker with `exitCode`, after its end was announced. */
export function exitWorker(exitCode: number): never {
  return exits().exit(exitCode);
}

/** Makes every way out of this worker call `announce` first. */
export function guardExits(announce: (exitCode: number) => void): void {
  const exit = Deno.exit.bind(Deno);
  const state = exits();
  state.exit = (exitCode: number): never => {
    announce(exitCode);
    return exit(exitCode);
  };
  // The runtime's `process.exit` ends here as well.
  Deno.exit = (code?: number): never => state.exit(Number(code ?? process.exitCode ?? 0) | 0);
}

/**
 * Looks, while on, whether the heap's limit has grown: the runtime doubles it
 * when a worker runs into it, and may then go on without a word, its task
 * lost. The worker ends instead.
 */
export class HeapWatch {
  readonly #limit = v8.getHeapStatistics().heap_size_limit;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Begins to watch. */
  on(): void {
    this.#timer ??= setInterval(() => {
      if (v8.getHeapStatistics().heap_size_limit > this.#limit) exitWorker(OUT_OF_MEMORY);
    }, HEAP_WATCH_MS);
  }

  /** Stops watching. */
  off(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
