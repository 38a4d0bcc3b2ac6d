import { FLOATS } from "./_define.ts";
import { erfOf } from "./_erf.ts";
import { bytesOf, checkCount, checkInputs, checkOut, type Input, input, newLike, plainArray } from "./_operand.ts";
import { defineWhole, numberOption } from "./_whole.ts";
import { sliceLength, Workspace } from "./plan.ts";
import type { OptionsKernel } from "./signatures.ts";

/**
 * Prices of European options by the formula of Black and Scholes, from spot prices, strike prices and years to go, for
 * a risk-free `rate` (default 0.02) and a `volatility` (default 0.3) a year: `n` calls, then `n` puts, in one array. A
 * whole program as a kernel.
 *
 * @example
 * ```ts
 * import { blackScholes } from "@lanes/lanes/kernels";
 * import { assert } from "@std/assert";
 *
 * const one = Float64Array.of(100);
 * const [call, put] = blackScholes(one, one, Float64Array.of(1)) as Float64Array;
 * assert(call! > put! && Math.abs(call! - put! - (100 - 100 * Math.exp(-0.02))) < 1e-10);
 * ```
 */
export const blackScholes: OptionsKernel = defineWhole<OptionsKernel>({
  name: "blackScholes",
  arity: 3,
  dtypes: FLOATS,
  reference: (spot: number, strike: number, years: number, rate = 0.02, volatility = 0.3) => {
    const spread = volatility * Math.sqrt(years);
    const d1 = (Math.log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / spread;
    const now = strike * Math.exp(-rate * years);
    const normal = (d: number): number => 0.5 + 0.5 * erfOf(d * Math.SQRT1_2);
    const call = spot * normal(d1) - now * normal(d1 - spread);
    return [call, call - spot + now];
  },
  plan: (operands, options) => {
    checkCount("blackScholes", 3, operands.length, false);
    const given = operands.map((operand, i) => input("blackScholes", operand, i));
    const first = checkInputs("blackScholes", FLOATS, given);
    const { dtype, length } = first;
    const out = options.out === undefined
      ? newLike(first, dtype, 2 * length)
      : checkOut("blackScholes", options.out, dtype, 2 * length);
    const whole = (each: Input): Input =>
      typeof each === "number" ? { value: plainArray(dtype, length).fill(each), dtype, length, offset: -1 } : each;
    const space = new Workspace();
    const places = given.map((each) => space.operand(whole(each), dtype));
    const to = space.result(out);
    space.open();
    const size = bytesOf(dtype), each = sliceLength(length, size);
    return {
      job: space.job([{
        name: `black_scholes_${dtype}`,
        slices: Math.ceil(length / each),
        args: [
          ...places.map((place) => [space.at(place), each * size] as const),
          [space.at(to), each * size],
          length,
          numberOption("blackScholes", options, "rate", 0.02),
          numberOption("blackScholes", options, "volatility", 0.3),
          [each, length, 1],
        ],
      }]),
      cost: length * 0.015,
      finish: () => {
        space.copyOut();
        return out.value;
      },
      dispose: () => space.close(),
    };
  },
});
