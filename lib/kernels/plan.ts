import { allocate, generationOf, release } from "../memory/arena.ts";
import type { DType } from "../memory/dtype.ts";
import { BlockKind } from "../memory/layout.ts";
import type { ArrayInput, Input } from "./_operand.ts";
import { bytesOf, sharedView, viewOf } from "./_operand.ts";
import { CELL_BYTES, fillCell } from "./instance.ts";
import { JOB_BYTES, type Phase, type SliceJob } from "./job.ts";

/**
 * A plan: how one call of a kernel is cut into slices, and what is to be done when they are all done.
 *
 * ```
 * const plan = kernel[KERNEL].plan(operands, options);   // checks; copies what does not lie in shared memory
 * try { … runJob(plan.job) on any number of threads … return plan.finish(); } finally { plan.dispose(); }
 * ```
 *
 * @internal
 */
export interface Plan {
  /** What the threads work off. */
  readonly job: SliceJob;
  /** About how long one thread takes, in microseconds: for a caller that weighs whether more threads pay. */
  readonly cost: number;
  /** Combines partial results in a fixed order, copies results out, and returns what the kernel's call returns. */
  finish(): unknown;
  /** Frees what the plan allocated; more than once does nothing. */
  dispose(): void;
}

/**
 * The options of a call through a pool: where the result goes, and the kernel's own.
 *
 * @internal
 */
export interface PlanOptions {
  /** Where the result goes. */
  readonly out?: unknown;
  /** The kernel's own options. */
  readonly [name: string]: unknown;
}

/** Bytes that one slice reads of each operand: a few of them fit the second-level cache, and a claim costs nothing beside them. */
const SLICE_BYTES = 128 << 10;
/** Slices that even a small array is cut into, so that threads that start late or are slow even out. */
const LEAST_SLICES = 16;
/** Elements of the least slice. */
const LEAST_ELEMENTS = 2048;
/** What slices are multiples of: whole cache lines for every dtype, so no two threads write to one line. */
const LINE_ELEMENTS = 64;

/** How many of `length` elements a slice has: a multiple of `unit`. */
export function sliceLength(length: number, elementBytes: number, unit: number = LINE_ELEMENTS): number {
  const fair = Math.max(LEAST_ELEMENTS, Math.ceil(length / LEAST_SLICES));
  const most = Math.min(fair, SLICE_BYTES / elementBytes);
  return Math.ceil(most / unit) * unit;
}

/**
 * One block of shared memory for all that a plan needs: its control words, copies of operands, and partial results.
 * Places are reserved first; their offsets are known once {@linkcode Workspace.open} has allocated the block.
 */
export class Workspace {
  readonly #copies: { place: number; array: ArrayInput; read: boolean; write: boolean }[] = [];
  readonly #numbers: { place: number; dtype: DType; value: number }[] = [];
  #bytes = JOB_BYTES;
  #offset = 0;
  #generation = 0;

  /** Reserves `bytes`; returns a place for {@linkcode Workspace.at}. */
  reserve(bytes: number): number {
    const place = this.#bytes;
    this.#bytes += Math.ceil(bytes / 64) * 64;
    return place;
  }

  /** Where an operand that is read will lie; a place below 0 stands for an address outside of the block. */
  operand(value: Input, dtype: DType): number {
    if (typeof value !== "number") return this.#array(value, true, false);
    const place = this.reserve(CELL_BYTES);
    this.#numbers.push({ place, dtype, value });
    return place;
  }

  /** Where the result will lie; `aside` has it computed in a copy even where it need not be. */
  result(array: ArrayInput, aside = false): number {
    return this.#array(array, false, true, aside);
  }

  /** Where an operand that is changed in place will lie. */
  changed(array: ArrayInput): number {
    return this.#array(array, true, true);
  }

  #array(array: ArrayInput, read: boolean, write: boolean, aside = false): number {
    if (array.offset >= 0 && !aside) return -1 - array.offset;
    const place = this.reserve(array.length * bytesOf(array.dtype));
    this.#copies.push({ place, array, read, write });
    return place;
  }

  /** Allocates the block and copies the operands in. */
  open(): void {
    this.#offset = allocate(this.#bytes, BlockKind.Data);
    this.#generation = generationOf(this.#offset);
    for (const { place, dtype, value } of this.#numbers) fillCell(this.at(place), dtype, value);
    for (const { place, array, read } of this.#copies) {
      if (read) sharedView(array.dtype, this.at(place), array.length).set(viewOf(array));
    }
  }

  /** The byte offset of a place. */
  at(place: number): number {
    return place < 0 ? -1 - place : this.#offset + place;
  }

  /** The job over this block. */
  job(phases: readonly Phase[], module?: WebAssembly.Module): SliceJob {
    const job = { control: this.#offset, generation: this.#generation, phases };
    return module === undefined ? job : { ...job, module };
  }

  /** Copies the results out that do not lie where they belong. */
  copyOut(): void {
    for (const { place, array, write } of this.#copies) {
      if (write) viewOf(array).set(sharedView(array.dtype, this.at(place), array.length));
    }
  }

  /** Frees the block. */
  close(): void {
    if (this.#offset === 0) return;
    release(this.#offset, this.#generation);
    this.#offset = 0;
  }
}

/** Whether `out` shares memory with `operand` other than element for element. */
export function overlaps(operand: Input, out: ArrayInput): boolean {
  if (typeof operand === "number" || operand.offset < 0 || out.offset < 0) return false;
  if (operand.offset === out.offset && operand.dtype === out.dtype) return false;
  const end = operand.offset + operand.length * bytesOf(operand.dtype);
  const outEnd = out.offset + out.length * bytesOf(out.dtype);
  return operand.offset < outEnd && out.offset < end;
}
