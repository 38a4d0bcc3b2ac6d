/**
 * What is measured of a JavaScript pool of 2 workers, Lanes' and its rivals' alike, on Deno and on Node.
 *
 * Each measure takes a `rival` (see {@linkcode Rival}) and sizes, and gives figures by name; the name ends in the unit.
 *
 * @module
 */
import process from "node:process";

/**
 * A pool of workers as the measures see it. `transfer` and `map` may be missing.
 *
 * @typedef {object} Pool
 * @property {(name: string, value: any) => Promise<any>} call Calls a function of `functions.mjs` in a worker.
 * @property {((name: string, values: any[]) => Promise<any[]>)=} map Calls it with each value.
 * @property {((array: Float64Array) => Promise<Float64Array>)=} transfer Squares an array that is moved there and back.
 * @property {() => unknown} close Ends it.
 *
 * @typedef {object} Rival
 * @property {(workers: number) => Pool | Promise<Pool>} create Starts a pool.
 * @property {Record<string, (sizes: Sizes) => Promise<Record<string, number>>>=} more Measures of its own.
 *
 * @typedef {object} Sizes
 * @property {number} calls Sequential calls.
 * @property {number} burst Tasks at once.
 * @property {number} bursts How often, at most.
 * @property {number} budget Milliseconds that the bursts may take together.
 * @property {number} items Items of a map.
 * @property {number} rounds Repetitions of everything else.
 */

/** @type {Sizes} */
export const FULL = { calls: 5000, burst: 50_000, bursts: 30, budget: 20_000, items: 100_000, rounds: 20 };
/** @type {Sizes} */
export const QUICK = { calls: 300, burst: 2000, bursts: 4, budget: 2000, items: 10_000, rounds: 4 };

/** Workers of a pool. */
const WORKERS = 2;
/** Chunks that a map is cut into: as many as Python cuts for 2 workers. */
const CHUNKS = 8;
/** Elements of 8 MiB of f64. */
const ELEMENTS = 1 << 20;
/** Workers by which the memory of one is measured. */
const MORE_WORKERS = 6;
/** How long, in milliseconds, a task is whose lateness is measured. */
const LONG_TASK = 50;
/** How long, in milliseconds, a pool is left alone before its idle CPU is measured, and how long that is measured. */
const SETTLE = 100, IDLE = 2000;

/** @param {number[]} values @param {number} part @returns {number} */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

/** @param {number} ms @returns {Promise<void>} */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs `work` `rounds` times, and as often before without counting; `prepare` is not timed. */
/** @param {number} rounds @param {(input: any) => unknown} work @param {(() => any)=} prepare @returns {Promise<number>} */
async function median(rounds, work, prepare = () => undefined) {
  const times = [];
  for (let round = -Math.ceil(rounds / 4); round < rounds; round++) {
    const input = prepare();
    const start = performance.now();
    await work(input);
    if (round >= 0) times.push(performance.now() - start);
  }
  return quantile(times, 0.5);
}

/** @param {boolean} holds @param {string} what */
function check(holds, what) {
  if (!holds) throw new Error(`Wrong result: ${what}`);
}

/** @param {Pool} pool */
async function warm(pool) {
  for (let i = 0; i < 20; i++) await Promise.all([pool.call("square", i), pool.call("square", i)]);
}

/** From the making of a pool to its first result; what a worker adds to the resident memory. */
/** @param {Rival} rival @returns {Promise<Record<string, number>>} */
async function start(rival) {
  const begin = performance.now();
  const pool = await rival.create(WORKERS);
  check(await pool.call("square", 3) === 9, "square");
  const first = performance.now() - begin;
  await Promise.all([pool.call("sleep", 200), pool.call("sleep", 200)]);
  const before = process.memoryUsage().rss;
  const more = await rival.create(MORE_WORKERS);
  // As many tasks as workers, each long enough that all of them start.
  await Promise.all(Array.from({ length: MORE_WORKERS }, () => more.call("sleep", 800)));
  const worker = (process.memoryUsage().rss - before) / MORE_WORKERS / 2 ** 20;
  await Promise.all([pool.close(), more.close()]);
  // Once more, with everything loaded that a first pool loads.
  const again = performance.now();
  const warmed = await rival.create(WORKERS);
  await warmed.call("square", 3);
  return {
    "start, first pool ms": first,
    "start, later pool ms": performance.now() - again,
    "memory a worker MiB": worker,
  };
}

/** Trivial tasks one after another. */
/** @param {Rival} rival @param {Sizes} sizes @returns {Promise<Record<string, number>>} */
async function latency(rival, { calls }) {
  const pool = await rival.create(WORKERS);
  const times = [];
  for (let i = -calls; i < calls; i++) {
    const begin = performance.now();
    const result = await pool.call("square", i);
    const took = performance.now() - begin;
    check(result === i * i, "square");
    if (i >= 0) times.push(took * 1000);
  }
  return { "latency p50 µs": quantile(times, 0.5), "latency p99 µs": quantile(times, 0.99) };
}

/** Many tasks submitted at once, run after run. */
/** @param {Rival} rival @param {Sizes} sizes @returns {Promise<Record<string, number>>} */
async function burst(rival, { burst, bursts, budget }) {
  const pool = await rival.create(WORKERS);
  await warm(pool);
  const rates = [];
  const end = performance.now() + budget;
  for (let run = -1; run < bursts && (run < 3 || performance.now() < end); run++) {
    const begin = performance.now();
    const pending = new Array(burst);
    for (let i = 0; i < burst; i++) pending[i] = pool.call("square", i);
    const results = await Promise.all(pending);
    const took = performance.now() - begin;
    check(results.length === burst && results[burst - 1] === (burst - 1) ** 2, "burst");
    if (run >= 0) rates.push(burst / took * 1000);
  }
  return {
    "at once, slowest run /s": Math.min(...rates),
    "at once, median run /s": quantile(rates, 0.5),
    "at once, fastest run /s": Math.max(...rates),
    "at once, runs": rates.length,
  };
}

/** x·x over many numbers. */
/** @param {Rival} rival @param {Sizes} sizes @returns {Promise<Record<string, number>>} */
async function map(rival, { items, rounds }) {
  const pool = await rival.create(WORKERS);
  await warm(pool);
  const xs = Array.from({ length: items }, (_, i) => i);
  const size = Math.ceil(items / CHUNKS);
  async function chunked() {
    const parts = [];
    for (let i = 0; i < items; i += size) parts.push(pool.call("squareAll", xs.slice(i, i + size)));
    return (await Promise.all(parts)).flat();
  }
  const run = pool.map ? () => pool.map("square", xs) : chunked;
  const squares = await run();
  check(squares.length === items && squares[items - 1] === (items - 1) ** 2, "map");
  return { "map ms": await median(rounds, run) };
}

/** 8 MiB of f64 there and back, squared. */
/** @param {Rival} rival @param {Sizes} sizes @returns {Promise<Record<string, number>>} */
async function array(rival, { rounds }) {
  const pool = await rival.create(WORKERS);
  await warm(pool);
  const fresh = () => Float64Array.from({ length: ELEMENTS }, (_, i) => i % 1000);
  /** @type {Record<string, number>} */
  const figures = {};
  const squared = await pool.call("squareArray", fresh());
  check(squared.length === ELEMENTS && squared[999] === 998001, "array");
  figures["8 MiB copied ms"] = await median(rounds, (xs) => pool.call("squareArray", xs), fresh);
  if (pool.transfer) {
    const moved = await pool.transfer(fresh());
    check(moved.length === ELEMENTS && moved[999] === 998001, "transferred array");
    figures["8 MiB transferred ms"] = await median(rounds, (xs) => pool.transfer(xs), fresh);
  }
  const buffer = new SharedArrayBuffer(ELEMENTS * 8);
  const view = new Float64Array(buffer).fill(1);
  figures["8 MiB shared ms"] = await median(rounds, () => pool.call("squareShared", buffer));
  check(view[999] === 1, "shared array");
  return figures;
}

/** Microseconds of CPU that this program has taken, all its threads together. */
function cpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** The cores that a pool takes while nobody wants anything of it, and how late a long task reports. */
/** @param {Rival} rival @param {Sizes} sizes @returns {Promise<Record<string, number>>} */
async function idle(rival, { rounds }) {
  const pool = await rival.create(WORKERS);
  await warm(pool);
  await pause(SETTLE);
  const before = cpu();
  const from = performance.now();
  await pause(IDLE);
  const cores = (cpu() - before) / 1000 / (performance.now() - from);
  const late = [];
  for (let i = 0; i < rounds * 2; i++) {
    const begin = performance.now();
    await pool.call("busy", LONG_TASK);
    late.push(performance.now() - begin - LONG_TASK);
    await pause(5);
  }
  return {
    "idle cores": cores,
    "50 ms task late p50 ms": quantile(late, 0.5),
    "50 ms task late p90 ms": quantile(late, 0.9),
  };
}

/** All of them. */
export const MEASURES = { start, latency, burst, map, array, idle };

/** Measures `name` and writes one line of JSON. */
/** @param {Rival} rival @param {keyof typeof MEASURES} name @param {boolean} quick */
export async function report(rival, name, quick) {
  const sizes = quick ? QUICK : FULL;
  const figures = { ...await MEASURES[name](rival, sizes), ...await rival.more?.[name]?.(sizes) };
  process.stdout.write(JSON.stringify(figures) + "\n");
}
