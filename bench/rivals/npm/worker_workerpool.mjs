/** What workerpool's workers run. */
import { all, squareArray } from "../functions.mjs";

const { default: workerpool } = await import("workerpool");

workerpool.worker({
  ...all,
  moveSquared(array) {
    const squared = squareArray(array);
    return new workerpool.Transfer(squared, [squared.buffer]);
  },
});
