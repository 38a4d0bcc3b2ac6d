import { LanesError } from "../base/errors.ts";
import { perRealm } from "../base/realm.ts";
import { allocate } from "../memory/arena.ts";
import { BlockKind } from "../memory/layout.ts";
import { bytesAt, sharedMemory, wordsAt } from "../memory/memory.ts";
import { alive, self } from "../memory/process_table.ts";

/**
 * The compiled kernels. Nothing is decoded or compiled before the first use of a kernel: then one thread compiles, and
 * hands the module on ({@linkcode kernelModule}, {@linkcode adoptKernelModule}); each thread instantiates it once, over
 * the one shared memory. This file does not contain the binary, so that a worker's bootstrap, which imports it, stays
 * small: `_embedded.ts` does, which whoever defines a kernel imports.
 *
 * An instance needs a stack of its own, for the few kernels that keep more than registers hold. It is part of the
 * thread's *desk*, which holds room for numbers and partial results too. Desks outlive threads: a thread takes one
 * that nobody uses, or whose owner is dead, so there are never more than threads lived at once.
 */

/** An export of the module: addresses and counts in, nothing or a number out. */
export type KernelExport = (...args: number[]) => number;

/** Bytes of a thread's desk: its stack, growing down from the middle, then its scratch. */
const DESK_BYTES = 32768;
const STACK_BYTES = 16384;
/** Where the desks' table lies: behind what the module itself may use, whose end the build checks. Two words a desk: owner, place. */
const TABLE_OFFSET = 1 << 20;
const TABLE_BYTES = 32768;
const DESKS = TABLE_BYTES / 8;
/** Desks that have their place behind the table, half a MiB with it; behind them is room for the data of users' modules. */
const FIXED_DESKS = ((1 << 19) - TABLE_BYTES) / DESK_BYTES;
/** Bytes of the scratch that hold copies of numbers: 64 for each of up to 8 operands. */
export const CELL_BYTES = 64;
const CELLS_BYTES = 8 * CELL_BYTES;
/** Bytes of the buffer through which arrays outside of the shared memory pass. */
export const BUFFER_BYTES = 1 << 20;

/** What a thread has to run kernels with. */
export interface KernelInstance {
  /** The module's functions. */
  readonly exports: Readonly<Record<string, KernelExport>>;
  /** Byte offset of eight cells of 64 bytes, for operands that are numbers. */
  readonly cells: number;
  /** Byte offset of room for partial results. */
  readonly partials: number;
  /** How many doubles there is room for. */
  readonly partialsLength: number;
}

interface State {
  compile: (() => WebAssembly.Module) | null;
  module: WebAssembly.Module | null;
  instance: KernelInstance | null;
  buffer: number;
  readonly foreign: WeakMap<WebAssembly.Module, Readonly<Record<string, KernelExport>>>;
}

function state(): State {
  return perRealm(
    "kernels",
    () => ({ compile: null, module: null, instance: null, buffer: 0, foreign: new WeakMap() }),
  );
}

/** Says how the kernels are compiled, should this thread be the first to need them. */
export function setKernelCompiler(compile: () => WebAssembly.Module): void {
  state().compile = compile;
}

/** The compiled kernels, compiled at the first call of a thread that was not given them: to be posted to workers. */
export function kernelModule(): WebAssembly.Module {
  const held = state();
  if (held.module === null) {
    if (held.compile === null) throw new LanesError("The kernels have not arrived in this worker");
    held.module = held.compile();
  }
  return held.module;
}

/** Makes `module`, received from the starter, this thread's kernels: it is not compiled again. */
export function adoptKernelModule(module: WebAssembly.Module): void {
  state().module = module;
}

/** This thread's instance, made at the first call. */
export function kernelInstance(): KernelInstance {
  return state().instance ??= instantiate();
}

/** The functions of a user's own module over the shared memory, instantiated once a thread. */
export function foreignExports(module: WebAssembly.Module): Readonly<Record<string, KernelExport>> {
  const { foreign } = state();
  let exports = foreign.get(module);
  if (exports === undefined) {
    exports = link(module, takeDesk() + STACK_BYTES);
    foreign.set(module, exports);
  }
  return exports;
}

/** Byte offset of {@linkcode BUFFER_BYTES} bytes for the copies of arrays that lie elsewhere; they go when the thread dies. */
export function copyBuffer(): number {
  const held = state();
  if (held.buffer === 0) held.buffer = allocate(BUFFER_BYTES, BlockKind.Data, { reserved: true });
  return held.buffer;
}

function instantiate(): KernelInstance {
  const desk = takeDesk();
  const exports = link(kernelModule(), desk + STACK_BYTES);
  // Writes the module's constants; each thread writes the same.
  exports["prepare"]!();
  const cells = desk + STACK_BYTES;
  const partials = cells + CELLS_BYTES;
  return { exports, cells, partials, partialsLength: (desk + DESK_BYTES - partials) / 8 };
}

/** Instantiates `module` over the shared memory with a stack that ends at `stackEnd`. */
function link(module: WebAssembly.Module, stackEnd: number): Readonly<Record<string, KernelExport>> {
  const imports: Record<string, Record<string, WebAssembly.Memory | (() => never)>> = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    imports[from][name] = kind === "memory" ? sharedMemory() : unreachable;
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  const functions = exports as Record<string, KernelExport> & { __stack_pointer?: WebAssembly.Global };
  if (functions.__stack_pointer !== undefined) functions.__stack_pointer.value = stackEnd;

  return functions;
}

function unreachable(): never {
  throw new WebAssembly.RuntimeError("A kernel called its host");
}

/** Takes a desk for this thread; returns its byte offset. */
function takeDesk(): number {
  const table = wordsAt(TABLE_OFFSET, TABLE_BYTES / 4);
  const me = self();
  // A dead thread's code may still run for a few milliseconds: its desk is the second choice.
  for (const wanted of ["unused", "left"] as const) {
    for (let desk = 0; desk < (wanted === "unused" ? FIXED_DESKS : DESKS); desk++) {
      const owner = Atomics.load(table, 2 * desk);
      const free = owner === 0 || (wanted === "left" && owner !== me && !alive(owner));
      if (!free || Atomics.compareExchange(table, 2 * desk, owner, me) !== owner) continue;
      return placeOf(table, desk);
    }
  }
  return allocate(DESK_BYTES, BlockKind.Data, { reserved: true });
}

function placeOf(table: Int32Array<SharedArrayBuffer>, desk: number): number {
  if (desk < FIXED_DESKS) return TABLE_OFFSET + TABLE_BYTES + desk * DESK_BYTES;
  let place = Atomics.load(table, 2 * desk + 1);
  if (place === 0) {
    place = allocate(DESK_BYTES) | 0;
    Atomics.store(table, 2 * desk + 1, place);
  }
  return place >>> 0;
}

/** Writes the copies of the number `value` that stand for an array of it. */
export function fillCell(offset: number, dtype: string, value: number): void {
  const { buffer } = bytesAt(offset, CELL_BYTES);
  if (dtype === "f64") new Float64Array(buffer, offset, CELL_BYTES / 8).fill(value);
  else if (dtype === "f32") new Float32Array(buffer, offset, CELL_BYTES / 4).fill(value);
  else new Int32Array(buffer, offset, CELL_BYTES / 4).fill(value);
}
