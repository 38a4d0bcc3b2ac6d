/** The definition of a fused multiply-add: exact in whole numbers, then rounded once. */

/** `x · y + z` rounded once, to a double or, where `round` is `Math.fround`, to a float. */
export function fusedMultiplyAdd(x: number, y: number, z: number, round?: (x: number) => number): number {
  const plain = x * y + z;
  if (!Number.isFinite(x) || !Number.isFinite(y) || !Number.isFinite(z)) return plain;
  if (x === 0 || y === 0) return plain;
  const [a, ea] = parts(x), [b, eb] = parts(y), [c, ec] = parts(z);
  const exponent = Math.min(ea + eb, ec);
  const sum = ((a * b) << BigInt(ea + eb - exponent)) + (c << BigInt(ec - exponent));
  if (sum === 0n) return z === 0 && (x * y < 0 || Object.is(x * y, -0)) && Object.is(z, -0) ? -0 : 0;
  return round === Math.fround ? rounded(sum, exponent, 24, -149, 128) : rounded(sum, exponent, 53, -1074, 1024);
}

/** A number as a whole number times a power of two. */
function parts(x: number): [bigint, number] {
  const bits = new BigUint64Array(Float64Array.of(x).buffer)[0]!;
  const field = Number((bits >> 52n) & 0x7ffn);
  const low = bits & 0xfffffffffffffn;
  const magnitude = field === 0 ? low : low | (1n << 52n);
  return [x < 0 ? -magnitude : magnitude, Math.max(field, 1) - 1075];
}

/** `value · 2^exponent` with `digits` bits, none below `2^least`, halves to even; infinite from `2^most`. */
function rounded(value: bigint, exponent: number, digits: number, least: number, most: number): number {
  const magnitude = value < 0n ? -value : value;
  const length = magnitude.toString(2).length;
  const drop = Math.max(length - digits, least - exponent);
  let kept = magnitude, shift = exponent;
  if (drop > 0) {
    kept = magnitude >> BigInt(drop);
    const rest = magnitude - (kept << BigInt(drop)), half = 1n << BigInt(drop - 1);
    if (rest > half || (rest === half && (kept & 1n) === 1n)) kept++;
    shift += drop;
  }
  // In two steps: 2^shift alone may not be a number.
  const half = Math.trunc(shift / 2);
  const result = Number(kept) * 2 ** half * 2 ** (shift - half);
  const limited = result >= 2 ** (most - 1) * 2 ? Infinity : result;
  return value < 0n ? -limited : limited;
}
