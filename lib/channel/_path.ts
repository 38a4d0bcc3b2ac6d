import { types } from "node:util";
import { isShareable } from "../memory/shareable.ts";

/**
 * Where in a value something is that cannot travel. Looked for only after the
 * codec has refused it, so that values that travel pay nothing for it.
 */

/** One value to look at, and how it was reached. */
interface Step {
  readonly value: unknown;
  readonly label: string;
  readonly parent: Step | null;
}

/** What was looked for, and how it is reached from the root: one label a step. */
export interface Found {
  /** `field 'db'`, `item 3` … from the outermost. */
  readonly labels: readonly string[];
  /** What reading it threw, when that is why it cannot travel. */
  readonly thrown?: unknown;
}

const MOST_STEPS = 1_000_000;

/** How `target` is reached from `root`; with `target` absent, the first field that throws when it is read. */
export function findPath(root: unknown, target?: { readonly value: unknown }): Found | null {
  const stack: Step[] = [{ value: root, label: "", parent: null }];
  const seen = new Set<unknown>();
  for (let steps = 0; stack.length > 0 && steps < MOST_STEPS; steps++) {
    const step = stack.pop()!;
    if (target !== undefined && isOrViews(step.value, target.value)) return { labels: labelsOf(step) };
    if (typeof step.value !== "object" || step.value === null || seen.has(step.value)) continue;
    seen.add(step.value);
    const inner: Step[] = [];
    const failed = children(step.value, step, inner);
    if (failed !== null && target === undefined) return failed;
    // The first child is looked at first.
    for (let i = inner.length - 1; i >= 0; i--) stack.push(inner[i]!);
  }
  return null;
}

/** Whether `value` is what was looked for, or a view of it: a buffer is refused by way of its views. */
function isOrViews(value: unknown, target: unknown): boolean {
  return Object.is(value, target) || (ArrayBuffer.isView(value) && value.buffer === target);
}

function labelsOf(step: Step): string[] {
  const labels: string[] = [];
  for (let at: Step | null = step; at !== null; at = at.parent) {
    if (at.label !== "") labels.unshift(at.label);
  }
  return labels;
}

function children(value: object, parent: Step, out: Step[]): Found | null {
  if (types.isProxy(value) || ArrayBuffer.isView(value) || isShareable(value)) return null;
  if (types.isMap(value)) {
    mapChildren(value, parent, out);
    return null;
  }
  if (types.isSet(value)) {
    let index = 0;
    for (const item of value) out.push({ value: item, label: `member ${index++}`, parent });
    return null;
  }
  const isArray = Array.isArray(value);
  for (const key of Object.keys(value)) {
    const label = isArray && /^\d+$/.test(key) ? `item ${key}` : `field '${key}'`;
    try {
      out.push({ value: (value as Record<string, unknown>)[key], label, parent });
    } catch (thrown) {
      return { labels: [...labelsOf(parent), label], thrown };
    }
  }
  return null;
}

function mapChildren(map: ReadonlyMap<unknown, unknown>, parent: Step, out: Step[]): void {
  let index = 0;
  for (const [key, value] of map) {
    const named = typeof key === "string" ? `value of key '${key}'` : `value of entry ${index}`;
    out.push({ value: key, label: `key of entry ${index}`, parent }, { value, label: named, parent });
    index++;
  }
}
