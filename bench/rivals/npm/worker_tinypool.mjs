/** What Tinypool's workers run. */
import { squareArray } from "../functions.mjs";

export * from "../functions.mjs";

const { default: Tinypool } = await import("tinypool");

/** Squares an array that was transferred here, and transfers it back. @param {Float64Array} array @returns {unknown} */
export function moveSquared(array) {
  return Tinypool.move(squareArray(array));
}
