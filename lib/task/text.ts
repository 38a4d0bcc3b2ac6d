import process from "node:process";

/** Runs a text that `tools/build_bootstrap.ts` made: the body of a function of `require` and `__meta`. */
export function runText(text: string): void {
  new Function("require", "__meta", text)((name: string) => process.getBuiltinModule(name), import.meta);
}
