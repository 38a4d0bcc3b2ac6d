/** The definition of `erf`: its series without cancellation. */

/** The error function of `x`. */
export function erfOf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x) || x === 0) return x;
  if (a > 6) return Math.sign(x);
  let term = a, sum = a;
  for (let n = 1; term > sum * 1e-18; n++) {
    term *= 2 * a * a / (2 * n + 1);
    sum += term;
  }
  // e^(-a²) of a square in two parts, since the exponential multiplies what the square loses.
  const head = Math.fround(a);
  const decay = Math.exp(-head * head) * Math.exp((head - a) * (head + a));
  return Math.sign(x) * Math.min(1, 2 / Math.sqrt(Math.PI) * sum * decay);
}
