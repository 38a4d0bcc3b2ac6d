/**
 * What the workers of every JavaScript pool run: the same functions for all.
 *
 * @module
 */

/** @param {number} x @returns {number} */
export function square(x) {
  return x * x;
}

/** Gives back what it gets. @template T @param {T} value @returns {T} */
export function same(value) {
  return value;
}

/** @param {number[]} xs @returns {number[]} */
export function squareAll(xs) {
  const squares = new Array(xs.length);
  for (let i = 0; i < squares.length; i++) squares[i] = xs[i] * xs[i];
  return squares;
}

/** @param {Float64Array} xs @returns {Float64Array} */
export function squareArray(xs) {
  for (let i = 0; i < xs.length; i++) xs[i] *= xs[i];
  return xs;
}

/** @param {SharedArrayBuffer} buffer @returns {number} */
export function squareShared(buffer) {
  return squareArray(new Float64Array(buffer)).length;
}

/** Computes for `ms` milliseconds. @param {number} ms @returns {number} */
export function busy(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}

/** Waits for `ms` milliseconds. @param {number} ms @returns {Promise<number>} */
export async function sleep(ms) {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return ms;
}

/** By name, for pools that want a table. */
export const all = { square, squareAll, squareArray, squareShared, busy, sleep };
