import { quoted } from "../base/check.ts";
import { asKernel } from "./_define.ts";
import { type ArrayInput, checkCount, checkInputs, type Input, input } from "./_operand.ts";
import { runJob } from "./job.ts";
import type { DType, Kernel } from "./kernel.ts";
import type { Plan, PlanOptions } from "./plan.ts";

/**
 * Kernels that need all elements for each result. Called, they run their plan on the calling thread: one way of
 * working, so that a call and a pool give the same.
 */

/** What the file of such a kernel says. */
export interface WholeKernel {
  /** The name, as in error messages. */
  readonly name: string;
  /** How many operands it takes. */
  readonly arity: number;
  /** The element types it exists for. */
  readonly dtypes: readonly DType[];
  /** The definition. */
  readonly reference: (...operands: never[]) => unknown;
  /** Checks the operands and says how the work is cut into slices. */
  plan(operands: readonly unknown[], options: PlanOptions): Plan;
}

/** A kernel of whole arrays: called with its operands, `out` if wanted, and options if it has any. */
export function defineWhole<K extends Kernel>(kernel: WholeKernel): K {
  const { name, arity, dtypes, reference } = kernel;
  const call = (...args: unknown[]): unknown => {
    const operands = args.slice(0, arity);
    const rest = args.slice(arity).filter((arg) => arg !== undefined);
    const last = rest.at(-1);
    const options = isOptions(last) ? last : {};
    if (isOptions(last)) rest.pop();
    checkCount(name, arity, operands.length + rest.length, true);
    return runPlan(kernel.plan(operands, rest.length > 0 ? { ...options, out: rest[0] } : options));
  };
  return asKernel<K>(call, { name, kind: "whole", arity, dtypes, reference, plan: kernel.plan });
}

/** Runs a plan on the calling thread. */
export function runPlan(plan: Plan): unknown {
  try {
    runJob(plan.job);
    return plan.finish();
  } finally {
    plan.dispose();
  }
}

function isOptions(value: unknown): value is PlanOptions {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The one array operand of kernel `name`, checked. */
export function onlyArray(name: string, dtypes: readonly DType[], operands: readonly unknown[]): ArrayInput {
  checkCount(name, 1, operands.length, false);
  return checkInputs(name, dtypes, [input(name, operands[0], 0)]);
}

/** Operand `index` of kernel `name` as an array. */
export function arrayOperand(name: string, dtypes: readonly DType[], value: unknown, index: number): ArrayInput {
  const found: Input = input(name, value, index);
  if (typeof found === "number") {
    throw new TypeError(`Expected operand ${index + 1} of kernel "${name}" to be an array, got ${found}`);
  }
  checkInputs(name, dtypes, [found]);
  return found;
}

/** Option `option` of kernel `name`: an integer of at least `least`. */
export function integerOption(name: string, options: PlanOptions, option: string, least: number): number {
  const value = options[option];
  if (typeof value !== "number") {
    throw new TypeError(`Expected option "${option}" of kernel "${name}" to be an integer, got ${quoted(value)}`);
  }
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(
      `Expected option "${option}" of kernel "${name}" to be an integer of at least ${least}, got ${value}`,
    );
  }
  return value;
}

/** Option `option` of kernel `name`: a number, or `missing` where there is none. */
export function numberOption(name: string, options: PlanOptions, option: string, missing: number): number {
  const value = options[option] ?? missing;
  if (typeof value === "number" && !Number.isNaN(value)) return value;
  throw new TypeError(`Expected option "${option}" of kernel "${name}" to be a number, got ${quoted(value)}`);
}
