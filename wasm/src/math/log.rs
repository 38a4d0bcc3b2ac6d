//! Logarithms: `x = 2^k · m` with `m` between √½ and √2, then a polynomial of `s = (m - 1) / (m + 1)`.

use super::exp::{LN2, LN2_HI, LN2_LO};
use super::{HALF, ONE, Pair, TWO, exact_product, exact_sum, fast_sum, head, pair_sum, product};
use crate::lanes::Doubles;

tables! {
    LARGEST: 1 = [f64::MAX];
    /// A whole number's bits in the place of the last ones of 2^52 are that number and 2^52.
    TO_NUMBER: 1 = [4_503_599_627_370_496.0];
    TO_NUMBER_BIASED: 1 = [4_503_599_627_370_496.0 + 1023.0];
    /// The bits of 1 less those of √½, and those of √½.
    BITS_TO_HALF: 1 = [f64::from_bits((0x3ff0_0000 - 0x3fe6_a09e) << 32)];
    BITS_OF_ROOT_HALF: 1 = [f64::from_bits(0x3fe6_a09e << 32)];
    /// 1/3 and what its double lacks; likewise of log2 e and log10 e.
    THIRD: 2 = [1.0 / 3.0, 1.850_371_707_708_594_2e-17];
    LOG2_E: 2 = [core::f64::consts::LOG2_E, 2.035_527_374_093_103_3e-17];
    LOG10_E: 2 = [core::f64::consts::LOG10_E, 1.098_319_650_216_765e-17];
    SMALLEST_NORMAL: 1 = [f64::MIN_POSITIVE];
    /// `(log((1 + s) / (1 - s)) - 2s) / s³` by powers of `s²` (fdlibm's), the even ones.
    LOG_EVEN: 4 = [6.666_666_666_666_735e-1, 2.857_142_874_366_239_1e-1, 1.818_357_216_161_805e-1, 1.479_819_860_511_658_6e-1];
    /// The odd ones.
    LOG_ODD: 3 = [3.999_999_999_940_941_9e-1, 2.222_219_843_214_978_4e-1, 1.531_383_769_920_937_3e-1];
    /// `(atanh(s) / s - 1 - s²/3) / s⁴` by powers of `s²`.
    LOG_TAIL: 8 = [ 0.200_000_000_000_000_01, 0.142_857_142_857_131_86, 0.111_111_111_113_671_08, 9.090_909_082_150_481e-2, 7.692_304_445_124_57e-2, 6.667_099_889_885_24e-2, 5.859_849_595_242_825e-2, 5.801_884_217_433_701e-2, ];
    /// `(atanh(s) / s - 1) / s²` by powers of `s²`, to 2^-29, for floats.
    LOG_SHORT: 4 = [0.333_333_332_749_750_97, 0.200_000_627_262_957_64, 0.142_752_094_255_013_5, 0.116_706_232_211_949_35];
    /// ln 2 less [`LN2_HI`] and [`LN2_LO`].
    LN2_REST: 1 = [1.161_222_722_936_253_2e-26];
}


/// `k` and `m` of positive normal `x`.
#[inline(always)]
fn split<V: Doubles>(x: V) -> (V, V) {
    let b = x.iadd(BITS_TO_HALF.v());
    // The exponent's bits, put where a double's last bits are.
    let k = b.shr(52).or(TO_NUMBER.v()).sub(TO_NUMBER_BIASED.v());
    let m = b.and(V::bits(0x000f_ffff_ffff_ffff)).iadd(BITS_OF_ROOT_HALF.v());
    (k, m)
}

/// Denormal numbers as normal ones, with what is to be added to the exponent.
#[inline(always)]
fn normal<V: Doubles>(x: V) -> (V, V) {
    let small = x.lt(SMALLEST_NORMAL.v());
    (small.select(x.mul(V::num(18_014_398_509_481_984.0)), x), small.and(V::num(-54.0)))
}

/// The result for what has no logarithm: NaN for negative numbers, -∞ for zero, ∞ and NaN as they are.
#[inline(always)]
fn special<V: Doubles>(x: V, y: V) -> V {
    let y = x.eq(V::num(f64::INFINITY)).select(x, y);
    let y = x.eq(V::zero()).select(V::num(f64::NEG_INFINITY), y);
    V::zero().le(x).select(y, V::num(f64::NAN))
}

/// Whether every lane is positive, normal and finite.
#[inline(always)]
fn ordinary<V: Doubles>(x: V) -> bool {
    SMALLEST_NORMAL.v::<V>().le(x).and(x.le(LARGEST.v())).all()
}

/// `log(1 + f) + k·ln 2`.
#[inline(always)]
fn log_of<V: Doubles>(k: V, f: V, fix: V) -> V {
    let [s, k, f, fix] = V::fence([f.div(f.add(TWO.v())), k, f, fix]);
    let z = s.mul(s);
    let w = z.mul(z);
    let even = LOG_EVEN.horner(w).mul(z);
    let odd = LOG_ODD.horner(w).mul(w);
    let r = even.add(odd);
    let hfsq = f.mul(HALF.v()).mul(f);
    let low = s.madd(hfsq.add(r), k.madd(LN2_LO.v(), fix));
    // k·ln 2 + f - f²/2 + …, the larger parts last.
    k.mul(LN2_HI.v()).sub(hfsq.sub(low).sub(f))
}

/// Where [`log_quick`] does not hold.
#[inline(always)]
pub fn log_unusual<V: Doubles>(x: V) -> V {
    // As whole numbers negative ones are less than all positive ones, and NaN is more.
    x.ilt(SMALLEST_NORMAL.v()).or(LARGEST.v::<V>().ilt(x))
}

/// `log(x)` of positive, normal, finite numbers.
#[inline(always)]
pub fn log_quick<V: Doubles>(x: V) -> V {
    let (k, m) = split(x);
    log_of(k, m.sub(ONE.v()), V::zero())
}

#[inline(always)]
pub fn log<V: Doubles>(x: V) -> V {
    let unusual = log_unusual(x);
    let y = log_quick(x);
    if unusual.any() { unusual.select(log_far(x), y) } else { y }
}

#[cold]
#[inline(never)]
fn log_far<V: Doubles>(x: V) -> V {
    let (y, by) = normal(x);
    let (k, m) = split(y);
    special(x, log_of(k.add(by), m.sub(ONE.v()), V::zero()))
}

/// `log(x)` to 2^-29, for floats.
#[inline(always)]
pub fn log_short<V: Doubles>(x: V) -> V {
    let (k, m) = split(x);
    let f = m.sub(ONE.v());
    let s = f.div(f.add(TWO.v()));
    let z = s.mul(s);
    let p = LOG_SHORT.horner(z);
    let y = k.madd(LN2.v(), s.add(s).madd(z.mul(p), s.add(s)));
    if ordinary(x) { y } else { special(x, y) }
}

#[inline(always)]
pub fn log1p<V: Doubles>(x: V) -> V {
    let u = exact_sum(ONE.v(), x);
    let (k, m) = split(u.hi);
    // What 1 + x lost, in the scale of m; where it lost a lot, m - 1 has no such small part.
    let back = ONE.v::<V>().isub(k.add(super::exp::ROUND.v()).shl(52));
    let lost = u.lo.mul(back);
    let near = k.eq(V::zero());
    let f = m.sub(ONE.v()).add(near.and(lost));
    let y = log_of(k, f, near.select(V::zero(), lost.div(m)));
    let y = x.eq(V::zero()).select(x, y);
    // Beyond 2^53 the one does not count, and 2^-k would be denormal.
    let y = V::num(9_007_199_254_740_992.0).lt(x).select(log_far(x), y);
    let y = x.eq(V::num(-1.0)).select(V::num(f64::NEG_INFINITY), y);
    V::num(-1.0).le(x).select(y, V::num(f64::NAN))
}

/// `log(x)` as a pair, to about 2^-65, of positive `x`; denormal ones too.
#[inline(always)]
pub fn log_pair<V: Doubles>(x: V) -> Pair<V> {
    let (x, by) = normal(x);
    let (k, m) = split(x);
    let k = k.add(by);
    let f = m.sub(ONE.v());
    let d = exact_sum(TWO.v(), f);
    // The quotient's first 26 bits have exact products; the rest follows from what they leave.
    let q = f.div(d.hi);
    let qh = head(q);
    let dh = head(d.hi);
    let rest = f.sub(qh.mul(dh)).sub(qh.mul(d.hi.sub(dh).add(d.lo)));
    let s = fast_sum(qh, rest.div(d.hi));
    let z = exact_product(s.hi, s.hi);
    let zl = z.lo.add(s.hi.add(s.hi).mul(s.lo));
    let tail = z.hi.mul(LOG_TAIL.poly(z.hi));
    let third = fast_sum(THIRD.at(0), tail);
    let third = Pair { hi: third.hi, lo: third.lo.add(THIRD.at(1)) };
    let a = product(Pair { hi: z.hi, lo: zl }, third);
    let b = product(s, a);
    let l = pair_sum(s, b);
    let twice = Pair { hi: l.hi.add(l.hi), lo: l.lo.add(l.lo) };
    // ln 2 as 33 bits, then two more numbers.
    let big = k.mul(LN2_HI.v());
    let low = exact_product(k, LN2_LO.v());
    let e = exact_sum(big, low.hi);
    let sum = exact_sum(e.hi, twice.hi);
    fast_sum(sum.hi, sum.lo.add(e.lo.add(low.lo).add(twice.lo)).add(k.mul(LN2_REST.v())))
}


#[inline(always)]
pub fn log2<V: Doubles>(x: V) -> V {
    let y = product(log_pair(x), LOG2_E.pair()).value();
    if ordinary(x) { y } else { special(x, y) }
}

#[inline(always)]
pub fn log10<V: Doubles>(x: V) -> V {
    let y = product(log_pair(x), LOG10_E.pair()).value();
    if ordinary(x) { y } else { special(x, y) }
}
