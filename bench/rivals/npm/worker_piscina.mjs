/** What Piscina's workers run. */
import { squareArray } from "../functions.mjs";

export * from "../functions.mjs";

const { move } = await import("piscina");

/** Squares an array that was transferred here, and transfers it back. @param {Float64Array} array @returns {unknown} */
export function moveSquared(array) {
  return move(squareArray(array));
}
