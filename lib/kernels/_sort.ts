import { type ArrayInput, bytesOf } from "./_operand.ts";
import type { Phase, SliceArg } from "./job.ts";
import type { DType } from "./kernel.ts";
import type { Workspace } from "./plan.ts";

/**
 * The phases that `sort` and `argsort` share: chunks are sorted by radix, each in a processor's caches; then runs are
 * merged by pairs, every pair in parts of one slice each; then keys become elements, or indices.
 */

/** Elements of the largest chunk: half as long and twice as many would cost another merge, which takes longer. */
const MOST = 131072;
/** Elements of the smallest chunk, whose counts are as large as itself. */
const LEAST = 4096;
/** Into how many chunks at least an array is divided, so that several threads have work. */
const CHUNKS = 4;
/** Elements of one part of a merge, at most; fewer where a chunk has fewer. */
const PART = 32768;
/** Bytes of the counts of digits that a chunk needs; the same constant as in `wasm/src/sorting.rs`. */
const COUNTS_BYTES = 6 * 2048 * 4;

/** What to sort. */
export interface Sorting {
  /** The name of the exports: `sort` or `argsort`. */
  readonly name: string;
  /** The elements. */
  readonly xs: ArrayInput;
  /** Where they lie, as a place of the workspace. */
  readonly source: number;
  /** Where the result goes, as a place of the workspace. */
  readonly result: number;
  /** Bytes of one element of the result. */
  readonly resultBytes: number;
}

/** Bytes of a key, with the index if there is one. */
function keyBytes(name: string, dtype: DType): number {
  const plain = bytesOf(dtype);
  return name === "argsort" ? 2 * plain : plain;
}

/** How many of `length` elements a chunk has: a power of two, as the runs that are merged have to be. */
function chunkOf(length: number): number {
  let chunk = LEAST;
  while (chunk < MOST && chunk * CHUNKS < length) chunk *= 2;
  return chunk;
}

/** Reserves what sorting needs; after the workspace is open the function returned gives the phases. */
export function sortPhases(space: Workspace, sorting: Sorting): () => Phase[] {
  const { name, xs: { dtype, length }, source, result, resultBytes } = sorting;
  const key = keyBytes(name, dtype);
  const a = space.reserve(length * key), b = space.reserve(length * key);
  const chunk = chunkOf(length), chunks = Math.ceil(length / chunk);
  const part = Math.min(PART, chunk), parts = Math.ceil(length / part);
  const counts = space.reserve(chunks * COUNTS_BYTES);
  return () => {
    let from = space.at(a), to = space.at(b);
    const args: SliceArg[] = [
      [space.at(source), chunk * bytesOf(dtype)],
      [from, chunk * key],
      [to, chunk * key],
      [space.at(counts), COUNTS_BYTES],
      [chunk, length, 1],
    ];
    if (name === "argsort") args.push([0, chunk]);
    const phases: Phase[] = [{ name: `${name}_chunk_${dtype}`, slices: chunks, args }];
    for (let width = chunk; width < length; width *= 2) {
      phases.push({
        name: `${name}_merge_${dtype}`,
        slices: parts,
        args: [from, to, length, width, [0, part], [part, length, 1]],
      });
      [from, to] = [to, from];
    }
    phases.push({
      name: `${name}_decode_${dtype}`,
      slices: parts,
      args: [[from, part * key], [space.at(result), part * resultBytes], [part, length, 1]],
    });
    return phases;
  };
}
