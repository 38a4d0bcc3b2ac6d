import "./_embedded.ts";
import { quoted } from "../base/check.ts";
import { asKernel } from "./_define.ts";
import { describe, type ModuleDescription } from "./_module.ts";
import { type ArrayInput, bytesOf, checkCount, checkInputs, checkOut, input, newLike, plainArray } from "./_operand.ts";
import { runPlan } from "./_whole.ts";
import type { ArrayOperand, DType, Kernel, Operand } from "./kernel.ts";
import { overlaps, type Plan, type PlanOptions, sliceLength, Workspace } from "./plan.ts";

/** Where a user's module may have static data: behind what the library's own kernels use. */
const DATA_START = 0x18_0000, DATA_END = 0x20_0000;
const MAX_PAGES = 65536;

/** How a user's kernel is described to {@linkcode loadKernel}. */
export interface LoadKernelOptions {
  /** The binary of a WebAssembly module that imports a shared memory. */
  readonly module: BufferSource;
  /**
   * The name of an exported function of 32-bit integers: the address of each operand's elements, that of the result's,
   * and how many elements there are. It is called for slices, on several threads at once.
   */
  readonly export: string;
  /** The element type of operands and result; default `"f64"`. */
  readonly dtype?: DType;
  /** How many operands it takes; default 1. */
  readonly arity?: number;
  /** The name, in error messages; default: that of the export. */
  readonly name?: string;
  /** The definition for one element, for tests and readers. */
  readonly reference?: (...values: number[]) => number;
}

/** A kernel of a user's module: elementwise, of as many operands as it was described with. */
export interface LoadedKernel extends Kernel {
  /** It gives an element for each element. */
  readonly kind: "map";
  /** Runs on the calling thread; `out` may follow the operands. */
  <T extends ArrayOperand>(first: T, ...rest: Operand[]): T;
  /** The same with a number first. */
  <T extends ArrayOperand>(first: number, second: T, ...rest: Operand[]): T;
}

/**
 * Makes a kernel of a function of a user's own WebAssembly module, in any language: elementwise, over the same shared
 * memory, for the calling thread and for pools.
 *
 * The module must import its memory, shared and with a maximum of 65536 pages, and nothing else. It has no static data,
 * or has it placed from 0x180000 to 0x200000. If it uses a stack it exports `__stack_pointer`.
 *
 * @throws {TypeError} When the module is not one, has no such export, or another signature or memory; the message says
 * what was expected and what was found.
 *
 * @example
 * ```ts
 * import { loadKernel } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * // (module (import "env" "memory" (memory 0 65536 shared))
 * //   (func (export "nothing") (param i32 i32 i32)))
 * const module = Uint8Array.fromHex(
 *   "0061736d0100000001070160037f7f7f0002120103656e76066d656d6f7279020300808004030201" +
 *     "00070b01076e6f7468696e6700000a040102000b",
 * );
 * const nothing = await loadKernel({ module, export: "nothing" });
 * assertEquals(nothing(Float64Array.of(1, 2)), new Float64Array(2));
 * ```
 */
export async function loadKernel(options: LoadKernelOptions): Promise<LoadedKernel> {
  const { export: entry, dtype = "f64", arity = 1, reference = unknownReference } = options;
  const name = options.name ?? entry;
  const bytes = bytesOfSource(options.module);
  check(describe(bytes), entry, arity);
  const spec: Spec = { name, entry, dtype, arity, module: await WebAssembly.compile(bytes as BufferSource) };
  const call = (...args: unknown[]): unknown => {
    const operands = args.slice(0, arity);
    checkCount(name, arity, args.length, true);
    return runPlan(plan(spec, operands, args.length > arity ? { out: args[arity] } : {}));
  };
  return asKernel<LoadedKernel>(call, {
    name,
    kind: "map",
    arity,
    dtypes: [dtype],
    reference,
    plan: (operands, planOptions) => plan(spec, operands, planOptions),
  });
}

interface Spec {
  readonly name: string;
  readonly entry: string;
  readonly dtype: DType;
  readonly arity: number;
  readonly module: WebAssembly.Module;
}

function unknownReference(): number {
  throw new TypeError("This kernel was loaded without a reference");
}

function bytesOfSource(source: unknown): Uint8Array {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice();
  if (source instanceof ArrayBuffer) return new Uint8Array(source.slice(0));
  throw new TypeError(`Expected "module" to be the bytes of a WebAssembly module, got ${quoted(source)}`);
}

/** Throws unless the module can be run; says what was expected and found. */
function check(found: ModuleDescription, entry: string, arity: number): void {
  const { memory, imports, functions, data, passiveData } = found;
  if (memory === null) throw new TypeError("Expected a module that imports a shared memory, found no imported memory");
  if (!memory.shared || memory.maximum !== MAX_PAGES) {
    const kind = `${memory.shared ? "a shared" : "an unshared"} memory of at most ${memory.maximum ?? "any number of"}`;
    throw new TypeError(`Expected an imported shared memory of at most ${MAX_PAGES} pages, found ${kind} pages`);
  }
  if (imports.length > 0) throw new TypeError(`Expected no import but the memory, found ${imports.join(", ")}`);
  const wanted = `(${Array(arity + 2).fill("i32").join(", ")}) -> nothing`;
  const signature = functions.get(entry);
  if (signature === undefined) {
    const names = [...functions.keys()].filter((name) => !name.startsWith("__"));
    throw new TypeError(`Expected an exported function "${entry}", found ${names.join(", ") || "none"}`);
  }
  if (signature !== wanted) {
    throw new TypeError(`Expected "${entry}" to be ${wanted} (operands, result, count), found ${signature}`);
  }
  if (passiveData || (data !== null && (data[0] < DATA_START || data[1] > DATA_END))) {
    const where = data === null ? "that its code writes" : `from ${data[0]} to ${data[1]}`;
    throw new TypeError(`Expected static data between ${DATA_START} and ${DATA_END} or none, found data ${where}`);
  }
}

function plan(spec: Spec, operands: readonly unknown[], options: PlanOptions): Plan {
  const { name, entry, dtype, arity, module } = spec;
  checkCount(name, arity, operands.length, false);
  const inputs = operands.map((operand, i) => input(name, operand, i));
  const first = checkInputs(name, [dtype], inputs);
  const { length } = first;
  const out = options.out === undefined ? newLike(first, dtype, length) : checkOut(name, options.out, dtype, length);
  const whole = (value: number): ArrayInput => ({
    value: plainArray(dtype, length).fill(value),
    dtype,
    length,
    offset: -1,
  });
  const space = new Workspace();
  const places = inputs.map((each) => space.operand(typeof each === "number" ? whole(each) : each, dtype));
  const to = space.result(out, inputs.some((each) => overlaps(each, out)));
  space.open();
  const size = bytesOf(dtype), each = sliceLength(length, size);
  const phase = {
    name: entry,
    slices: Math.ceil(length / each),
    args: [...places, to].map((place) => [space.at(place), each * size] as const),
  };
  return {
    job: space.job([{ ...phase, args: [...phase.args, [each, length, 1]] }], module),
    cost: length * 0.001,
    finish: () => {
      space.copyOut();
      return out.value;
    },
    dispose: () => space.close(),
  };
}
