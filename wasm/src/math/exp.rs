//! `e^x` and what is made of it: `x = k·ln 2 + r`, then a polynomial of `r` on ±ln 2 / 2.

use super::{Pair, exact_sum, fast_sum, head, poly};
use crate::lanes::Doubles;

const LOG2_E: f64 = core::f64::consts::LOG2_E;
/// ln 2 to 33 bits, so that its product with a whole number of up to 20 bits is exact.
pub const LN2_HI: f64 = 6.931_471_803_691_238e-1;
/// ln 2 less that.
pub const LN2_LO: f64 = 1.908_214_929_270_587_7e-10;
/// Added and subtracted again it rounds to a whole number, which is in the last bits of the sum.
pub const ROUND: f64 = 6_755_399_441_055_744.0;
/// `(e^r - 1 - r) / r²`, to 2^-58 of `e^r`.
const EXP: [f64; 10] = [
    0.500_000_000_000_001_1,
    0.166_666_666_666_664_24,
    4.166_666_666_652_707_5e-2,
    8.333_333_333_487_054e-3,
    1.388_888_894_430_123_3e-3,
    1.984_126_952_243_797_98e-4,
    2.480_149_249_986_312_5e-5,
    2.755_757_234_752_779e-6,
    2.763_043_714_676_062e-7,
    2.500_446_060_008_357_6e-8,
];
/// The same to 2^-28, for floats.
const EXP_SHORT: [f64; 5] = [
    0.499_999_934_517_160_07,
    0.166_665_206_898_121_37,
    4.166_838_735_969_271e-2,
    8.368_709_826_023_481e-3,
    1.381_461_333_994_150_8e-3,
];

/// `e^x = 2^k · (1 + r + (e^r - 1 - r))`; `shift` has `k` in its last bits.
#[derive(Clone, Copy)]
pub struct Reduced<V> {
    pub shift: V,
    pub k: V,
    /// Rounded; its error is `fix`, of which most functions need nothing.
    pub r: V,
    pub fix: V,
}

/// Reduces `x`, which is at most 2^20 in magnitude.
#[inline(always)]
pub fn reduce<V: Doubles>(x: V) -> Reduced<V> {
    let shift = x.mul(V::num(LOG2_E)).add(V::num(ROUND));
    let k = shift.sub(V::num(ROUND));
    let hi = k.nmadd(V::num(LN2_HI), x);
    let lo = k.mul(V::num(LN2_LO));
    let r = hi.sub(lo);
    Reduced { shift, k, r, fix: hi.sub(r).sub(lo) }
}

/// `e^r` as a sum, for a reduced `r`; the second part is up to a tenth of the first.
#[inline(always)]
pub fn exp_of_reduced<V: Doubles>(r: V) -> Pair<V> {
    let hi = V::one().add(r);
    let lost = V::one().sub(hi).add(r);
    let q = poly(r, EXP);
    Pair { hi, lo: r.mul(r).madd(q, lost) }
}

/// `x · 2^k` for normal results: adds to the exponent.
#[inline(always)]
pub fn scale<V: Doubles>(x: V, shift: V) -> V {
    x.iadd(shift.shl(52))
}

/// `2^k` for `-1022 <= k <= 1023`.
#[inline(always)]
pub fn power_of_two<V: Doubles>(shift: V) -> V {
    shift.shl(52).iadd(V::one())
}

/// The pair times `2^k` for every `k` that [`ROUND`] was added to, rounded once: in two steps, since the result may be
/// denormal or beyond the largest number.
#[inline(always)]
pub fn scale_far<V: Doubles>(x: V, k: V) -> V {
    let half = k.mul(V::num(0.5)).add(V::num(ROUND));
    let rest = k.sub(half.sub(V::num(ROUND))).add(V::num(ROUND));
    x.mul(power_of_two(half)).mul(power_of_two(rest))
}

/// Whether a lane of `|x|` is above `most`.
#[inline(always)]
pub fn any_above<V: Doubles>(x: V, most: f64) -> bool {
    V::num(most).lt(x.abs()).any()
}

/// `x`, but no less than `least` and no more than `most`; NaN stays.
#[inline(always)]
pub fn clamp<V: Doubles>(x: V, least: f64, most: f64) -> V {
    let (a, b) = (V::num(least), V::num(most));
    let x = x.lt(a).select(a, x);
    b.lt(x).select(b, x)
}

/// Beyond, a result of `e^x` is not normal.
const NORMAL: f64 = 708.0;

#[inline(always)]
pub fn exp<V: Doubles>(x: V) -> V {
    if any_above(x, NORMAL) {
        let x = clamp(x, -746.0, 710.0);
        let a = reduce(x);
        return scale_far(exp_of_reduced(a.r).value(), a.k);
    }
    let a = reduce(x);
    // By a product and not by `scale`, which would make a number of NaN.
    exp_of_reduced(a.r).value().mul(power_of_two(a.shift))
}

/// `e^x` to 2^-28, for floats.
#[inline(always)]
pub fn exp_short<V: Doubles>(x: V) -> V {
    let x = clamp(x, -700.0, 700.0);
    let shift = x.mul(V::num(LOG2_E)).add(V::num(ROUND));
    let k = shift.sub(V::num(ROUND));
    let r = k.nmadd(V::num(core::f64::consts::LN_2), x);
    let q = poly(r, EXP_SHORT);
    r.mul(r).madd(q, r.add(V::one())).mul(power_of_two(shift))
}

#[inline(always)]
pub fn exp2<V: Doubles>(x: V) -> V {
    let clamped = clamp(x, -1080.0, 1030.0);
    let shift = clamped.add(V::num(ROUND));
    let k = shift.sub(V::num(ROUND));
    let r = clamped.sub(k).mul(V::num(core::f64::consts::LN_2));
    let e = exp_of_reduced(r).value();
    if any_above(x, 1021.0) { scale_far(e, k) } else { e.mul(power_of_two(shift)) }
}

/// `e^x - 1` as a pair, for `|x| <= 700`.
#[inline(always)]
pub fn expm1_pair<V: Doubles>(x: V) -> Pair<V> {
    let Reduced { shift, r, fix, .. } = reduce(x);
    let t = power_of_two(shift);
    // 2^k·(1 + r + r²/2 + …) - 1 = (2^k - 1) + 2^k·r + 2^k·r²/2 + …: the first three may cancel, and are summed exactly.
    let u = t.sub(V::one());
    let lost = t.sub(u).sub(V::one());
    let a = exact_sum(u, t.mul(r));
    let h = head(r);
    let half = t.mul(V::num(0.5));
    let b = exact_sum(a.hi, half.mul(h.mul(h)));
    let cut = half.mul(r.sub(h).mul(r.add(h)));
    let z = r.mul(r);
    let rest = poly(r, EXP_REST).madd(r, V::num(EXP[0] - 0.5)).madd(z, fix);
    let lo = a.lo.add(b.lo).add(lost).add(cut).add(t.mul(rest));
    exact_sum(b.hi, lo)
}

/// `EXP` without its first coefficient.
const EXP_REST: [f64; 9] = [EXP[1], EXP[2], EXP[3], EXP[4], EXP[5], EXP[6], EXP[7], EXP[8], EXP[9]];

#[inline(always)]
pub fn expm1<V: Doubles>(x: V) -> V {
    let y = expm1_pair(clamp(x, -60.0, 700.0)).value();
    // The sum above turns -0 into +0.
    let y = x.eq(V::zero()).select(x, y);
    if any_above(x, 700.0) { V::num(700.0).lt(x).select(exp(x), y) } else { y }
}

/// `1 / (1 + e^-x)`.
#[inline(always)]
pub fn sigmoid<V: Doubles>(x: V) -> V {
    let z = clamp(x.neg(), -700.0, 700.0);
    let a = reduce(z);
    let t = power_of_two(a.shift);
    let e = exp_of_reduced(a.r);
    let e = fast_sum(e.hi, e.lo).times(t);
    let d = exact_sum(V::one(), e.hi);
    let lo = d.lo.add(e.lo);
    // One step of Newton's method on the quotient's first 26 bits, whose product with the divisor's is exact.
    let q = V::one().div(d.hi);
    let (qh, dh) = (head(q), head(d.hi));
    let rest = qh.nmadd(dh, V::one()).sub(qh.mul(d.hi.sub(dh).add(lo)));
    let y = q.madd(rest, qh);
    if any_above(x, 700.0) { x.lt(V::num(-700.0)).select(exp(x), y) } else { y }
}

/// `1 / (1 + e^-x)` for floats.
#[inline(always)]
pub fn sigmoid_short<V: Doubles>(x: V) -> V {
    V::one().div(V::one().add(exp_short(x.neg())))
}

/// `e^(hi + lo)` as a pair without its power of two.
#[inline(always)]
pub fn exp_pair<V: Doubles>(x: Pair<V>) -> (Pair<V>, Reduced<V>) {
    let shift = x.hi.mul(V::num(LOG2_E)).add(V::num(ROUND));
    let k = shift.sub(V::num(ROUND));
    let hi = k.nmadd(V::num(LN2_HI), x.hi);
    let lo = k.mul(V::num(LN2_LO)).sub(x.lo);
    let r = hi.sub(lo);
    let a = Reduced { shift, k, r, fix: hi.sub(r).sub(lo) };
    let e = exp_of_reduced(r);
    // e^(r + fix) = e^r · (1 + fix)
    (Pair { hi: e.hi, lo: e.lo.add(a.fix.mul(e.hi)) }, a)
}
