/** The definition of `erf`: its series without cancellation, and 1 less a continued fraction from 2 on. */

/** The error function of `x`. */
export function erfOf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x) || x === 0) return x;
  if (a > 6) return Math.sign(x);
  if (a >= 2) return Math.sign(x) * (1 - complement(a));
  let term = a, sum = a;
  for (let n = 1; term > sum * 1e-18; n++) {
    term *= 2 * a * a / (2 * n + 1);
    sum += term;
  }
  return Math.sign(x) * 2 / Math.sqrt(Math.PI) * sum * decay(a);
}

/** `e^(-a²)`, of a square in two parts, since the exponential multiplies what a square loses. */
function decay(a: number): number {
  const head = Math.fround(a);
  return Math.exp(-head * head) * Math.exp((head - a) * (head + a));
}

/** `1 - erf(a)` for `a >= 2`. */
function complement(a: number): number {
  let fraction = 0;
  for (let n = 80; n > 0; n--) fraction = n / 2 / (a + fraction);
  return decay(a) / Math.sqrt(Math.PI) / (a + fraction);
}
