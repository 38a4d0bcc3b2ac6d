import { encodeError } from "../channel/codec.ts";
import { isDead } from "../memory/process_table.ts";
import type { DeskLike } from "./desk.ts";
import { exitWorker } from "./life.ts";
import { Answer, type ThreadSpec } from "./protocol.ts";

/** Prints an error as Python does: the process's name, then the stack. */
export function printUncaught(name: string, error: unknown): void {
  const text = error instanceof Error ? error.stack ?? `${error}` : Deno.inspect(error);
  try {
    // deno-lint-ignore no-console -- what the user is to see
    console.error(`Process ${name}:\n${text}`);
  } catch {
    // A closed stderr must not change the exit code.
  }
}

/** Makes an error that nobody caught end the worker with exit code 1, after its owner was told which it was. */
export function catchUncaught(spec: ThreadSpec, desk: DeskLike): void {
  const die = (error: unknown): void => {
    // A thread that was killed may still come here on its last instructions: what it says no longer counts.
    if (isDead()) return;
    const { bytes } = encodeError(error, { shared: spec.lane !== 0 });
    const told = desk.answer(Answer.Uncaught, 0, { aux: 0, aux2: 0, bytes, length: bytes.length });
    if (!spec.pooled) printUncaught(spec.name, error);
    if (told === undefined) exitWorker(1);
    void told.then(() => exitWorker(1));
  };
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    die(event.error ?? event.message);
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    die(event.reason);
  });
}
