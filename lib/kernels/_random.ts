import { quoted } from "../base/check.ts";
import { type ArrayInput, arrayInput, bytesOf, checkDType, checkOut, plainArray } from "./_operand.ts";
import { defineWhole, numberOption } from "./_whole.ts";
import type { DType, NumericArray } from "./kernel.ts";
import { type Plan, type PlanOptions, sliceLength, Workspace } from "./plan.ts";
import type { RandomKernel } from "./signatures.ts";

/**
 * Random numbers from a counter-based generator, Philox4x32-10: element `i` depends on the seed and on `i` alone. So the
 * same seed gives the same array however many threads fill it, and a longer array begins with a shorter one.
 */

/** What the file of such a kernel says. */
export interface RandomSpec {
  /** The name, as in error messages. */
  readonly name: string;
  /** The name of its exports. */
  readonly exports: string;
  /** The element types it exists for; the first is that of `name(length)`. */
  readonly dtypes: readonly DType[];
  /** The two parameters, of which the exports are given what `parameters` makes. */
  readonly parameters: (options: PlanOptions) => readonly [number, number];
  /** About how long an element takes, in nanoseconds. */
  readonly cost: number;
}

/** A kernel that fills its operand with random numbers, or makes an array of a length. */
export function defineRandom(spec: RandomSpec): RandomKernel {
  return defineWhole<RandomKernel>({
    name: spec.name,
    arity: 1,
    dtypes: spec.dtypes,
    reference: () => {
      throw new TypeError(`Kernel "${spec.name}" is defined by its generator, Philox4x32-10`);
    },
    plan: (operands, options) => plan(spec, operands, options),
  });
}

/** The two words of the key that a seed stands for. */
export function keyOf(name: string, options: PlanOptions): readonly [number, number] {
  const { seed = 0 } = options;
  if (typeof seed !== "bigint" && !Number.isSafeInteger(seed)) {
    throw new TypeError(`Expected option "seed" of kernel "${name}" to be an integer, got ${quoted(seed)}`);
  }
  const bits = BigInt.asUintN(64, BigInt(seed as bigint | number));
  return [Number(bits & 0xffffffffn), Number(bits >> 32n)];
}

function target(spec: RandomSpec, operand: unknown, out: unknown): ArrayInput {
  const { name, dtypes } = spec;
  let array = arrayInput(operand);
  if (typeof operand === "number") {
    if (!Number.isInteger(operand) || operand < 0) {
      throw new RangeError(
        `Expected the length given to kernel "${name}" to be an integer of at least 0, got ${operand}`,
      );
    }
    const dtype = dtypes[0]!;
    array = { value: plainArray(dtype, operand) as NumericArray, dtype, length: operand, offset: -1 };
  }
  if (array === null) {
    throw new TypeError(`Expected operand 1 of kernel "${name}" to be an array or a length, got ${quoted(operand)}`);
  }
  checkDType(name, dtypes, array.dtype);
  return out === undefined ? array : checkOut(name, out, array.dtype, array.length);
}

function plan(spec: RandomSpec, operands: readonly unknown[], options: PlanOptions): Plan {
  const out = target(spec, operands[0], options.out);
  const { dtype, length } = out;
  const parameters = spec.parameters(options);
  const [low, high] = keyOf(spec.name, options);
  const space = new Workspace();
  const to = space.result(out);
  space.open();
  const each = sliceLength(length, bytesOf(dtype));
  return {
    job: space.job([{
      name: `${spec.exports}_${dtype}`,
      slices: Math.ceil(length / each),
      args: [[space.at(to), each * bytesOf(dtype)], low, high, ...parameters, [0, each], [each, length, 1]],
    }]),
    cost: length * spec.cost / 1000,
    finish: () => {
      space.copyOut();
      return out.value;
    },
    dispose: () => space.close(),
  };
}

/** Options `low` and `high` as the least number and the width of the range. */
export function rangeOptions(name: string, options: PlanOptions, whole: boolean): readonly [number, number] {
  const low = numberOption(name, options, "low", 0);
  const high = numberOption(name, options, "high", whole ? NaN : 1);
  if (!(low < high) || !Number.isFinite(high - low) || (whole && !(Number.isInteger(low) && Number.isInteger(high)))) {
    throw new RangeError(
      `Expected options "low" < "high" of kernel "${name}"${whole ? " as integers" : ""}, got ${low} and ${high}`,
    );
  }
  return [low, high - low];
}
