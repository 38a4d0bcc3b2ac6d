//! Arc sines, cosines and tangents (fdlibm's polynomials, with quotients as pairs).

use super::{HALF, ONE, Pair, TWO, exact_sum, fast_sum, head, quotient};
use crate::lanes::Doubles;

tables! {
    PI: 2 = [core::f64::consts::PI, 1.224_646_799_147_353_2e-16];
    HALF_PI: 2 = [core::f64::consts::FRAC_PI_2, 6.123_233_995_736_766e-17];
    QUARTER_PI: 2 = [core::f64::consts::FRAC_PI_4, 3.061_616_997_868_383e-17];
    /// tan(π/8): beyond, π/4 is taken off the angle.
    EIGHTH: 1 = [0.414_213_562_373_095];
    /// `(x - atan x) / x³` by powers of x².
    ATAN: 11 = [ 3.333_333_333_333_293e-1, -1.999_999_999_987_648_3e-1, 1.428_571_427_250_346_6e-1, -1.111_111_040_546_235_6e-1, 9.090_887_133_436_507e-2, -7.691_876_205_044_83e-2, 6.661_073_137_387_531e-2, -5.833_570_133_790_573_5e-2, 4.976_877_994_615_932e-2, -3.653_157_274_421_691_6e-2, 1.628_582_011_536_578_2e-2, ];
    /// `(asin x - x) / x³` as a quotient of polynomials of x².
    ASIN_OVER: 6 = [ 1.666_666_666_666_666_6e-1, -3.255_658_186_224_009e-1, 2.012_125_321_348_629_3e-1, -4.005_553_450_067_941_1e-2, 7.915_349_942_898_145e-4, 3.479_331_075_960_212e-5, ];
    ASIN_UNDER: 5 = [1.0, -2.403_394_911_734_414_2, 2.020_945_760_233_505_7, -6.882_839_716_054_533e-1, 7.703_815_055_590_194e-2];
}

/// The angle of `y / x` for positive `x` and `y`, not both zero or infinite.
#[inline(always)]
fn angle<V: Doubles>(y: V, x: V) -> Pair<V> {
    let steep = x.lt(y);
    let (num, den) = (steep.select(x, y), steep.select(y, x));
    let wide = den.mul(EIGHTH.v()).lt(num);
    let zero = Pair { hi: V::zero(), lo: V::zero() };
    let (minus, plus) = (exact_sum(num, den.neg()), exact_sum(den, num));
    let num = Pair::select(wide, minus, Pair { hi: num, lo: zero.lo });
    let den = Pair::select(wide, plus, Pair { hi: den, lo: zero.lo });
    let u = quotient(num, den);
    let z = u.hi.mul(u.hi);
    // atan(u) = u - u·z·(…), plus what the quotient's second part adds.
    let curve = u.hi.mul(z.mul(ATAN.poly(z)));
    let low = u.lo.mul(ONE.v::<V>().sub(z)).sub(curve);
    // The angle is base ± that: 0 + a, π/4 + a, π/2 - a, π/4 - a.
    let sign = steep.and(V::sign_bits());
    let (hi, lo) = (u.hi.xor(sign), low.xor(sign));
    let quarter = QUARTER_PI.pair();
    let half = HALF_PI.pair();
    let base = Pair::select(wide, quarter, Pair::select(steep, half, zero));
    let sum = fast_sum(base.hi, hi);
    fast_sum(sum.hi, sum.lo.add(lo.add(base.lo)))
}

#[inline(always)]
pub fn atan<V: Doubles>(x: V) -> V {
    let a = x.abs();
    // Beyond 2^60 the angle is π/2 to all bits, and the largest numbers would overflow.
    let most = V::num(1_152_921_504_606_846_976.0);
    let y = angle(most.lt(a).select(most, a), ONE.v()).value();
    // What is too small for the quotient's parts is its own arc tangent; so is NaN.
    V::num(1e-9).lt(a).select(y, a).copysign(x)
}

#[inline(always)]
pub fn atan2<V: Doubles>(y: V, x: V) -> V {
    let (ay, ax) = (y.abs(), x.abs());
    let infinity = V::num(f64::INFINITY);
    // Infinite operands count as 1, and the finite one beside them as 0.
    let (iy, ix) = (ay.eq(infinity), ax.eq(infinity));
    let any = iy.or(ix);
    let by = any.select(iy.and(ONE.v()), ay);
    let bx = any.select(ix.and(ONE.v()), ax);
    // Sums of the largest numbers overflow, and parts of the least vanish.
    let big = V::num(1e300);
    let large = big.lt(by).or(big.lt(bx));
    let small = by.lt(V::num(1e-250)).and(bx.lt(V::num(1e200)));
    let scale = large.select(V::num(f64::from_bits((1023 - 100) << 52)), small.select(V::num(f64::from_bits((1023 + 200) << 52)), ONE.v()));
    let (by, bx) = (by.mul(scale), bx.mul(scale));
    let flat = by.eq(V::zero());
    let a = angle(by, flat.select(ONE.v(), bx));
    // In the left half plane the angle is π less that.
    let left = x.and(V::sign_bits()).ieq(V::sign_bits());
    let s = fast_sum(PI.at(0), a.hi.neg());
    let b = Pair { hi: s.hi, lo: s.lo.add(PI.at::<V>(1).sub(a.lo)) };
    let r = Pair::select(left, b, a).value().copysign(y);
    x.eq(x).and(y.eq(y)).select(r, x.add(y))
}

/// `(asin x - x) / x³` for z = x².
#[inline(always)]
fn asin_curve<V: Doubles>(z: V) -> V {
    z.mul(ASIN_OVER.poly(z)).div(ASIN_UNDER.poly(z))
}

/// What both functions take of `|x|`: z is x², or (1 - |x|)/2 beyond ½; its root's first bits and the rest.
#[inline(always)]
fn asin_parts<V: Doubles>(a: V) -> (V, V, V, Pair<V>) {
    let small = a.lt(HALF.v());
    let z = small.select(a.mul(a), ONE.v::<V>().sub(a).mul(HALF.v()));
    let s = z.sqrt();
    let f = head(s);
    let sum = s.add(f);
    let c = z.eq(V::zero()).select(V::zero(), z.sub(f.mul(f)).div(sum));
    (small, asin_curve(z), s, Pair { hi: f, lo: c })
}

#[inline(always)]
pub fn asin<V: Doubles>(x: V) -> V {
    let a = x.abs();
    let (small, r, s, root) = asin_parts(a);
    let near = a.madd(r, a);
    // π/4 - (2·s·r - (π/2's rest - 2c) - (π/4 - 2f))
    let two = TWO.v();
    let p = s.mul(two).mul(r).sub(HALF_PI.at::<V>(1).sub(root.lo.mul(two)));
    let q = QUARTER_PI.at::<V>(0).sub(root.hi.mul(two));
    let far = QUARTER_PI.at::<V>(0).sub(p.sub(q));
    let y = small.select(near, far).copysign(x);
    x.eq(x).select(y, x)
}

#[inline(always)]
pub fn acos<V: Doubles>(x: V) -> V {
    let a = x.abs();
    let (small, r, s, root) = asin_parts(a);
    let near = HALF_PI.at::<V>(0).sub(x.sub(HALF_PI.at::<V>(1).sub(x.mul(r))));
    let two = TWO.v();
    let right = root.hi.add(s.madd(r, root.lo)).mul(two);
    let w = r.mul(s).sub(HALF_PI.at(1));
    let left = HALF_PI.at::<V>(0).sub(s.add(w)).mul(two);
    let far = x.lt(V::zero()).select(left, right);
    small.select(near, far)
}
