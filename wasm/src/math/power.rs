//! Powers and roots.

use super::exp::{any_above, clamp, exp_pair, scale, scale_far};
use super::log::log_pair;
use super::{HALF, ONE, Pair, TWO, head, product};
use crate::lanes::Doubles;

tables! {
    /// The cube root of 1 to 2, to 2^-16.
    CBRT: 5 = [ 0.506_979_373_799_282_5, 0.718_153_949_844_424_4, -0.300_611_570_875_931_5, 8.609_135_242_744_443e-2, -1.060_389_752_770_094_1e-2, ];
}

/// `x^y` as `e^(y·log x)`, the exponent as a pair; the special cases are those of `Math.pow`.
#[inline(always)]
pub fn pow<V: Doubles>(x: V, y: V) -> V {
    let a = x.abs();
    // An exponent beyond gives 0, 1 or ∞ whatever its digits.
    let exponent = clamp(y, V::num(-1e20), V::num(1e20));
    let p = product(log_pair(a), Pair { hi: exponent, lo: V::zero() });
    let far = V::num(800.0).lt(p.hi.abs());
    let p = Pair { hi: clamp(p.hi, V::num(-800.0), V::num(800.0)), lo: p.lo.andnot(far) };
    let (e, reduced) = exp_pair(p);
    let e = e.value();
    let r = if any_above(p.hi, V::num(707.0)) { scale_far(e, reduced.k) } else { scale(e, reduced.shift) };
    let plain = V::zero().lt(x).and(x.le(V::num(f64::MAX))).and(y.abs().le(V::num(f64::MAX)));
    if plain.all() { r } else { plain.select(r, special(x, y, r)) }
}

/// The result where `x` is not positive and finite or `y` not finite; `r` is `|x|^y`.
#[inline(always)]
fn special<V: Doubles>(x: V, y: V, r: V) -> V {
    let (zero, one, infinity) = (V::zero(), V::one(), V::num(f64::INFINITY));
    let a = x.abs();
    let falls = y.lt(zero);
    let r = a.eq(zero).select(falls.select(infinity, zero), r);
    let r = a.eq(infinity).select(falls.select(zero, infinity), r);
    // y = ±∞
    let grows = one.lt(a).xor(falls);
    let limit = a.eq(one).select(V::num(f64::NAN), grows.select(infinity, zero));
    let r = y.abs().eq(infinity).select(limit, r);
    // Negative numbers have powers with whole exponents only, and odd ones keep the sign.
    let whole = y.trunc().eq(y);
    let half = y.mul(HALF.v());
    let odd = whole.andnot(half.trunc().eq(half));
    let negative = x.and(V::sign_bits()).ieq(V::sign_bits());
    let r = negative.and(odd).select(r.neg(), r);
    let bad = x.lt(zero).andnot(whole).andnot(a.eq(infinity));
    let r = bad.select(V::num(f64::NAN), r);
    let known = x.eq(x).and(y.eq(y));
    let r = known.select(r, V::num(f64::NAN));
    y.eq(zero).select(one, r)
}


#[inline(always)]
pub fn cbrt<V: Doubles>(x: V) -> V {
    let a = x.abs();
    let small = a.lt(V::num(f64::MIN_POSITIVE));
    let n = small.select(a.mul(V::num(18_014_398_509_481_984.0)), a);
    let magic = V::num(4_503_599_627_370_496.0);
    let e = n.shr(52).or(magic).sub(magic).sub(V::num(1023.0));
    let m = n.and(V::bits(0x000f_ffff_ffff_ffff)).or(ONE.v());
    // a = m·2^(3q + rest); 54, by which denormal numbers are scaled, is a multiple of 3.
    let q = e.mul(V::num(1.0 / 3.0)).add(V::num(0.1)).floor();
    let rest = e.sub(q.mul(V::num(3.0)));
    let (first, second) = (rest.eq(ONE.v()), rest.eq(TWO.v()));
    let by = second.select(V::num(4.0), first.select(TWO.v(), ONE.v()));
    let root = second.select(V::num(1.587_401_051_968_199_4), first.select(V::num(1.259_921_049_894_873_2), ONE.v()));
    let b = m.mul(by);
    let t = CBRT.poly(m).mul(root);
    // Halley's step to 2^-48, then one more of a root whose square is exact.
    let cube = t.mul(t).mul(t);
    let t = t.mul(cube.add(b.add(b))).div(cube.add(cube).add(b));
    let t = head(t);
    let r = b.div(t.mul(t));
    let t = t.madd(r.sub(t).div(t.add(t).add(r)), t);
    let q = small.select(q.sub(V::num(18.0)), q);
    let y = scale(t, q.add(super::exp::ROUND.v())).copysign(x);
    // 0, ∞ and NaN are their own roots.
    V::zero().lt(a).and(a.le(V::num(f64::MAX))).select(y, x)
}
