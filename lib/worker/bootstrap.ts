import { parentPort, workerData } from "node:worker_threads";
import { encodeError } from "../channel/codec.ts";
import { adoptKernelModule } from "../kernels/instance.ts";
import { adoptMemory } from "../memory/memory.ts";
import { becomePid } from "../memory/process_table.ts";
import { deliver, setPost } from "./side.ts";
import "./_shareables.generated.ts";
import { Desk } from "./desk.ts";
import { exitWorker, guardExits, HeapWatch, holdLife } from "./life.ts";
import { identity } from "./info.ts";
import { leave } from "./leave.ts";
import { Answer, type Boot, type LanesMessage, type ThreadSpec } from "./protocol.ts";
import { kernelsArrived, Runner } from "./runner.ts";

/**
 * What a worker runs first: it learns who it is, makes itself killable, and
 * serves its lane. Bundled, with all it imports, into
 * `_bootstrap.generated.ts`; imports nothing that it does not need, for each
 * worker pays for it.
 */

function becomeWorker(boot: Boot): void {
  const { spec } = boot;
  adoptMemory(boot.memory);
  becomePid(spec.pid);
  Object.assign(identity(), {
    name: spec.name,
    pid: spec.pid,
    daemon: spec.daemon,
    path: spec.path,
    parent: { name: spec.parentName, pid: spec.parent },
    mainModule: boot.mainModule,
  });
  guardExits(spec);
  // Not `parentPort.on`: that walks every element of every typed array in a message.
  parentPort!.addEventListener("message", (event: Event) => receive((event as MessageEvent).data));
  setPost((_to, message, transfer) => parentPort!.postMessage(message, transfer as []));
}

function receive(message: LanesMessage): void {
  switch (message?.lanes) {
    case "side":
      deliver(message);
      break;
    case "kernels":
      adoptKernelModule(message.module);
      kernelsArrived();
      break;
    default:
      message satisfies never;
  }
}

/** An error that nobody caught ends the worker with exit code 1, after its owner was told which it was. */
function dieOf(spec: ThreadSpec, desk: Desk, error: unknown): never {
  const { bytes } = encodeError(error);
  void desk.answer(Answer.Uncaught, 0, { aux: 0, aux2: 0, bytes, length: bytes.length });
  if (!spec.pooled) printUncaught(spec.name, error);
  return exitWorker(1);
}

/** Prints an error as Python does: the process's name, then the stack. */
function printUncaught(name: string, error: unknown): void {
  const text = error instanceof Error ? error.stack ?? `${error}` : Deno.inspect(error);
  try {
    // deno-lint-ignore no-console -- what the user is to see
    console.error(`Process ${name}:\n${text}`);
  } catch {
    // A closed stderr must not change the exit code.
  }
}

async function main(boot: Boot): Promise<void> {
  const { spec } = boot;
  becomeWorker(boot);
  const desk = new Desk(spec.lane, spec.bell);
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    dieOf(spec, desk, event.error ?? event.message);
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    dieOf(spec, desk, event.reason);
  });
  await holdLife(spec.pid);
  const runner = new Runner(desk, new HeapWatch(), {
    pid: spec.pid,
    owner: spec.parent,
    failed: (error) => {
      if (!spec.pooled) printUncaught(spec.name, error);
    },
  });
  await runner.serve();
  await leave();
  exitWorker(runner.exitCode);
}

void main((workerData as { lanes: Boot }).lanes);
