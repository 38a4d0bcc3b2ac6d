/**
 * The layers of `lib/` and the one home of each power: what the lint plugin and the builders go by.
 *
 * @module
 */

/** The folders of `lib/`, lowest first: a file imports only from its own folder and from lower ones. */
export const LAYERS: readonly string[] = [
  "base",
  "memory",
  "sync",
  "channel",
  "kernels",
  "jit",
  "task",
  "worker",
  "pool",
  "futures",
  "manager",
  "cluster",
  "view",
  "cli",
];

/** The part of a path from `lib/` on, or `undefined` outside of it. */
export function inLib(path: string): string | undefined {
  const at = path.replaceAll("\\", "/").lastIndexOf("/lib/");
  return at < 0 ? undefined : path.slice(at + 5);
}

/** The layer of a path under `lib/`, as an index of {@linkcode LAYERS}: -1 for a folder that is none of them. */
export function layerOf(inside: string): number {
  return LAYERS.indexOf(inside.split("/")[0]!);
}
