import { type ArrayInput, bytesOf } from "./_operand.ts";
import type { Phase, SliceArg } from "./job.ts";
import type { DType } from "./kernel.ts";
import type { Workspace } from "./plan.ts";

/**
 * The phases that `sort` and `argsort` share: chunks are sorted by radix, each in the second-level cache; then runs are
 * merged by pairs, every pair in parts of one slice each; then keys become elements, or indices.
 */

/** Elements of a chunk: their keys, twice, fit a second-level cache of 1 MiB. */
const CHUNK = 32768;
/** Elements of one part of a merge, a divisor of `CHUNK`. */
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

/** Reserves what sorting needs; after the workspace is open the function returned gives the phases. */
export function sortPhases(space: Workspace, sorting: Sorting): () => Phase[] {
  const { name, xs: { dtype, length }, source, result, resultBytes } = sorting;
  const key = keyBytes(name, dtype);
  const a = space.reserve(length * key), b = space.reserve(length * key);
  const chunks = Math.ceil(length / CHUNK);
  const counts = space.reserve(chunks * COUNTS_BYTES);
  return () => {
    let from = space.at(a), to = space.at(b);
    const chunk: SliceArg[] = [
      [space.at(source), CHUNK * bytesOf(dtype)],
      [from, CHUNK * key],
      [to, CHUNK * key],
      [space.at(counts), COUNTS_BYTES],
      [CHUNK, length, 1],
    ];
    if (name === "argsort") chunk.push([0, CHUNK]);
    const phases: Phase[] = [{ name: `${name}_chunk_${dtype}`, slices: chunks, args: chunk }];
    for (let width = CHUNK; width < length; width *= 2) {
      phases.push({
        name: `${name}_merge_${dtype}`,
        slices: Math.ceil(length / PART),
        args: [from, to, length, width, [0, PART], [PART, length, 1]],
      });
      [from, to] = [to, from];
    }
    phases.push({
      name: `${name}_decode_${dtype}`,
      slices: chunks,
      args: [[from, CHUNK * key], [space.at(result), CHUNK * resultBytes], [CHUNK, length, 1]],
    });
    return phases;
  };
}
