/**
 * Prices of European options by the formula of Black and Scholes: a table, then a million options by all workers, whose
 * puts are computed once more from single kernels and held against put-call parity.
 *
 * ```sh
 * deno run examples/black_scholes.ts [--strike=100] [--years=1] [--rate=0.05] [--volatility=0.2]
 * deno run --allow-write=prices.csv examples/black_scholes.ts --out prices.csv
 * ```
 */
import { parseArgs } from "node:util";
import { SharedArray } from "@lanes/lanes";
import { Pool } from "@lanes/lanes/pool";
import * as kernels from "@lanes/lanes/kernels";

/** What an option's price depends on beside its spot price. */
export interface Contract {
  /** What the option's owner may buy or sell for. */
  readonly strike: number;
  /** How long until then. */
  readonly years: number;
  /** The risk-free interest rate a year. */
  readonly rate: number;
  /** The volatility a year. */
  readonly volatility: number;
}

/** The prices of one option. */
export interface Prices {
  /** The price of what may be bought or sold. */
  readonly spot: number;
  /** The price of the right to buy. */
  readonly call: number;
  /** The price of the right to sell. */
  readonly put: number;
}

const OPTIONS = 1_000_000;

/** The prices at each spot price. */
export async function prices(pool: Pool, spots: Float64Array, contract: Contract): Promise<Prices[]> {
  const { strike, years, ...market } = contract;
  const both = await pool.compute(kernels.blackScholes, [spots, strike, years], market);
  return Array.from(spots, (spot, i) => ({ spot, call: both[i]!, put: both[spots.length + i]! }));
}

/**
 * How far a million random options are from parity, `call - put = spot - strike·exp(-rate·years)`, at most. The calls
 * are those of `blackScholes`; the puts are computed here, one kernel a step, every one of them by all workers.
 */
export async function parity(pool: Pool, { rate, volatility }: Omit<Contract, "strike" | "years">): Promise<number> {
  const { abs, add, blackScholes, div, erf, exp, fma, log, max, mul, randomUniform, sqrt, sub } = kernels;
  using spot = new SharedArray("f64", OPTIONS);
  using strike = new SharedArray("f64", OPTIONS);
  using years = new SharedArray("f64", OPTIONS);
  await pool.compute(randomUniform, spot, { seed: 1, low: 50, high: 150 });
  await pool.compute(randomUniform, strike, { seed: 2, low: 50, high: 150 });
  await pool.compute(randomUniform, years, { seed: 3, low: 0.1, high: 3 });

  using spread = await pool.compute(sqrt, years);
  await pool.compute(mul, [spread, volatility], { out: spread });
  using d1 = await pool.compute(div, [spot, strike]);
  await pool.compute(log, d1, { out: d1 });
  await pool.compute(fma, [years, rate + volatility ** 2 / 2, d1], { out: d1 });
  await pool.compute(div, [d1, spread], { out: d1 });
  using d2 = await pool.compute(sub, [d1, spread]);
  using now = await pool.compute(mul, [years, -rate]);
  await pool.compute(exp, now, { out: now });
  await pool.compute(mul, [now, strike], { out: now });
  for (const d of [d1, d2]) { // How likely a normally distributed number is below -d.
    await pool.compute(mul, [d, Math.SQRT1_2], { out: d });
    await pool.compute(erf, d, { out: d });
    await pool.compute(fma, [d, -0.5, 0.5], { out: d });
  }
  await pool.compute(mul, [d1, spot], { out: d1 });
  await pool.compute(mul, [d2, now], { out: d2 });
  using put = await pool.compute(sub, [d2, d1]);

  using both = await pool.compute(blackScholes, [spot, strike, years], { rate, volatility });
  using call = both.subarray(0, OPTIONS);
  await pool.compute(sub, [call, put], { out: put });
  await pool.compute(sub, [put, spot], { out: put });
  await pool.compute(add, [put, now], { out: put });
  return await pool.compute(max, await pool.compute(abs, put, { out: put }));
}

/** Prints, and writes, what the arguments ask for. */
export async function main(args: string[]): Promise<void> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: { out: text, strike: text, years: text, rate: text, volatility: text },
  });
  const { out, ...given } = values;
  const numbers = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, Number(value)]));
  const contract: Contract = { strike: 100, years: 1, rate: 0.05, volatility: 0.2, ...numbers };
  const spots = Float64Array.from({ length: 11 }, (_, i) => contract.strike * (50 + 10 * i) / 100);

  await using pool = new Pool();
  const rows = await prices(pool, spots, contract);
  console.log(`      spot       call        put`);
  for (const { spot, call, put } of rows) {
    console.log([spot.toFixed(2), call.toFixed(4), put.toFixed(4)].map((column) => column.padStart(10)).join(" "));
  }
  const residual = await parity(pool, contract);
  console.log(`${OPTIONS} options: at most ${residual.toExponential(0)} from put-call parity`);
  if (out === undefined) return;
  await Deno.writeTextFile(out, ["spot,call,put", ...rows.map((row) => Object.values(row).join())].join("\n") + "\n");
  console.log(`${out}: ${rows.length} rows`);
}

if (import.meta.main) await main(Deno.args);
