import { MessageChannel, SHARE_ENV, Worker as NodeWorker } from "node:worker_threads";
import { perRealm } from "../base/realm.ts";
import { setSideBroker } from "../channel/side.ts";
import { sweep } from "../memory/arena.ts";
import { sharedMemory } from "../memory/memory.ts";
import { alive, declareDead, MAIN_PID, self } from "../memory/process_table.ts";
import { pauseSync, setServiceHook } from "../sync/park.ts";
import { disconnectInspector } from "../task/task.ts";
import { BOOTSTRAP } from "./_bootstrap.generated.ts";
import { EXTRAS } from "./_extras.generated.ts";
// Here too: the main thread sweeps up after the dead, whatever they held.
import "./_shareables.generated.ts";
import { type CodeCache, LOADER, type WorkerData } from "./_loader.ts";
import { ringAt } from "./bell.ts";
import { identity } from "./info.ts";
import { isImporting, LaneSide, letGo } from "./lane.ts";
import { lockName } from "./life.ts";
import { locks } from "./_locks.ts";
import {
  type Boot,
  type LanesMessage,
  OUT_OF_MEMORY,
  type ServiceRequest,
  TERMINATED,
  type ThreadSpec,
} from "./protocol.ts";
import { request, requestsCame, takeRequests } from "./service.ts";
import { deliver, setPost } from "./side.ts";
import { TicketOffice } from "./tickets.ts";

/**
 * The main thread's hold on every worker of the program: it alone starts and
 * ends threads (one started inside a worker takes half a second), for itself
 * and, asked through shared memory, for its workers.
 *
 * Death has three steps. *Declared*: the process table says so, locks pass on,
 * joins resolve; logically at once. *Stopped*: the runtime has really ended
 * the thread; for a stuck one that works because the thread holds a Web Lock
 * for life. *Freed*: what it shared is given back, only once it cannot write
 * there any more.
 */

/** How long after the Web Lock's release a thread may still be running (3 ms were seen), with a wide margin. */
const WIND_DOWN_MS = 200;
/** How long, in milliseconds, a thread that is to be stopped may go on importing, and how often that is looked at. */
const IMPORT_GRACE_MS = 10_000, IMPORT_POLL_MS = 4;
/** Bytes in a mebibyte: the unit of the runtime's heap limits. */
const MEBIBYTE = 1 << 20;
/** The heap limit of a worker that has none of its own, which is what the runtime gives the main thread. */
const DEFAULT_HEAP_MIB = 4096;

interface Thread {
  readonly worker: NodeWorker;
  readonly spec: ThreadSpec;
  exitCode: number;
  terminated: boolean;
}

interface Threads {
  readonly byPid: Map<number, Thread>;
  /** Those that were killed and are not stopped yet, because they are importing. */
  readonly lingering: Set<Thread>;
  readonly url: URL;
  readonly tickets: TicketOffice;
  serving: boolean;
  /** The bootstrap as the runtime compiled it, once a thread has handed that out. */
  cache?: SharedArrayBuffer;
  /** The pid of the thread that was asked to. */
  compiler: number | null;
}

function threads(): Threads {
  return perRealm("threads", () => ({
    byPid: new Map<number, Thread>(),
    lingering: new Set<Thread>(),
    url: new URL("data:text/javascript," + encodeURIComponent(LOADER)),
    tickets: new TicketOffice(),
    serving: false,
    compiler: null,
  }));
}

/** Starts a thread. By itself it does not keep the program alive: its owner does, while it waits for answers. */
export function startThread(spec: ThreadSpec): void {
  if (self() === MAIN_PID) create(spec);
  else request({ type: "start", spec });
}

/** Ends the thread of `pid`: dead for everyone at once, really stopped within milliseconds. */
export function killThread(pid: number, exitCode: number): void {
  declare(pid, exitCode);
  if (self() === MAIN_PID) stop(pid, exitCode);
  else request({ type: "kill", pid, exitCode });
}

/** Hands a message to the thread that it is for. */
function passOn(to: number, message: LanesMessage, transfer: readonly unknown[]): void {
  if (to === MAIN_PID && message.lanes === "side") deliver(message);
  else threads().byPid.get(to)?.worker.postMessage(message, transfer as []);
}

function create(spec: ThreadSpec): void {
  const all = threads();
  const { byPid, cache, tickets } = all;
  serveWorkers();
  // A worker created while an inspector session is connected starts half a second late.
  disconnectInspector();
  const { port1, port2 } = new MessageChannel();
  tickets.open(spec.pid, port1);
  const boot: Boot = { memory: sharedMemory(), spec, mainModule: identity().mainModule, port: port2 };
  // One that ended before it had handed out its code leaves that to the next.
  const wanted = cache === undefined && (all.compiler === null || !alive(all.compiler));
  const data: WorkerData = { code: BOOTSTRAP, cache, wanted };
  const worker = new NodeWorker(
    all.url,
    {
      env: SHARE_ENV,
      name: spec.name,
      workerData: { lanes: boot, extras: EXTRAS, ...data },
      transferList: [port2],
      // Without limits of its own a worker that runs out of heap takes the whole program with it.
      resourceLimits: { maxOldGenerationSizeMb: heapLimit(spec) },
    } as ConstructorParameters<typeof NodeWorker>[1],
  );
  const thread: Thread = { worker, spec, exitCode: 0, terminated: false };
  byPid.set(spec.pid, thread);
  if (wanted) all.compiler = spec.pid;
  worker.on("message", (message: LanesMessage | CodeCache) => {
    if (message?.lanes === "code") all.cache ??= sharedCopy(message.cache);
    else if (message?.lanes !== undefined) {
      passOn(message.to, message, message.lanes === "side" ? message.transfer : []);
    }
  });
  worker.on("error", (error: Error & { code?: string }) => {
    // Everything else is reported by the worker itself before it ends.
    thread.exitCode = error.code === "ERR_WORKER_OUT_OF_MEMORY" ? OUT_OF_MEMORY : 1;
  });
  worker.on("exit", (exitCode: number) => ended(thread, exitCode));
  worker.stdout?.resume();
  worker.unref();
}

function sharedCopy(bytes: Uint8Array): SharedArrayBuffer {
  const copy = new SharedArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}

function heapLimit(spec: ThreadSpec): number {
  if (spec.maxHeapSize === undefined) return DEFAULT_HEAP_MIB;
  return Math.max(4, Math.ceil(spec.maxHeapSize / MEBIBYTE));
}

function stop(pid: number, exitCode: number): void {
  const thread = threads().byPid.get(pid);
  if (thread === undefined || thread.terminated) return;
  thread.terminated = true;
  thread.exitCode = exitCode;
  ended(thread, exitCode);
  terminate(thread, performance.now() + IMPORT_GRACE_MS);
}

/**
 * Really stops a thread. Not while it imports: the runtime crashes, with the whole program, when a thread is stopped
 * at the moment in which it makes a built-in module. A dead thread that is done importing takes no orders, so nothing
 * is lost by waiting; one that never gets done is stopped all the same.
 */
function terminate(thread: Thread, latest: number): void {
  const { lingering } = threads();
  if (isImporting(thread.spec.lane) && performance.now() < latest) {
    lingering.add(thread);
    const timer = setTimeout(() => terminate(thread, latest), IMPORT_POLL_MS);
    timer.unref();
    return;
  }
  lingering.delete(thread);
  thread.worker.terminate();
  void afterStop(thread.spec);
}

/**
 * The program ends, and the runtime stops its threads: for the same reason not before they are done importing. None
 * begins with another one once it is dead.
 */
function settleImports(): void {
  const { byPid, lingering } = threads();
  const left = [...byPid.values(), ...lingering];
  for (const { spec } of left) declareDead(spec.pid, TERMINATED);
  const latest = performance.now() + IMPORT_GRACE_MS;
  while (left.some(({ spec }) => isImporting(spec.lane)) && performance.now() < latest) pauseSync(1);
}

/** A thread ended, of itself or by force: tells everyone, once. */
function ended(thread: Thread, exitCode: number): void {
  const { byPid, tickets } = threads();
  const { spec } = thread;
  if (!byPid.delete(spec.pid)) return;
  declare(spec.pid, thread.exitCode || exitCode);
  tickets.close(spec.pid);
  ringAt(spec.bell);
  for (const child of byPid.values()) {
    if (child.spec.parent !== spec.pid) continue;
    killThread(child.spec.pid, TERMINATED);
    // Its owner is gone and will not do so, if it has not.
    letGo(child.spec.lane, LaneSide.Owner);
  }
  if (!thread.terminated) letGo(spec.lane, LaneSide.Worker);
}

/** Waits until a thread ended by force has really stopped, then frees what it shared. */
async function afterStop(spec: ThreadSpec): Promise<void> {
  await locks().request(lockName(spec.pid), () => {});
  const timer = setTimeout(() => letGo(spec.lane, LaneSide.Worker), WIND_DOWN_MS);
  timer.unref();
}

/** Starts, once, to look for requests that workers leave in shared memory, also while this thread is blocked. */
function serveWorkers(): void {
  const state = threads();
  if (state.serving) return;
  state.serving = true;
  setServiceHook(serveRequests);
  setSideBroker(state.tickets);
  setPost(passOn);
  globalThis.addEventListener("unload", settleImports);
  void watchRequests();
}

async function watchRequests(): Promise<never> {
  for (;;) {
    serveRequests();
    await requestsCame();
  }
}

function serveRequests(): void {
  for (const order of takeRequests()) serve(order);
}

function serve(order: ServiceRequest): void {
  switch (order.type) {
    case "start":
      create(order.spec);
      break;
    case "kill":
      stop(order.pid, order.exitCode);
      break;
    case "end":
      declare(order.pid, order.exitCode);
      ringAt(order.bell);
      break;
    case "ticket":
      threads().tickets.hand(order.ticket, order);
      break;
    case "collect":
      threads().tickets.collect(order.pid);
      break;
    default:
      order satisfies never;
  }
}

/** Makes a death known: from here on nobody waits for the dead, and what it held passes on. */
function declare(pid: number, exitCode: number): void {
  declareDead(pid, exitCode);
  sweep(pid);
}
