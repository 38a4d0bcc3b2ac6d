import { types } from "node:util";
import { isShareable } from "../memory/shareable.ts";

/**
 * What an object is, and whether it can travel. What structured clone refuses
 * is refused; so is what it silently empties: objects of the runtime whose
 * state is not in their properties (`URL`, `Headers`, `Deno.FsFile` …).
 */

/** What an object is, as far as the codec cares. */
export const Kind = {
  Plain: 0,
  Shared: 1,
  View: 2,
  Buffer: 3,
  Map: 4,
  Set: 5,
  Date: 6,
  RegExp: 7,
  Error: 8,
  Boxed: 9,
  /** Goes into the side table. */
  Side: 10,
  /** Cannot travel. */
  Refused: 11,
} as const;
/** One of the values of {@linkcode Kind}. */
export type Kind = typeof Kind[keyof typeof Kind];

/** What an object that is neither an array nor made by `{}` is. */
export function kindOf(value: object): Kind {
  if (isShareable(value)) return Kind.Shared;
  if (types.isProxy(value)) return Kind.Refused;
  if (ArrayBuffer.isView(value)) return Kind.View;
  if (types.isAnyArrayBuffer(value)) return Kind.Buffer;
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null) return types.isModuleNamespaceObject(value) ? Kind.Refused : Kind.Plain;
  if (types.isMap(value)) return Kind.Map;
  if (types.isSet(value)) return Kind.Set;
  if (types.isNativeError(value) || value instanceof DOMException) return Kind.Error;
  if (types.isDate(value)) return Kind.Date;
  if (types.isRegExp(value)) return Kind.RegExp;
  if (types.isBoxedPrimitive(value)) return types.isSymbolObject(value) ? Kind.Refused : Kind.Boxed;
  return kindByPrototype(value, prototype);
}

function kindByPrototype(value: object, prototype: object): Kind {
  const platform = platformClass(prototype);
  if (platform === "") return holdsResource(value) ? Kind.Refused : Kind.Plain;
  if (platform === "WebAssembly.Memory") {
    return (value as WebAssembly.Memory).buffer instanceof SharedArrayBuffer ? Kind.Side : Kind.Refused;
  }
  return SIDE_CLASSES.has(platform) ? Kind.Side : Kind.Refused;
}

/** Classes that structured clone carries and we cannot. */
const SIDE_CLASSES: ReadonlySet<string> = new Set(["Blob", "File", "CryptoKey", "WebAssembly.Module"]);

/** What to send instead of what cannot travel. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["Promise", "await it first"],
  ["URL", "send its href"],
  ["URLSearchParams", "send it as a string"],
  ["Headers", "send its entries as an array"],
  ["FormData", "send its entries as an array"],
  ["Request", "send its url and what else is needed"],
  ["Response", "send its body's bytes"],
  ["AbortSignal", "pass it as the call's own option"],
  ["AbortController", "pass its signal as the call's own option"],
  ["MessagePort", "name it in the option transfer of a pool's task"],
  ["ReadableStream", "name it in the option transfer of a pool's task"],
  ["WritableStream", "name it in the option transfer of a pool's task"],
  ["TransformStream", "name it in the option transfer of a pool's task"],
  ["Deno.FsFile", "send its path and open it there"],
  ["WebAssembly.Instance", "send its module"],
  ["WebAssembly.Memory", "make it with shared: true"],
]);

const verdicts = new WeakMap<object, string>();

/** The name of the nearest class of the runtime that objects with this prototype belong to; empty for the user's own classes. */
function platformClass(prototype: object): string {
  const known = verdicts.get(prototype);
  if (known !== undefined) return known;
  let found = "";
  for (let p: object | null = prototype; p !== null && found === ""; p = Object.getPrototypeOf(p)) {
    if (p !== Object.prototype) found = platformName(p);
  }
  verdicts.set(prototype, found);
  return found;
}

function platformName(prototype: object): string {
  const ctor = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value as unknown;
  if (typeof ctor !== "function") return iteratorName(prototype);
  const { name } = ctor;
  // Only the runtime's own properties of globalThis are hidden from enumeration.
  if (Object.getOwnPropertyDescriptor(globalThis, name)?.enumerable === false && globalOf(name) === ctor) return name;
  if (Object.hasOwn(Deno, name) && (Deno as unknown as Record<string, unknown>)[name] === ctor) return `Deno.${name}`;
  if ((WebAssembly as unknown as Record<string, unknown>)[name] === ctor) return `WebAssembly.${name}`;
  if (!/\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(ctor))) return "";
  return name === "Object" ? "" : name || "native object";
}

function globalOf(name: string): unknown {
  return (globalThis as unknown as Record<string, unknown>)[name];
}

/** Prototypes without a constructor of their own: the language's iterators and generators. */
function iteratorName(prototype: object): string {
  const tag = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.value as unknown;
  if (typeof tag !== "string") return "";
  return / Iterator$|Generator$/.test(tag) ? tag : "";
}

/** Whether an object of a class that the runtime keeps to itself owns a resource, as a connection does. */
function holdsResource(value: object): boolean {
  return types.isGeneratorObject(value) ||
    Object.getOwnPropertySymbols(value).some((key) => key.description?.startsWith("Deno.internal"));
}

/** Why `value` cannot travel and what to do, for an error message. */
export function refusal(value: unknown): string {
  if (typeof value === "function") {
    return "a function cannot travel here; send data, or pass it as the function to call";
  }
  if (typeof value === "symbol") return "a symbol cannot travel; send its description";
  if (typeof value !== "object" || value === null) return "it cannot travel";
  if (types.isProxy(value)) return "a Proxy cannot travel; send a plain copy of it";
  if (value instanceof ArrayBuffer) return "a detached ArrayBuffer cannot travel; send it before its transfer";
  const name = platformClass(Object.getPrototypeOf(value) as object ?? Object.prototype) || "value of this class";
  const instead = INSTEAD.get(name);
  return `${/^[AEIOU](?!RL)/.test(name) ? "an" : "a"} ${name} cannot travel${
    instead === undefined ? "" : `; ${instead}`
  }`;
}

/** Why an object of this program's memory cannot travel to another program. */
export function outside(value: object): string {
  const name = (value.constructor as { name?: string } | undefined)?.name ?? "shared object";
  return `a ${name} lives in its program's memory and cannot travel between operating-system processes`;
}

/** What stands for `value` where an error's own field cannot travel. */
export function standIn(value: unknown): string {
  if (typeof value === "function") return `[function ${value.name || "anonymous"}]`;
  if (typeof value === "symbol") return value.toString();
  try {
    return Object.prototype.toString.call(value);
  } catch {
    return "[object Object]";
  }
}
