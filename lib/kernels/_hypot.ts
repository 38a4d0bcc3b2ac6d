/** The definition of `hypot`: the steps of the kernel, each rounded. */

/** `√(x² + y²)`, each step rounded by `round`. */
export function hypotenuse(x: number, y: number, round: (x: number) => number): number {
  const float = round === Math.fround;
  const [safe, scaled, negligible] = float ? [60, 100, 14] : [500, 600, 28];
  const a = Math.abs(x), b = Math.abs(y);
  const low = 2 ** -safe, high = 2 ** safe;
  if (low <= a && a <= high && low <= b && b <= high) return root(a, b, round);
  if (a === Infinity || b === Infinity) return Infinity;
  const most = Math.max(a, b), least = Math.min(a, b);
  const scale = most < low ? 2 ** scaled : most > high ? 2 ** -scaled : 1;
  const p = round(most * scale), q = round(least * scale);
  if (q <= round(p * 2 ** -negligible)) return most;
  return round(root(p, q, round) / scale);
}

function root(a: number, b: number, round: (x: number) => number): number {
  return round(Math.sqrt(round(round(a * a) + round(b * b))));
}
