import { Capture, type Captured } from "./_capture.ts";
import { type ClosureCarrier, newKey, type ReferenceCarrier } from "./carrier.ts";
import { usingInspector } from "./_inspector.ts";
import { sourceOf } from "./_analysis.ts";
import { nameFor } from "./source.ts";

/** A function that travels with the variables it captures, as the inspector finds them. */

/** How a closure is to be captured. */
export interface ClosureOptions {
  /** What the function is to the caller. */
  readonly what: string;
  readonly name: string;
  /** Whether it may travel by reference if it turns out to be an export. */
  readonly mayRefer: boolean;
  /** Whether shared objects may travel. */
  readonly shared: boolean;
}

/** Looks up what `fn` captures, now; or, where it is an export after all, the place of that. */
// deno-lint-ignore ban-types -- any callable is meant
export async function closureOf(fn: Function, options: ClosureOptions): Promise<ClosureCarrier | ReferenceCarrier> {
  const { what, name } = options;
  const found = await usingInspector(() => new Capture(nameFor(what, name), options).run(fn));
  const common = { key: newKey(), name, what };
  if (isCaptured(found)) {
    const { code, urls, nodes, packet, shared } = found;
    return { kind: "closure", ...common, code, urls, nodes, bytes: packet.bytes, side: packet.side, shared };
  }
  const candidates = [{ url: found.url, path: found.path }];
  return { kind: "reference", ...common, candidates, source: sourceOf(fn), base: found.url, closure: true };
}

function isCaptured(found: object): found is Captured {
  return "code" in found;
}
