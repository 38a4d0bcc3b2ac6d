import { parentPort, workerData } from "node:worker_threads";
import { setSideBroker } from "../channel/side.ts";
import { adoptKernelModule } from "../kernels/instance.ts";
import { adoptMemory } from "../memory/memory.ts";
import { becomePid } from "../memory/process_table.ts";
import { onUnknownKind } from "../memory/shareable.ts";
import { runText } from "../task/text.ts";
import { ChildDesk, send } from "./child_desk.ts";
import { Desk, type DeskLike } from "./desk.ts";
import { identity } from "./info.ts";
import { leave } from "./leave.ts";
import { announce, exitWorker, guardExits, HeapWatch, holdLife } from "./life.ts";
import type { Boot, ChildBoot, LanesMessage, ThreadSpec } from "./protocol.ts";
import { kernelsArrived, Runner } from "./runner.ts";
import { deliver, setPost } from "./side.ts";
import { TicketCounter } from "./tickets.ts";
import { catchUncaught, printUncaught } from "./uncaught.ts";

/**
 * What a worker runs first: it learns who it is, makes itself killable, and
 * serves its lane. Bundled, with all it imports, into
 * `_bootstrap.generated.ts`; imports nothing that it does not need, for each
 * worker pays for it.
 */

/** Where a child process's first message is left for this module. */
const CHILD: unique symbol = Symbol.for("lanes.child") as never;

interface ChildGlobal {
  [CHILD]?: ChildBoot;
}

function become({ spec, mainModule }: { spec: ThreadSpec; mainModule: string }): void {
  const { name, pid, daemon, path, parentName, parent } = spec;
  Object.assign(identity(), { name, pid, daemon, path, parent: { name: parentName, pid: parent }, mainModule });
}

/** This program is a child process: nothing of the starter's memory is here. */
function becomeProcess(boot: ChildBoot): void {
  become(boot);
  guardExits((exitCode) => void send({ type: "exit", exitCode }));
}

/** This thread is a worker: it shares the starter's memory. */
function becomeWorker(boot: Boot): void {
  const { spec } = boot;
  adoptMemory(boot.memory);
  becomePid(spec.pid);
  become(boot);
  guardExits((exitCode) => announce(spec, exitCode));
  setSideBroker(new TicketCounter(boot.port));
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

/** Serves a desk until told to stop, then ends this worker. */
async function serve(desk: DeskLike, spec: ThreadSpec): Promise<never> {
  catchUncaught(spec, desk);
  const runner = new Runner(desk, new HeapWatch(), {
    pid: spec.pid,
    owner: spec.parent,
    shared: spec.lane !== 0,
    once: !spec.pooled,
    failed: (error) => {
      if (!spec.pooled) printUncaught(spec.name, error);
    },
  });
  await runner.serve();
  await leave();
  return exitWorker(runner.exitCode);
}

async function main(): Promise<never> {
  const child = (globalThis as ChildGlobal)[CHILD];
  if (child !== undefined) {
    becomeProcess(child);
    return await serve(new ChildDesk(), child.spec);
  }
  const { lanes: boot, extras } = workerData as { lanes: Boot; extras: string };
  onUnknownKind(() => runText(extras));
  const { spec } = boot;
  becomeWorker(boot);
  const desk = new Desk(spec.lane, spec.bell);
  await holdLife(spec.pid);
  return await serve(desk, spec);
}

void main();
