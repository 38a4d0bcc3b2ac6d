import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { TransportError } from "../base/errors.ts";
import type { RingRecord } from "../channel/ring.ts";
import { declareDead, enlist, exitCodeOf } from "../memory/process_table.ts";
import { BOOTSTRAP } from "./_bootstrap.generated.ts";
import { childFlags } from "./_flags.ts";
import { runnerOf } from "./_loader.ts";
import type { HireOptions, Hold } from "./hold.ts";
import { identity } from "./info.ts";
import type { LaneEvents, Link, RecordBody, RecordPlace } from "./lane.ts";
import { type ChildBoot, type ChildMessage, Order, type ThreadSpec } from "./protocol.ts";

/**
 * A worker that is an operating-system process: a `deno run` with a heap and
 * permissions of its own. Orders and answers are messages over the runtime's
 * channel between processes, one task at a time; nothing is shared.
 *
 * The child must not outlive its starter, not even when that is killed while
 * the child spins. So a shell stands between them where there is one: it holds
 * the end of a pipe whose other end only the starter has, and kills the child
 * when the pipe closes.
 */

/** Runs `$0 "$@"` and kills it when the standard input ends; its exit code becomes that of the shell. */
const GUARD = 'exec 9<&0; "$0" "$@" </dev/null & p=$!; ' +
  "(while read -r _ <&9; do :; done; kill -9 $p) >/dev/null 2>&1 & g=$!; " +
  "exec 9<&-; { wait $p; } 2>/dev/null; c=$?; kill -9 $g 2>/dev/null; exit $c";

/** What the child runs first: it gets the rest as its first message, since an argument may have 128 KiB at most. */
const STUB = `import process from "node:process";
process.once("message", (boot) => {
  globalThis[Symbol.for("lanes.child")] = boot;
  ${runnerOf("boot.code")}
});`;

/** How long, in milliseconds, the channel of a process that has ended may stay open, should a program of its own hold it. */
const LAST_WORDS_MS = 500;

/** What a shell adds to the number of the signal that ended a command. */
const SIGNALLED = 128;
/** The highest number of a signal. */
const LAST_SIGNAL = 64;

/** Starts a worker in a process of its own. */
export function hireChild(options: HireOptions, events: LaneEvents): Hold {
  const me = identity();
  const pid = enlist(me.pid);
  const link = new ChildLink(pid, options, events);
  return { pid, link, sharesMemory: false, kill: (exitCode) => link.kill(exitCode) };
}

/** The starter's end of the channel to a child. */
class ChildLink implements Link {
  readonly #pid: number;
  readonly #events: LaneEvents;
  readonly #child: ChildProcess;
  #osPid = 0;
  #ready = false;
  #busy = false;
  #ended = false;
  #exitCode: number | null = null;
  #places = 0;

  constructor(pid: number, options: HireOptions, events: LaneEvents) {
    this.#pid = pid;
    this.#events = events;
    this.#child = start(options);
    this.#child.on("message", (message: ChildMessage) => this.#receive(message));
    this.#child.on("exit", (code, signal) => this.#exited(exitCodeFrom(code, signal)));
    this.#child.on("error", () => this.#end(1));
    const me = identity();
    const { name, path, daemon, pooled } = options;
    const from = { parent: me.pid, parentName: me.name };
    const spec: ThreadSpec = { name, path, daemon, pooled, pid, ...from, lane: 0, bell: 0 };
    const boot: ChildBoot = { spec, mainModule: me.mainModule, code: BOOTSTRAP };
    this.#child.send(boot);
    this.#child.unref();
    (this.#child as unknown as { channel?: { unref?(): void } }).channel?.unref?.();
  }

  get ready(): boolean {
    return this.#ready;
  }

  get current(): number {
    return 0;
  }

  /** One task at a time: what waits, waits here, where it can still be given to another worker. */
  send(kind: number, id: number, body: RecordBody): RecordPlace | null {
    if (this.#ended) return null;
    const isTask = kind !== Order.Define && kind !== Order.Stop;
    if (isTask && this.#busy) return null;
    if (isTask) this.#busy = true;
    const { aux, aux2 } = body;
    const record: RingRecord = {
      kind,
      id,
      aux,
      aux2,
      view: body.bytes.slice(0, body.length),
      start: 0,
      length: body.length,
    };
    this.#child.send(record, () => {});
    return ++this.#places;
  }

  revoke(): boolean {
    return false;
  }

  begun(): boolean {
    return true;
  }

  poll(): boolean {
    return false;
  }

  kill(exitCode: number): void {
    this.#exitCode = exitCode;
    // The pipe's end is the guard's sign to kill; the child itself is told as well, to be quick.
    this.#child.stdin?.destroy();
    if (this.#osPid !== 0) signal(this.#osPid);
    this.#end(exitCode);
  }

  #receive(message: ChildMessage): void {
    if (this.#ended) return;
    switch (message.type) {
      case "ready":
        this.#osPid = message.osPid;
        this.#ready = true;
        this.#events.onReady?.();
        break;
      case "exit":
        this.#exitCode = message.exitCode;
        break;
      case "answer":
        this.#busy = false;
        this.#events.onRecord(message.record);
        this.#events.onBatch?.();
        break;
      default:
        message satisfies never;
    }
  }

  /** The end of a process may be heard before what it said last: that is over when its channel ends. */
  #exited(exitCode: number): void {
    if (!this.#child.connected) return this.#end(exitCode);
    this.#child.once("disconnect", () => this.#end(exitCode));
    setTimeout(() => this.#end(exitCode), LAST_WORDS_MS);
  }

  #end(exitCode: number): void {
    if (this.#ended) return;
    this.#ended = true;
    declareDead(this.#pid, this.#exitCode ?? exitCode);
    this.#events.onEnd(this.#exitCode ?? exitCodeOf(this.#pid) ?? exitCode);
  }
}

function start(options: HireOptions): ChildProcess {
  const args = [Deno.execPath(), "run", ...childFlags(options, identity().mainModule)];
  args.push("data:text/javascript," + encodeURIComponent(STUB));
  const guarded = Deno.build.os === "windows" ? args : ["/bin/sh", "-c", GUARD, ...args];
  try {
    return spawn(
      guarded[0]!,
      guarded.slice(1),
      {
        stdio: ["pipe", "inherit", "inherit", "ipc"],
        serialization: "advanced",
        env: process.env,
      } as Parameters<typeof spawn>[2] & object,
    );
  } catch (cause) {
    throw new TransportError(
      `Cannot start an operating-system process: grant --allow-run, or use isolation "worker"`,
      { cause },
    );
  }
}

function signal(osPid: number): void {
  try {
    Deno.kill(osPid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

/** Python's exit code: minus the number of the signal that ended the process. */
function exitCodeFrom(code: number | null, signalName: string | null): number {
  if (code === null) return signalName === "SIGTERM" ? -15 : -9;
  return code > SIGNALLED && code <= SIGNALLED + LAST_SIGNAL ? SIGNALLED - code : code;
}
