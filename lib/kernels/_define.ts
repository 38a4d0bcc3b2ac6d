import "./_embedded.ts";
import { callMap, type MapSpec, planMap } from "./_map.ts";
import { callReduce, planReduce, type ReduceSpec } from "./_reduce.ts";
import { kernelInstance } from "./instance.ts";
import {
  type BinaryKernel,
  type DType,
  KERNEL,
  type Kernel,
  type KernelDefinition,
  type PairReductionKernel,
  type PredicateKernel,
  type ReductionKernel,
  type SharedArrayLike,
  type TernaryKernel,
  type UnaryKernel,
} from "./kernel.ts";

/** Makes kernels of what a kernel's file says. */

/** Both floating-point types. */
export const FLOATS: readonly DType[] = ["f64", "f32"];
/** The floating-point types and 32-bit integers. */
export const NUMBERS: readonly DType[] = ["f64", "f32", "i32"];

/** What the file of an elementwise kernel says. */
export interface MapKernel<F> {
  /** The name, of the kernel and of its exports in Rust. */
  readonly name: string;
  /** The element types it exists for. */
  readonly dtypes: readonly DType[];
  /** The definition, in doubles. */
  readonly reference: F;
  /** The definition for 32-bit integers, where doubles would lose bits. */
  readonly integers?: F;
  /** The largest error in units of the last place; default 0: the result is that of the definition, bit for bit. */
  readonly ulp?: number;
  /** About how long an element takes, in nanoseconds; default: what memory takes. */
  readonly cost?: number;
}

/** What the file of a reduction says. */
export interface ReduceKernel<F, R = number> extends Omit<ReduceSpec<R>, "arity" | "cost" | "width" | "empty"> {
  /** The definition. */
  readonly reference: F;
  /** About how long an element takes, in nanoseconds; default: what memory takes. */
  readonly cost?: number;
  /** How many doubles a block's partial result has; default 1. */
  readonly width?: number;
  /** Whether an empty array has a result; default yes. */
  readonly empty?: boolean;
}

/** The rounding of doubles in definitions of several steps: there is nothing to round. */
export function same(x: number): number {
  return x;
}

/** Time of an element where only memory limits, in nanoseconds. */
const LIGHT = 0.25;

/** Gives `call` the properties of a kernel. */
export function asKernel<K extends Kernel>(
  // deno-lint-ignore ban-types -- any callable is meant
  call: Function,
  definition: Omit<KernelDefinition, "ulp"> & { ulp?: number },
): K {
  const whole: KernelDefinition = { ...definition, ulp: definition.ulp ?? 0 };
  Object.defineProperty(call, "name", { value: whole.name });
  const { kind, arity, dtypes, reference } = whole;
  return Object.assign(call, { kind, arity, dtypes, reference, [KERNEL]: whole }) as unknown as K;
}

/** A kernel's name as Rust writes it. */
export function rustName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function mapSpec(kernel: MapKernel<unknown>, arity: number): MapSpec {
  const exports = rustName(kernel.name);
  return { name: kernel.name, exports, arity, dtypes: kernel.dtypes, cost: kernel.cost ?? LIGHT };
}

function mapDefinition(spec: MapSpec, kernel: MapKernel<(...values: never[]) => number>): KernelDefinition {
  return {
    name: spec.name,
    kind: "map",
    arity: spec.arity,
    dtypes: spec.dtypes,
    reference: kernel.reference,
    integers: kernel.integers,
    ulp: kernel.ulp ?? 0,
    plan: (operands, options) => planMap(spec, operands, options),
  };
}

/** Whether `value` is a `SharedArray`, by what kernels need of one. */
function isShared(value: unknown): value is SharedArrayLike {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value) &&
    typeof (value as SharedArrayLike).byteOffset === "number";
}

/** An elementwise kernel of one operand. */
export function defineUnary(kernel: MapKernel<(x: number) => number>): UnaryKernel {
  const spec = mapSpec(kernel, 1);
  const { exports: name, dtypes } = spec;
  const call = function (xs: unknown, out?: unknown, ...rest: unknown[]): unknown {
    // The case worth a path of its own: nothing to copy, nothing to allocate.
    if (rest.length === 0 && isShared(xs) && isShared(out) && out.dtype === xs.dtype && dtypes.includes(xs.dtype)) {
      const { length, byteOffset } = xs;
      const to = out.byteOffset, apart = Math.abs(to - byteOffset);
      if (out.length === length && (apart === 0 || apart >= length * 8)) {
        kernelInstance().exports[`${name}_${xs.dtype}`]!(byteOffset, 1, to, length);
        return out;
      }
    }
    return callMap(spec, rest.length === 0 ? [xs, out] : [xs, out, ...rest]);
  };
  return asKernel<UnaryKernel>(call, mapDefinition(spec, kernel));
}

/** An elementwise kernel of two operands. */
export function defineBinary(kernel: MapKernel<(x: number, y: number) => number>): BinaryKernel {
  const spec = mapSpec(kernel, 2);
  const call = (...args: unknown[]): unknown => callMap(spec, args);
  return asKernel<BinaryKernel>(call, mapDefinition(spec, kernel));
}

/** An elementwise kernel of three operands. */
export function defineTernary(kernel: MapKernel<(x: number, y: number, z: number) => number>): TernaryKernel {
  const spec = mapSpec(kernel, 3);
  const call = (...args: unknown[]): unknown => callMap(spec, args);
  return asKernel<TernaryKernel>(call, mapDefinition(spec, kernel));
}

function reduceSpec<R>(kernel: ReduceKernel<unknown, R>, arity: number): ReduceSpec<R> {
  return { ...kernel, arity, cost: kernel.cost ?? LIGHT, width: kernel.width ?? 1, empty: kernel.empty ?? true };
}

function reduceDefinition(
  spec: ReduceSpec<unknown>,
  reference: (...arrays: never[]) => unknown,
): Omit<KernelDefinition, "ulp"> {
  const { name, arity, dtypes } = spec;
  return {
    name,
    kind: "reduce",
    arity,
    dtypes,
    reference,
    plan: (operands, options) => planReduce(spec, operands, options),
  };
}

/** A kernel that makes one number of an array. */
export function defineReduction(kernel: ReduceKernel<(xs: ArrayLike<number>) => number>): ReductionKernel {
  const spec = reduceSpec(kernel, 1);
  const call = (...args: unknown[]): number => callReduce(spec, args);
  return asKernel<ReductionKernel>(call, reduceDefinition(spec, kernel.reference));
}

/** A kernel that makes one number of two arrays. */
export function definePairReduction(
  kernel: ReduceKernel<(xs: ArrayLike<number>, ys: ArrayLike<number>) => number>,
): PairReductionKernel {
  const spec = reduceSpec(kernel, 2);
  const call = (...args: unknown[]): number => callReduce(spec, args);
  return asKernel<PairReductionKernel>(call, reduceDefinition(spec, kernel.reference));
}

/** A kernel that answers a question about an array. */
export function definePredicate(kernel: ReduceKernel<(xs: ArrayLike<number>) => boolean, boolean>): PredicateKernel {
  const spec = reduceSpec(kernel, 1);
  const call = (...args: unknown[]): boolean => callReduce(spec, args);
  return asKernel<PredicateKernel>(call, reduceDefinition(spec, kernel.reference));
}
