//! `e^x` and what is made of it: `x = k·ln 2 + r`, then a polynomial of `r` on ±ln 2 / 2.

use super::{HALF, ONE, Pair, exact_sum, head};
use crate::lanes::{Doubles, Floats};

tables! {
    pub LN2: 1 = [core::f64::consts::LN_2];
    /// Beyond, `e^x` and `e^-x` are not both normal.
    pub FAR: 1 = [700.0];
    MINUS_FAR: 1 = [-700.0];
    /// Where `2^x` is 0, and infinite, and up to where it is normal.
    EXP2_LEAST: 1 = [-1080.0];
    EXP2_MOST: 1 = [1030.0];
    EXP2_NORMAL: 1 = [1021.0];
    LOG2_E: 1 = [core::f64::consts::LOG2_E];
    /// ln 2 to 33 bits, so that its product with a whole number of up to 20 bits is exact.
    pub LN2_HI: 1 = [6.931_471_803_691_238e-1];
    /// ln 2 less that.
    pub LN2_LO: 1 = [1.908_214_929_270_587_7e-10];
    /// Added and subtracted again it rounds to a whole number, which is in the last bits of the sum.
    pub ROUND: 1 = [6_755_399_441_055_744.0];
    /// `(e^r - 1 - r) / r²`, to 2^-58 of `e^r`.
    EXP: 10 = [ 0.500_000_000_000_001_1, 0.166_666_666_666_664_24, 4.166_666_666_652_707_5e-2, 8.333_333_333_487_054e-3, 1.388_888_894_430_123_3e-3, 1.984_126_952_243_797_98e-4, 2.480_149_249_986_312_5e-5, 2.755_757_234_752_779e-6, 2.763_043_714_676_062e-7, 2.500_446_060_008_357_6e-8, ];
    /// What is taken off `x·log2 e` before it is rounded, so that `e^r` is between 3/4 and 3/2: `log2(9/8) / 2`, negative.
    LEAN: 1 = [-0.084_962_500_721_156_18];
    /// [`EXP`] between `-ln 4/3` and `ln 3/2`, to 2^-57, and the same of -r.
    EXP_LEANING: 10 = [0.4999999999999999, 0.16666666666667745, 0.04166666666668714, 0.008333333332417887, 0.0013888888884626156, 0.00019841272489579833, 2.4801577167859047e-05, 2.755410454072002e-06, 2.758977372694494e-07, 2.6472042867587873e-08];
    EXP_NEGATIVE: 10 = [0.4999999999999999, -0.16666666666667745, 0.04166666666668714, -0.008333333332417887, 0.0013888888884626156, -0.00019841272489579833, 2.4801577167859047e-05, -2.755410454072002e-06, 2.758977372694494e-07, -2.6472042867587873e-08];
    /// The same to 2^-28, for floats.
    EXP_SHORT: 5 = [ 0.499_999_934_517_160_07, 0.166_665_206_898_121_37, 4.166_838_735_969_271e-2, 8.368_709_826_023_481e-3, 1.381_461_333_994_150_8e-3, ];
    /// Beyond, a result of `e^x` is not normal.
    NORMAL: 1 = [708.0];
    /// The first coefficient of `EXP` less the half that it begins with.
    EXP_FIRST: 1 = [1.110_223_024_625_156_5e-15];
}

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
    let shift = x.mul(LOG2_E.v()).add(ROUND.v());
    let k = shift.sub(ROUND.v());
    let hi = k.nmadd(LN2_HI.v(), x);
    let lo = k.mul(LN2_LO.v());
    let r = hi.sub(lo);
    Reduced { shift, k, r, fix: hi.sub(r).sub(lo) }
}

/// `e^r` as a sum, for a reduced `r`; the second part is up to a tenth of the first.
#[inline(always)]
pub fn exp_of_reduced<V: Doubles>(r: V) -> Pair<V> {
    let hi = ONE.v::<V>().add(r);
    let lost = ONE.v::<V>().sub(hi).add(r);
    let q = EXP.poly(r);
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
    shift.shl(52).iadd(ONE.v())
}

/// The pair times `2^k` for every `k` that [`ROUND`] was added to, rounded once: in two steps, since the result may be
/// denormal or beyond the largest number.
#[inline(always)]
pub fn scale_far<V: Doubles>(x: V, k: V) -> V {
    let half = k.mul(HALF.v()).add(ROUND.v());
    let rest = k.sub(half.sub(ROUND.v())).add(ROUND.v());
    x.mul(power_of_two(half)).mul(power_of_two(rest))
}

/// Whether a lane of `|x|` is above `most`.
#[inline(always)]
pub fn any_above<V: Doubles>(x: V, most: V) -> bool {
    most.lt(x.abs()).any()
}

/// `x`, but no less than `least` and no more than `most`; NaN stays.
#[inline(always)]
pub fn clamp<V: Doubles>(x: V, least: V, most: V) -> V {
    let x = x.lt(least).select(least, x);
    most.lt(x).select(most, x)
}


/// Where `e^x` is not a normal number.
#[inline(always)]
pub fn exp_unusual<V: Doubles>(x: V) -> V {
    NORMAL.v::<V>().ilt(x.abs())
}

/// `e^x` where it is normal: `2^k · (1 + (r + r²·q(r)))`. Since `e^r` is between 3/4 and 3/2, what is added to the 1 is
/// between -1/4 and 1/2: its rounding is an eighth of a unit in the last place of the result, that of `r` at most 0.19,
/// and all others together 0.06.
#[inline(always)]
pub fn exp_quick<V: Doubles>(x: V) -> V {
    let shift = x.madd(LOG2_E.v(), LEAN.v()).add(ROUND.v());
    let k = shift.sub(ROUND.v());
    let r = k.nmadd(LN2_HI.v(), x);
    let [r, shift] = V::fence([k.nmadd(LN2_LO.v(), r), shift]);
    let q = EXP_LEANING.horner(r);
    let [q, r, shift] = V::fence([q, r, shift]);
    scale(ONE.v::<V>().add(r.mul(r).madd(q, r)), shift)
}

#[inline(always)]
pub fn exp<V: Doubles>(x: V) -> V {
    let unusual = exp_unusual(x);
    let y = exp_quick(x);
    if unusual.any() { unusual.select(exp_far(x), y) } else { y }
}

#[cold]
#[inline(never)]
fn exp_far<V: Doubles>(x: V) -> V {
    let a = reduce(clamp(x, V::num(-746.0), V::num(710.0)));
    scale_far(exp_of_reduced(a.r).value(), a.k)
}

/// Where [`exp_short_quick`] need not hold: floats' exponentials are 0 or infinite there; and NaN.
#[inline(always)]
pub fn short_unusual<V: Floats>(x: V) -> V {
    V::num(700.0).ilt(x.abs())
}

/// `e^x` to 2^-28, for floats.
#[inline(always)]
pub fn exp_short<V: Doubles>(x: V) -> V {
    exp_short_quick(clamp(x, MINUS_FAR.v(), FAR.v()))
}

/// The same for `|x| <= 700`.
#[inline(always)]
pub fn exp_short_quick<V: Doubles>(x: V) -> V {
    let shift = x.mul(LOG2_E.v()).add(ROUND.v());
    let k = shift.sub(ROUND.v());
    let [r, shift] = V::fence([k.nmadd(LN2.v(), x), shift]);
    let q = EXP_SHORT.horner(r);
    r.mul(r).madd(q, r.add(ONE.v())).mul(power_of_two(shift))
}

#[inline(always)]
pub fn exp2<V: Doubles>(x: V) -> V {
    let clamped = clamp(x, EXP2_LEAST.v(), EXP2_MOST.v());
    let shift = clamped.add(ROUND.v());
    let k = shift.sub(ROUND.v());
    let r = clamped.sub(k).mul(LN2.v());
    let e = exp_of_reduced(r).value();
    if any_above(x, EXP2_NORMAL.v()) { scale_far(e, k) } else { e.mul(power_of_two(shift)) }
}

/// `e^x - 1` as a pair, for `|x| <= 700`.
#[inline(always)]
pub fn expm1_pair<V: Doubles>(x: V) -> Pair<V> {
    let Reduced { shift, r, fix, .. } = reduce(x);
    let t = power_of_two(shift);
    // 2^k·(1 + r + r²/2 + …) - 1 = (2^k - 1) + 2^k·r + 2^k·r²/2 + …: the first three may cancel, and are summed exactly.
    let u = t.sub(ONE.v());
    let lost = t.sub(u).sub(ONE.v());
    let a = exact_sum(u, t.mul(r));
    let h = head(r);
    let half = t.mul(HALF.v());
    let b = exact_sum(a.hi, half.mul(h.mul(h)));
    let cut = half.mul(r.sub(h).mul(r.add(h)));
    let z = r.mul(r);
    let rest = EXP.poly_from(1, r).madd(r, EXP_FIRST.v()).madd(z, fix);
    let lo = a.lo.add(b.lo).add(lost).add(cut).add(t.mul(rest));
    exact_sum(b.hi, lo)
}


#[inline(always)]
pub fn expm1<V: Doubles>(x: V) -> V {
    let y = expm1_pair(clamp(x, V::num(-60.0), FAR.v())).value();
    // The sum above turns -0 into +0.
    let y = x.eq(V::zero()).select(x, y);
    if any_above(x, FAR.v()) { FAR.v::<V>().lt(x).select(exp_far(x), y) } else { y }
}

/// Where the quotient of [`sigmoid_quick`] is not one of ordinary numbers.
#[inline(always)]
pub fn sigmoid_unusual<V: Doubles>(x: V) -> V {
    FAR.v::<V>().ilt(x.abs())
}

/// `1 / (1 + e^-x)` for `|x| <= 700`: the divisor `1 + 2^k - 2^k·(1 - e^r)` is computed as a pair, so that its error is
/// only that of `1 - e^r`.
#[inline(always)]
pub fn sigmoid_quick<V: Doubles>(x: V) -> V {
    let one = ONE.v::<V>();
    let shift = x.nmadd(LOG2_E.v(), LEAN.v()).add(ROUND.v());
    let k = shift.sub(ROUND.v());
    // -r, and the polynomial for it.
    let r = k.madd(LN2_LO.v(), k.madd(LN2_HI.v(), x));
    let [r, shift] = V::fence([r, shift]);
    let q = EXP_NEGATIVE.horner(r);
    let [q, r, shift] = V::fence([q, r, shift]);
    let t = power_of_two(shift);
    let a = one.add(t);
    let u = t.mul(r.mul(r).nmadd(q, r));
    let d = a.sub(u);
    let lo = a.sub(d).sub(u).add(one.sub(a.sub(t)));
    let [d, lo] = V::fence([d, lo]);
    // One step of Newton's method on the quotient's first 26 bits, whose product with the divisor's is exact.
    let q = one.div(d);
    let (qh, dh) = (head(q), head(d));
    let rest = qh.nmadd(d.sub(dh).add(lo), qh.nmadd(dh, one));
    q.madd(rest, qh)
}

#[inline(always)]
pub fn sigmoid<V: Doubles>(x: V) -> V {
    let y = sigmoid_quick(x);
    let unusual = sigmoid_unusual(x);
    if unusual.any() { unusual.select(sigmoid_far(x), y) } else { y }
}

/// Of numbers beyond ±700, and of NaN.
#[cold]
#[inline(never)]
fn sigmoid_far<V: Doubles>(x: V) -> V {
    let y = exp_far(x);
    V::zero().lt(x).select(ONE.v(), y)
}

/// `1 / (1 + e^-x)` for floats.
#[inline(always)]
pub fn sigmoid_short<V: Doubles>(x: V) -> V {
    ONE.v::<V>().div(ONE.v::<V>().add(exp_short(x.neg())))
}

/// The same for `|x| <= 700`.
#[inline(always)]
pub fn sigmoid_short_quick<V: Doubles>(x: V) -> V {
    ONE.v::<V>().div(ONE.v::<V>().add(exp_short_quick(x.neg())))
}

/// `e^(hi + lo)` as a pair without its power of two.
#[inline(always)]
pub fn exp_pair<V: Doubles>(x: Pair<V>) -> (Pair<V>, Reduced<V>) {
    let shift = x.hi.mul(LOG2_E.v()).add(ROUND.v());
    let k = shift.sub(ROUND.v());
    let hi = k.nmadd(LN2_HI.v(), x.hi);
    let lo = k.mul(LN2_LO.v()).sub(x.lo);
    let r = hi.sub(lo);
    let a = Reduced { shift, k, r, fix: hi.sub(r).sub(lo) };
    let e = exp_of_reduced(r);
    // e^(r + fix) = e^r · (1 + fix)
    (Pair { hi: e.hi, lo: e.lo.add(a.fix.mul(e.hi)) }, a)
}
