//! Hyperbolic functions, of exponentials as pairs.

use super::exp::{any_above, clamp, exp_of_reduced, expm1_pair, power_of_two, reduce, ROUND};
use super::{ONE, Pair, TWO, exact_sum, fast_sum, quotient};
use crate::lanes::Doubles;

tables! {
    /// `(sinh(x) / x - 1) / x²` by powers of x², for `|x| <= 1`.
    SINH: 8 = [ 0.166_666_666_666_666_66, 8.333_333_333_333_519e-3, 1.984_126_984_113_323_2e-4, 2.755_731_927_390_287e-6, 2.505_209_835_016_526_3e-8, 1.606_017_431_501_530_5e-10, 7.580_157_504_091_652e-13, 4.448_995_073_979_625e-15, ];
    /// `(tanh(x) / x - 1) / x²` by powers of x², Taylor's: to 2^-30 for `|x| <= 1/4`.
    TANH_SHORT: 6 = [ -1.0 / 3.0, 2.0 / 15.0, -17.0 / 315.0, 62.0 / 2835.0, -1382.0 / 155_925.0, 21_844.0 / 6_081_075.0, ];
}

/// `e^x / 4` as a pair and a sixteenth of its reciprocal, for `0 <= x`.
#[inline(always)]
fn halves<V: Doubles>(x: V) -> (Pair<V>, V) {
    let a = reduce(clamp(x, V::zero(), V::num(710.7)));
    // 2^(k - 2): the result may be a number where e^x is not.
    let shift = a.k.sub(TWO.v()).add(ROUND.v());
    let e = exp_of_reduced(a.r);
    let e = fast_sum(e.hi, e.lo.add(a.fix.mul(e.hi))).times(power_of_two(shift));
    let r = V::num(0.0625).div(e.hi);
    (e, r)
}

#[inline(always)]
pub fn sinh<V: Doubles>(x: V) -> V {
    let a = x.abs();
    let (e, r) = halves(a);
    let s = exact_sum(e.hi, r.neg());
    let far = s.hi.add(s.lo.add(e.lo)).mul(TWO.v()).copysign(x);
    let z = x.mul(x);
    let near = x.mul(z).madd(SINH.poly(z), x);
    let y = a.lt(ONE.v()).select(near, far);
    // NaN, and -0, which the sum turns into 0.
    x.eq(x).and(x.eq(V::zero()).not()).select(y, x)
}

#[inline(always)]
pub fn cosh<V: Doubles>(x: V) -> V {
    let (e, r) = halves(x.abs());
    let s = exact_sum(e.hi, r);
    s.hi.add(s.lo.add(e.lo)).mul(TWO.v())
}

#[inline(always)]
pub fn tanh<V: Doubles>(x: V) -> V {
    let a = x.abs();
    // (e^2x - 1) / (e^2x - 1 + 2); beyond 20 the quotient is 1 to all bits.
    let e = expm1_pair(clamp(a.add(a), V::zero(), V::num(44.0)));
    let d = exact_sum(TWO.v(), e.hi);
    let y = quotient(e, Pair { hi: d.hi, lo: d.lo.add(e.lo) }).value();
    let small = a.lt(V::num(1e-10));
    let y = small.select(a, y).copysign(x);
    // NaN survives the clamp, but keep the operand's own.
    if any_above(x, V::num(f64::MAX)) { V::num(f64::INFINITY).eq(a).select(ONE.v::<V>().copysign(x), y) } else { y }
}

#[inline(always)]
pub fn tanh_short<V: Doubles>(x: V) -> V {
    // 1 - 2 / (e^2x + 1), but for small x its own series.
    let e = super::exp::exp_short(x.add(x));
    let far = ONE.v::<V>().sub(TWO.v::<V>().div(e.add(ONE.v())));
    let z = x.mul(x);
    let near = x.mul(z).madd(TANH_SHORT.poly(z), x);
    let y = x.abs().lt(V::num(0.25)).select(near, far);
    x.eq(V::zero()).select(x, y)
}

