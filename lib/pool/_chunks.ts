import { checkInteger } from "../base/check.ts";

/** How many chunks each worker gets of a map when no chunk size is given: Python's number. */
const CHUNKS_PER_WORKER = 4;

/** The chunk size of a map over `items` items: the one given, or Python's `ceil(items / (4 * workers))`. */
export function chunkSize(items: number, workers: number, given?: number): number {
  if (given !== undefined && given !== null) {
    checkInteger("chunksize", given, 1);
    return given;
  }
  return Math.max(1, Math.ceil(items / (CHUNKS_PER_WORKER * workers)));
}

/** `items` in chunks of `size`; typed arrays as views, never copied here. */
export function* chunks<T extends { readonly length: number; slice(begin: number, end: number): unknown }>(
  items: T,
  size: number,
): Generator<{ chunk: T; start: number }> {
  for (let start = 0; start < items.length; start += size) {
    yield { chunk: items.slice(start, Math.min(items.length, start + size)) as T, start };
  }
}
