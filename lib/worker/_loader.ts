/**
 * How a thread, or a child process, comes to run the bootstrap: its text travels as data and becomes a function, whose
 * `import()` and `import.meta` are those of the small module that makes it. A module of that size, in a `data:` URL,
 * would cost the runtime more than the start of the thread itself, for every worker.
 *
 * Of that text's compilation only the program's first thread pays for all: it gives the compiled code to the main thread,
 * and every later one starts from that, 7 ms sooner.
 */

const ARGUMENTS =
  "(name) => process.getBuiltinModule(name), import.meta, (specifier, options) => import(specifier, options)";

/** Runs `code`, the name of what holds the bootstrap's text. */
export function runnerOf(code: string): string {
  return `new Function("require", "__meta", "__import", ${code})(${ARGUMENTS});`;
}

/** After so many milliseconds the first thread hands out what it has compiled: by then that is most of what others need. */
const CACHE_AFTER_MS = 200;

/** What a thread finds in its `workerData`. */
export interface WorkerData {
  /** The bootstrap's text. */
  readonly code: string;
  /** What the runtime made of it in another thread of this program. */
  readonly cache?: SharedArrayBuffer | undefined;
  /** Whether this thread is to hand out what the runtime makes of it, as a {@linkcode CodeCache}. */
  readonly wanted: boolean;
}

/** The message with the compiled code. */
export interface CodeCache {
  readonly lanes: "code";
  readonly cache: Uint8Array;
}

/** What a thread runs first. */
export const LOADER: string = `import process from "node:process";
import { parentPort, workerData } from "node:worker_threads";
const { code, cache, wanted } = workerData;
if (cache || wanted) {
  const { Script } = process.getBuiltinModule("node:vm");
  const script = new Script("(function (require, __meta, __import) {" + code + "\\n})", {
    filename: "lanes:worker",
    cachedData: cache && new Uint8Array(cache),
  });
  script.runInThisContext()(${ARGUMENTS});
  if (wanted) {
    setTimeout(() => parentPort.postMessage({ lanes: "code", cache: script.createCachedData() }), ${CACHE_AFTER_MS}).unref();
  }
} else ${runnerOf("code")}`;
