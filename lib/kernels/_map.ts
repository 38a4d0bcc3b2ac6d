import {
  type ArrayInput,
  bytesOf,
  checkCount,
  checkInputs,
  checkOut,
  type Input,
  input,
  newLike,
  sharedView,
  viewOf,
} from "./_operand.ts";
import { BUFFER_BYTES, copyBuffer, fillCell, kernelInstance } from "./instance.ts";
import { CELL_BYTES } from "./instance.ts";
import type { SliceArg } from "./job.ts";
import type { ArrayOperand, DType } from "./kernel.ts";
import { overlaps, type Plan, type PlanOptions, sliceLength, Workspace } from "./plan.ts";

/**
 * Elementwise kernels, called and planned. Their exports take, for each operand, an address and a step (0 for a
 * number, whose copies lie at the address), then the address of the result and the number of elements.
 */

/** What an elementwise kernel is made of. */
export interface MapSpec {
  /** The name, as in error messages. */
  readonly name: string;
  /** The name of its exports, which the dtype follows. */
  readonly exports: string;
  /** How many operands it takes. */
  readonly arity: number;
  /** The element types it exists for. */
  readonly dtypes: readonly DType[];
  /** About how long an element takes, in nanoseconds. */
  readonly cost: number;
  /** Checks further options and gives further operands made of them. */
  readonly extra?: (options: PlanOptions) => readonly unknown[];
}

/** The operands of one call, checked. */
interface MapCall {
  readonly inputs: readonly Input[];
  readonly first: ArrayInput;
  readonly out: ArrayInput;
}

function prepare(spec: MapSpec, operands: readonly unknown[], out: unknown): MapCall {
  const { name, dtypes } = spec;
  const inputs = operands.map((operand, index) => input(name, operand, index));
  const first = checkInputs(name, dtypes, inputs);
  const target = out === undefined
    ? newLike(first, first.dtype, first.length)
    : checkOut(name, out, first.dtype, first.length);
  return { inputs, first, out: target };
}

/** Runs a kernel on the calling thread. */
export function callMap(spec: MapSpec, args: readonly unknown[]): ArrayOperand {
  const { name, arity } = spec;
  let given = args.length;
  while (given > 0 && args[given - 1] === undefined) given--;
  checkCount(name, arity, given, true);
  const call = prepare(spec, args.slice(0, arity), given > arity ? args[arity] : undefined);
  const { inputs, out } = call;
  const here = (each: Input) => typeof each === "number" || each.offset >= 0;
  if (here(out) && inputs.every(here) && !inputs.some((each) => overlaps(each, out))) runWhole(spec, call);
  else runThroughBuffer(spec, call);
  return out.value;
}

/** All arrays lie in the shared memory: one call. */
function runWhole(spec: MapSpec, { inputs, first, out }: MapCall): void {
  const { exports, cells } = kernelInstance();
  const args: number[] = [];
  for (let i = 0; i < inputs.length; i++) {
    const each = inputs[i]!;
    if (typeof each === "number") {
      const cell = cells + i * CELL_BYTES;
      fillCell(cell, first.dtype, each);
      args.push(cell, 0);
    } else args.push(each.offset, 1);
  }
  args.push(out.offset, first.length);
  exports[`${spec.exports}_${first.dtype}`]!(...args);
}

/** Some arrays lie elsewhere: what fits the thread's buffer at a time. */
function runThroughBuffer(spec: MapSpec, { inputs, first, out }: MapCall): void {
  const { exports, cells } = kernelInstance();
  const { dtype, length } = first;
  const size = bytesOf(dtype);
  const call = exports[`${spec.exports}_${dtype}`]!;
  // The result last; an operand that the result overlaps is read whole before any of it is overwritten.
  const clash = inputs.some((each) => overlaps(each, out) || overlapsPlain(each, out));
  const target = clash ? newLike({ ...out, value: viewOf(out).slice() as ArrayOperand }, dtype, length) : out;
  const step = Math.floor(BUFFER_BYTES / size / (inputs.length + 1) / 64) * 64;
  const buffer = copyBuffer();
  for (let i = 0; i < inputs.length; i++) {
    const each = inputs[i]!;
    if (typeof each === "number") fillCell(cells + i * CELL_BYTES, dtype, each);
  }
  const views = inputs.map((each) => typeof each === "number" || each.offset >= 0 ? null : viewOf(each));
  const targetView = target.offset >= 0 ? null : viewOf(target);
  for (let start = 0; start < length; start += step) {
    const count = Math.min(step, length - start);
    const args: number[] = [];
    for (let i = 0; i < inputs.length; i++) {
      const each = inputs[i]!, view = views[i], place = buffer + i * step * size;
      if (typeof each === "number") args.push(cells + i * CELL_BYTES, 0);
      else if (view) {
        sharedView(dtype, place, count).set(view.subarray(start, start + count));
        args.push(place, 1);
      } else args.push(each.offset + start * size, 1);
    }
    const place = targetView === null ? target.offset + start * size : buffer + inputs.length * step * size;
    call(...args, place, count);
    targetView?.set(sharedView(dtype, place, count), start);
  }
  if (clash) viewOf(out).set(viewOf(target));
}

/** Whether two arrays outside of the shared memory overlap other than element for element. */
function overlapsPlain(operand: Input, out: ArrayInput): boolean {
  if (typeof operand === "number" || operand.offset >= 0 || out.offset >= 0) return false;
  const a = viewOf(operand), b = viewOf(out);
  return a.buffer === b.buffer && a.byteOffset !== b.byteOffset && a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength;
}

/** Plans a kernel for several threads. */
export function planMap(spec: MapSpec, operands: readonly unknown[], options: PlanOptions): Plan {
  const { name, arity, cost } = spec;
  checkCount(name, arity, operands.length, false);
  const { inputs, first, out } = prepare(spec, operands, options.out);
  const { dtype, length } = first;
  const size = bytesOf(dtype);
  const space = new Workspace();
  const places = inputs.map((each) => space.operand(each, dtype));
  const result = space.result(out, inputs.some((each) => overlaps(each, out)));
  space.open();
  const each = sliceLength(length, size);
  const args: SliceArg[] = [];
  for (let i = 0; i < inputs.length; i++) {
    if (typeof inputs[i] === "number") args.push(space.at(places[i]!), 0);
    else args.push([space.at(places[i]!), each * size], 1);
  }
  args.push([space.at(result), each * size], [each, length, 1]);
  return {
    job: space.job([{ name: `${spec.exports}_${dtype}`, slices: Math.ceil(length / each), args }]),
    cost: length * cost / 1000,
    finish: () => {
      space.copyOut();
      return out.value;
    },
    dispose: () => space.close(),
  };
}
