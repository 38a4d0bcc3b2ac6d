/**
 * How a thread, or a child process, comes to run the bootstrap: its text travels as data and becomes a function, whose
 * `import()` and `import.meta` are those of the small module that makes it. A module of that size, in a `data:` URL,
 * would cost the runtime more than the start of the thread itself, for every worker.
 */

/** Runs `code`, the name of what holds the bootstrap's text. */
export function runnerOf(code: string): string {
  return `new Function("require", "__meta", ${code})((name) => process.getBuiltinModule(name), import.meta);`;
}

/** What a thread runs first; the text is in its `workerData`. */
export const LOADER: string = `import process from "node:process";
import { workerData } from "node:worker_threads";
${runnerOf("workerData.code")}`;
