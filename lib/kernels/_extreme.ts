import { asKernel, NUMBERS } from "./_define.ts";
import { callReduce, planReduce, type ReduceSpec } from "./_reduce.ts";
import { type ArrayOperand, type BinaryKernel, type ExtremeKernel, KERNEL } from "./kernel.ts";

/** `min` and `max`: a reduction of one operand, an elementwise kernel of two. */

/** The kernel `name`, whose elementwise form is `pairs` and whose definition is `pick`. */
export function defineExtreme(
  name: string,
  pairs: BinaryKernel,
  pick: (...values: number[]) => number,
): ExtremeKernel {
  const spec: ReduceSpec = {
    name,
    arity: 1,
    dtypes: NUMBERS,
    cost: 0.25,
    width: 1,
    empty: false,
    combine: (partials) => partials.reduce((best, x) => pick(best, x)),
  };
  const call = function (xs: unknown, ...rest: unknown[]): unknown {
    if (rest.every((operand) => operand === undefined)) return callReduce(spec, [xs]);
    return (pairs as (...operands: unknown[]) => ArrayOperand)(xs, ...rest);
  };
  return asKernel<ExtremeKernel>(call, {
    name,
    kind: "reduce",
    arity: 1,
    dtypes: NUMBERS,
    reference: (xs: ArrayLike<number>) => Array.from(xs).reduce((best, x) => pick(best, x)),
    plan: (operands, options) =>
      operands.length === 1 ? planReduce(spec, operands, options) : pairs[KERNEL].plan(operands, options),
  });
}
