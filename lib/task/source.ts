import { TransportError } from "../base/errors.ts";
import { dynamicImport } from "./dynamic_import.ts";
import { analyse, type Analysis, HOOK } from "./_analysis.ts";
import { isGlobal } from "./_globals.ts";
import { resolveSpecifier } from "./_modules.ts";

/** A function that travels by its source: it must need nothing of the place where it was made. */

/** The function as an error text names it: `func "square"`. */
export function nameFor(what: string, name: string): string {
  return name === "" ? `${what} (an anonymous function)` : `${what} "${name}"`;
}

/** Throws a `TransportError` when no copy of the function could work, whatever travels with it. */
export function checkPortable(analysis: Analysis, label: string): void {
  if (analysis.shape === "native") {
    throw new TransportError(
      `Cannot send ${label}: it is a native or bound function; wrap it in a function of your own`,
    );
  }
  const [lexical] = analysis.lexical;
  if (lexical !== undefined) {
    const kind = analysis.shape === "arrow"
      ? "an arrow function that"
      : analysis.shape === "class"
      ? "a class that"
      : "a method that";
    throw new TransportError(
      `Cannot send ${label}: it is ${kind} uses "${lexical}" of the place where it was made; pass what it needs as an argument`,
    );
  }
  const [name] = analysis.privates;
  if (name !== undefined) {
    throw new TransportError(
      `Cannot send ${label}: it uses "${name}", a private member of the class around it; make it a static method of an exported class`,
    );
  }
}

/** Throws a `TransportError` when a function that is called by itself would miss its `this`. */
export function checkCallable(analysis: Analysis, label: string): void {
  if (analysis.shape === "method" && analysis.ownThis) {
    throw new TransportError(
      `Cannot send ${label}: it is a method that uses "this", which does not travel; send a function that calls the method`,
    );
  }
}

/** The names that a function needs and a worker lacks. */
export function missingNames(analysis: Analysis): string[] {
  return analysis.free.filter((name) => !isGlobal(name) && !analysis.optional.has(name));
}

/** Throws a `TransportError` that names the variable unless the function needs nothing but its source. */
export function checkSelfContained(analysis: Analysis, label: string): void {
  checkPortable(analysis, label);
  checkCallable(analysis, label);
  const [name] = missingNames(analysis);
  if (name === undefined) return;
  throw new TransportError(
    `Cannot send ${label}: it uses "${name}", a variable of the place where it was made; ` +
      `export the function from a module that workers may read, pass the value as an argument, ` +
      `or grant --allow-sys, with which captured variables travel`,
  );
}

/** What a function that was made again gets in place of `import.meta` and `import()`. */
export interface Hook {
  readonly meta: object;
  readonly import: (specifier: unknown, options?: ImportCallOptions) => Promise<unknown>;
}

/** The hook for code of the module `base`; empty: unknown. */
export function hookFor(base: string): Hook {
  const resolve = (specifier: unknown): string => {
    const url = base === "" ? String(specifier) : resolveSpecifier(String(specifier), base);
    if (url === undefined) throw new TypeError(`Cannot find the module "${specifier}" from "${base}"`);
    return url;
  };
  const isFile = base.startsWith("file:");
  return {
    meta: {
      url: base,
      main: false,
      resolve,
      ...(isFile
        ? { filename: pathOf(base), dirname: pathOf(new URL(".", base).href).replace(/(?<=.)[/\\]$/, "") }
        : {}),
    },
    import: (specifier, options) => dynamicImport(resolve(specifier), options),
  };
}

function pathOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname).replace(/^\/(?=[A-Za-z]:)/, "");
}

/** Runs `body` as a function's, in strict mode as in modules, or in sloppy mode where only that can read it. */
export function compile(parameters: readonly string[], body: string, label: string): (...args: unknown[]) => unknown {
  const footer = `\n//# sourceURL=lanes:${encodeURIComponent(label === "" ? "anonymous" : label)}`;
  try {
    return new Function(...parameters, `"use strict";${body}${footer}`) as (...args: unknown[]) => unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new Function(...parameters, body + footer) as (...args: unknown[]) => unknown;
  }
}

/** Gives a function its name where the place it was made at had given it one. */
export function named<F extends object>(fn: F, name: string): F {
  const current = Object.getOwnPropertyDescriptor(fn, "name");
  if (current === undefined || (current.value !== name && typeof current.value === "string")) {
    Object.defineProperty(fn, "name", { value: name, configurable: true });
  }
  return fn;
}

/** Makes the function again from its source. */
// deno-lint-ignore ban-types -- any callable is meant
export function fromSource(source: string, options: { name: string; base: string }): Function {
  const { expression } = analyse(source);
  // deno-lint-ignore ban-types -- any callable is meant
  const fn = compile([HOOK], `return ${expression};`, options.name)(hookFor(options.base)) as Function;
  return named(fn, options.name);
}
