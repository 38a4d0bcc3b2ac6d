import {
  type ArrayInput,
  bytesOf,
  checkCount,
  checkInputs,
  input,
  plainArray,
  sharedView,
  viewOf,
} from "./_operand.ts";
import { BUFFER_BYTES, copyBuffer, kernelInstance } from "./instance.ts";
import type { SliceArg } from "./job.ts";
import type { DType } from "./kernel.ts";
import { type Plan, type PlanOptions, sliceLength, Workspace } from "./plan.ts";

/**
 * Reductions, called and planned. Their exports take the addresses of the operands, that of the partial results, and
 * the number of elements. They read blocks of {@linkcode BLOCK} elements and write the partial results of each; these
 * are combined in their order, however many threads computed them.
 */

/** Elements of a block; the same constant as in `wasm/src/reduce.rs`. */
export const BLOCK = 2048;

/** What a reduction is made of. */
export interface ReduceSpec<R = number> {
  /** The name, of the kernel and of its exports. */
  readonly name: string;
  /** How many operands it takes. */
  readonly arity: number;
  /** The element types it exists for. */
  readonly dtypes: readonly DType[];
  /** About how long an element takes, in nanoseconds. */
  readonly cost: number;
  /** How many doubles a block's partial result has. */
  readonly width: number;
  /** Makes the result of `blocks` partial results, those of `length` elements. */
  readonly combine: (partials: Float64Array, length: number) => R;
  /** Name of the exports where it is not that of the kernel. */
  readonly exports?: string;
  /** Whether an empty array has a result. */
  readonly empty: boolean;
}

function prepare(spec: ReduceSpec<unknown>, operands: readonly unknown[]): ArrayInput[] {
  const { name, dtypes, arity } = spec;
  let given = operands.length;
  while (given > 0 && operands[given - 1] === undefined) given--;
  checkCount(name, arity, given, false);
  const inputs = operands.slice(0, arity).map((operand, index) => input(name, operand, index));
  const first = checkInputs(name, dtypes, inputs);
  if (first.length === 0 && !spec.empty) throw new RangeError(`Kernel "${name}" needs at least 1 element, got none`);
  return inputs.map((each) => typeof each === "number" ? filled(first, each) : each);
}

function filled(first: ArrayInput, value: number): ArrayInput {
  const array = plainArray(first.dtype, first.length).fill(value);
  return { value: array, dtype: first.dtype, length: first.length, offset: -1 };
}

/** Runs a reduction on the calling thread. */
export function callReduce<R>(spec: ReduceSpec<R>, args: readonly unknown[]): R {
  const inputs = prepare(spec, args);
  const { dtype, length } = inputs[0]!;
  const { exports, partials, partialsLength } = kernelInstance();
  const call = exports[`${spec.exports ?? spec.name}_${dtype}`]!;
  const size = bytesOf(dtype);
  const elsewhere = inputs.some((each) => each.offset < 0);
  const fits = Math.floor(partialsLength / spec.width) * BLOCK;
  const step = elsewhere ? Math.min(fits, Math.floor(BUFFER_BYTES / size / inputs.length / BLOCK) * BLOCK) : fits;
  const all = length > step ? new Float64Array(Math.ceil(length / BLOCK) * spec.width) : null;
  for (let start = 0, block = 0; start < length; start += step, block += step / BLOCK) {
    const count = Math.min(step, length - start);
    call(...inputs.map((each, i) => addressOf(each, i, start, count, step)), partials, count);
    if (all === null) break;
    const found = sharedView("f64", partials, Math.ceil(count / BLOCK) * spec.width);
    all.set(found, block * spec.width);
  }
  const found = all ?? sharedView("f64", partials, Math.ceil(length / BLOCK) * spec.width) as Float64Array;
  return spec.combine(found, length);
}

/** Where `count` elements from `start` of operand `index` lie, copied there if need be. */
function addressOf(array: ArrayInput, index: number, start: number, count: number, step: number): number {
  const size = bytesOf(array.dtype);
  if (array.offset >= 0) return array.offset + start * size;
  const place = copyBuffer() + index * step * size;
  sharedView(array.dtype, place, count).set(viewOf(array).subarray(start, start + count));
  return place;
}

/** Plans a reduction for several threads. */
export function planReduce(spec: ReduceSpec<unknown>, operands: readonly unknown[], _options: PlanOptions): Plan {
  const inputs = prepare(spec, operands);
  const { dtype, length } = inputs[0]!;
  const size = bytesOf(dtype);
  const space = new Workspace();
  const places = inputs.map((each) => space.operand(each, dtype));
  const blocks = Math.ceil(length / BLOCK);
  const partials = space.reserve(blocks * spec.width * 8);
  space.open();
  const each = sliceLength(length, size, BLOCK);
  const args: SliceArg[] = places.map((place) => [space.at(place), each * size] as const);
  args.push([space.at(partials), each / BLOCK * spec.width * 8], [each, length, 1]);
  return {
    job: space.job([{ name: `${spec.exports ?? spec.name}_${dtype}`, slices: Math.ceil(length / each), args }]),
    cost: length * spec.cost / 1000,
    finish: () => spec.combine(sharedView("f64", space.at(partials), blocks * spec.width) as Float64Array, length),
    dispose: () => space.close(),
  };
}

/** The sum of `values` in a fixed order, by halves. */
export function pairwise(values: Float64Array, start = 0, end: number = values.length, stride = 1): number {
  const count = (end - start) / stride;
  if (count <= 8) {
    let sum = 0;
    for (let i = start; i < end; i += stride) sum += values[i]!;
    return sum;
  }
  const middle = start + Math.ceil(count / 2) * stride;
  return pairwise(values, start, middle, stride) + pairwise(values, middle, end, stride);
}
