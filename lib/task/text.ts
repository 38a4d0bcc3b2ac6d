import process from "node:process";
import { dynamicImport } from "./dynamic_import.ts";

/** Runs a text that `tools/build_bootstrap.ts` made: the body of a function of `require`, `__meta` and `__import`. */
export function runText(text: string): void {
  const run = new Function("require", "__meta", "__import", text);
  run((name: string) => process.getBuiltinModule(name), import.meta, dynamicImport);
}
