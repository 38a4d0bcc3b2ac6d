//! Sines, cosines and tangents: the nearest multiple of π/2 is taken off, then a polynomial each for sine and cosine.

use super::exp::ROUND;
use super::{HALF, ONE, Pair, exact_product, exact_sum, fast_sum, quotient};
use crate::lanes::{Doubles, F64, Floats, Lanes};

tables! {
    TWO_OVER_PI: 1 = [core::f64::consts::FRAC_2_PI];
    /// π/2 as twice 33 bits, whose products with a whole number of 20 bits are exact, and the rest.
    HALF_PI: 3 = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21];
    /// π/2 as twice 37 bits, whose products with a whole number of 16 bits are exact, and the rest.
    HALF_PI_NEAR: 3 = [1.5707963267923333, 2.5633441515839558e-12, 1.0562999066987428e-23];
    /// Below, whole numbers of quarter turns have at most 16 bits.
    NEAR: 1 = [100_000.0];
    /// Below, whole numbers have at most 20 bits.
    MEDIUM: 1 = [1_600_000.0];
    /// The signs of [`SIN`] reversed.
    MINUS_SIN: 6 = [ 1.666_666_666_666_663_2e-1, -8.333_333_333_322_49e-3, 1.984_126_982_985_795e-4, -2.755_731_370_707_006_8e-6, 2.505_076_025_340_686_3e-8, -1.589_690_995_211_55e-10, ];
    /// `(sin x - x) / x³` and `(cos x - 1 + x²/2) / x⁴` by powers of x² (fdlibm's).
    SIN: 6 = [ -1.666_666_666_666_663_2e-1, 8.333_333_333_322_49e-3, -1.984_126_982_985_795e-4, 2.755_731_370_707_006_8e-6, -2.505_076_025_340_686_3e-8, 1.589_690_995_211_55e-10, ];
    COS: 6 = [ 4.166_666_666_666_66e-2, -1.388_888_888_887_411e-3, 2.480_158_728_947_673e-5, -2.755_731_435_139_066_3e-7, 2.087_572_321_298_175e-9, -1.135_964_755_778_819_5e-11, ];
    /// `(sin x - x) / x³` and `(cos x - 1) / x²` by powers of x², to 2^-37 and 2^-34, for floats.
    SIN_SHORT: 4 = [ -0.166_666_666_407_886_58, 8.333_329_303_864_759e-3, -1.983_931_195_335_095_5e-4, 2.718_118_599_764_855e-6, ];
    COS_SHORT: 4 = [ -0.499_999_997_250_198_84, 4.166_662_331_390_477e-2, -1.388_676_345_355_666_5e-3, 2.439_041_781_828_17e-5, ];
}

/// The bits of 2/π behind the point.
const TWO_OVER_PI_BITS: [u64; 20] = [
    0xa2f9_836e_4e44_1529, 0xfc27_57d1_f534_ddc0, 0xdb62_9599_3c43_9041, 0xfe51_63ab_debb_c561,
    0xb724_6e3a_424d_d2e0, 0x0649_2eea_09d1_921c, 0xfe1d_eb1c_b129_a73e, 0xe882_35f5_2ebb_4484,
    0xe99c_7026_b45f_7e41, 0x3991_d639_8353_39f4, 0x9c84_5f8b_bdf9_283b, 0x1ff8_97ff_de05_980f,
    0xef2f_118b_5a0a_6d1f, 0x6d36_7ecf_27cb_09b7, 0x4f46_3f66_9e5f_ea2d, 0x7527_bac7_ebe5_f17b,
    0x3d07_39f7_8a52_92ea, 0x6bfb_5fb1_1f8d_5d08, 0x5603_3046_fc7b_6bab, 0xf0cf_bc20_9af4_361d,
];

/// `x - n·π/2` as a pair, and `n` in the last bits of a vector.
struct Reduced<V> {
    angle: Pair<V>,
    quadrant: V,
}

#[inline(always)]
fn reduce<V: Doubles>(x: V) -> Reduced<V> {
    if MEDIUM.v::<V>().lt(x.abs()).any() {
        return reduce_far(x);
    }
    reduce_near(x)
}

#[inline(always)]
fn reduce_near<V: Doubles>(x: V) -> Reduced<V> {
    let quadrant = x.mul(TWO_OVER_PI.v()).add(ROUND.v());
    let n = quadrant.sub(ROUND.v());
    let a = n.nmadd(HALF_PI.at(0), x);
    let b = exact_sum(a, n.mul(HALF_PI.at(1)).neg());
    let c = n.nmadd(HALF_PI.at(2), b.lo);
    Reduced { angle: fast_sum(b.hi, c), quadrant }
}

/// Any number, one lane after the other.
#[cold]
#[inline(never)]
fn reduce_far<V: Doubles>(x: V) -> Reduced<V> {
    Reduced {
        angle: Pair { hi: x.each(|x| far(x).0), lo: x.each(|x| far(x).1) },
        quadrant: x.each(|x| far(x).2).add(ROUND.v()),
    }
}

/// Payne and Hanek's reduction: of the product with 2/π only the bits that matter are computed. Gives the angle as two
/// numbers, and which quadrant it is in.
#[inline(never)]
fn far(x: f64) -> (f64, f64, f64) {
    if x.abs() <= 1_600_000.0 || x - x != 0.0 {
        let near = reduce_near(F64::splat(x));
        let n = near.quadrant.sub(ROUND.v());
        return (near.angle.hi.lane(0), near.angle.lo.lane(0), n.lane(0));
    }
    let pattern = x.to_bits();
    let significand = (pattern & 0x000f_ffff_ffff_ffff) | 0x0010_0000_0000_0000;
    let exponent = ((pattern >> 52) & 0x7ff) as i32 - 1075;
    // Bits of 2/π whose products are multiples of 4 are left out: those before `first`.
    let first = if exponent > 2 { exponent as u32 - 2 } else { 0 };
    let right = if exponent > 2 { 0 } else { (2 - exponent) as u32 };
    // Written by instructions: the module has no static data, which some thread would have to initialise for all.
    let mut bits = [0u64; 20];
    for (place, word) in bits.iter_mut().zip(TWO_OVER_PI_BITS) {
        unsafe { core::ptr::from_mut(place).write_volatile(word) };
    }
    // `first` is below 970, so that the last word read is number 18 of 20.
    let read = |at: u32| unsafe { bits.as_ptr().add(at as usize).read() };
    let (at, by) = (first / 64, first % 64);
    let word = |i: u32| {
        if by == 0 { read(at + i) } else { read(at + i) << by | read(at + i + 1) >> (64 - by) }
    };
    // 53 bits times 192 bits, shifted so that the two bits above the point are the top of `p0`.
    let m = significand as u128;
    let low = m * word(2) as u128;
    let middle = m * word(1) as u128 + (low >> 64);
    let high = m * word(0) as u128 + (middle >> 64);
    let shift = |above: u64, word: u64| if right == 0 { word } else { word >> right | above << (64 - right) };
    let p0 = shift((high >> 64) as u64, high as u64);
    let p1 = shift(high as u64, middle as u64);
    let p2 = shift(middle as u64, low as u64);
    let mut n = (p0 >> 62) as i32;
    let mut fraction = ((p0 as u128) << 64 | p1 as u128) << 2 | (p2 >> 62) as u128;
    let negative = fraction >> 127 == 1;
    if negative {
        n += 1;
        fraction = fraction.wrapping_neg();
    }
    let hi = fraction as f64;
    let top = hi as u128;
    let lo = if top > fraction { -((top - fraction) as f64) } else { (fraction - top) as f64 };
    let scale = f64::from_bits((1023 - 128) << 52) * if negative == (x < 0.0) { 1.0 } else { -1.0 };
    let (hi, lo) = (F64::splat(hi * scale), F64::splat(lo * scale));
    let half_pi = Pair::<F64>::num(core::f64::consts::FRAC_PI_2, 6.123_233_995_736_766e-17);
    let product = exact_product(hi, half_pi.hi);
    let rest = product.lo.add(hi.mul(half_pi.lo)).add(lo.mul(half_pi.hi));
    let angle = fast_sum(product.hi, rest);
    let n = if x < 0.0 { -n } else { n };
    (angle.hi.lane(0), angle.lo.lane(0), n as f64)
}

/// sin of a reduced angle, as a sum.
#[inline(always)]
fn sin_part<V: Doubles>(a: Pair<V>) -> Pair<V> {
    let z = a.hi.mul(a.hi);
    let v = z.mul(a.hi);
    let r = SIN.poly_from(1, z);
    let low = z.mul(a.lo.mul(HALF.v()).sub(v.mul(r))).sub(a.lo);
    Pair { hi: a.hi, lo: v.mul(SIN.at(0)).sub(low) }
}

/// cos of a reduced angle, as a sum.
#[inline(always)]
fn cos_part<V: Doubles>(a: Pair<V>) -> Pair<V> {
    let z = a.hi.mul(a.hi);
    let r = z.mul(COS.poly(z));
    let half = z.mul(HALF.v());
    let w = ONE.v::<V>().sub(half);
    Pair { hi: w, lo: ONE.v::<V>().sub(w).sub(half).add(z.mul(r).sub(a.hi.mul(a.lo))) }
}

/// A mask of the lanes whose whole number has this bit.
#[inline(always)]
fn bit<V: Doubles>(quadrant: V, bit: u64) -> V {
    quadrant.and(V::bits(bit)).ieq(V::bits(bit))
}

/// Where whole numbers of quarter turns have more than 16 bits, and NaN.
#[inline(always)]
pub fn trig_unusual<V: Doubles>(x: V) -> V {
    NEAR.v::<V>().ilt(x.abs())
}

/// `x - n·π/2` as a number, and what it is too large by, for `|x|` up to 100,000; and `n` in the last bits of a vector.
///
/// The products with the first two parts of π/2 are exact (Cody and Waite's reduction). The difference of the second is
/// rounded, with an error that `too_much` keeps: exactly, since where that product is the larger one the difference has
/// few enough bits. The third product is below half of the last place of most angles, and need not be renormalized.
#[inline(always)]
fn near<V: Doubles>(x: V) -> [V; 3] {
    let quadrant = x.madd(TWO_OVER_PI.v(), ROUND.v());
    let n = quadrant.sub(ROUND.v());
    let a = n.nmadd(HALF_PI_NEAR.at(0), x);
    let b = n.mul(HALF_PI_NEAR.at(1));
    let r = a.sub(b);
    let too_much = n.madd(HALF_PI_NEAR.at(2), r.sub(a).add(b));
    [r, too_much, quadrant]
}

/// Sine and cosine of `r - too_much`, where `|r|` is at most π/4: fdlibm's polynomials. Neither sum has a second part above
/// an eighth of the first, so it is within 0.8 of a unit in the last place. The sine of -0 is -0.
#[inline(always)]
fn both<V: Doubles>(r: V, too_much: V, quadrant: V) -> [V; 3] {
    let one = ONE.v::<V>();
    let z = r.mul(r);
    let [s, c, r, too_much, quadrant] = {
        let (mut s, mut c) = (MINUS_SIN.at::<V>(5), COS.at::<V>(5));
        for i in (0..5).rev() {
            (s, c) = (s.madd(z, MINUS_SIN.at(i)), c.madd(z, COS.at(i)));
            if i % 2 == 1 {
                [s, c] = V::fence([s, c]);
            }
        }
        V::fence([s, c, r, too_much, quadrant])
    };
    let half = z.mul(HALF.v());
    let w = one.sub(half);
    let sin = r.sub(z.mul(r).madd(s, too_much.mul(w)));
    let low = z.mul(z).madd(c, r.madd(too_much, one.sub(w).sub(half)));
    [sin, w.add(low), quadrant]
}

/// `y` with the sign of the second bit from below of `quadrant`.
#[inline(always)]
fn signed<V: Doubles>(y: V, quadrant: V) -> V {
    y.xor(quadrant.shl(62).and(V::sign_bits()))
}

#[inline(always)]
fn sin_of<V: Doubles>([r, too_much, quadrant]: [V; 3]) -> V {
    let [s, c, quadrant] = both(r, too_much, quadrant);
    signed(bit(quadrant, 1).select(c, s), quadrant)
}

#[inline(always)]
fn cos_of<V: Doubles>([r, too_much, quadrant]: [V; 3]) -> V {
    let [s, c, quadrant] = both(r, too_much, quadrant);
    signed(bit(quadrant, 1).select(s, c), quadrant.iadd(V::bits(1)))
}

#[inline(always)]
pub fn sin_quick<V: Doubles>(x: V) -> V {
    sin_of(V::fence(near(x)))
}

#[inline(always)]
pub fn cos_quick<V: Doubles>(x: V) -> V {
    cos_of(V::fence(near(x)))
}

/// What [`near`] gives, of any number.
#[inline(always)]
fn anywhere<V: Doubles>(x: V) -> [V; 3] {
    let [r, too_much, quadrant] = near(x);
    let unusual = trig_unusual(x);
    if !unusual.any() {
        return [r, too_much, quadrant];
    }
    let far = reduce(x);
    [
        unusual.select(far.angle.hi, r),
        unusual.select(far.angle.lo.neg(), too_much),
        unusual.select(far.quadrant, quadrant),
    ]
}

#[inline(always)]
pub fn sin<V: Doubles>(x: V) -> V {
    sin_of(anywhere(x))
}

#[inline(always)]
pub fn cos<V: Doubles>(x: V) -> V {
    cos_of(anywhere(x))
}

#[inline(always)]
pub fn tan<V: Doubles>(x: V) -> V {
    let a = reduce(x);
    let (s, c) = (sin_part(a.angle), cos_part(a.angle));
    let (s, c) = (fast_sum(s.hi, s.lo), fast_sum(c.hi, c.lo));
    let odd = bit(a.quadrant, 1);
    let t = quotient(Pair::select(odd, c.neg(), s), Pair::select(odd, s, c)).value();
    // What is too small for the quotient's parts is its own tangent.
    V::num(1e-9).lt(x.abs()).select(t, x)
}

/// Where floats' whole numbers of quarter turns have more than 20 bits, and NaN.
#[inline(always)]
pub fn short_unusual<V: Floats>(x: V) -> V {
    V::num(1_600_000.0).ilt(x.abs())
}

/// `x - n·π/2` for floats, and `n` in the last bits of a vector.
#[inline(always)]
fn short_near<V: Doubles>(x: V) -> [V; 2] {
    let quadrant = x.mul(TWO_OVER_PI.v()).add(ROUND.v());
    let n = quadrant.sub(ROUND.v());
    let rest = n.nmadd(HALF_PI.at(0), x);
    let rest = n.nmadd(HALF_PI.at(1), rest);
    [n.nmadd(HALF_PI.at(2), rest), quadrant]
}

#[inline(always)]
fn short_anywhere<V: Doubles>(x: V) -> [V; 2] {
    let [r, quadrant] = short_near(x);
    let unusual = short_unusual(x);
    if !unusual.any() {
        return [r, quadrant];
    }
    let a = reduce_far(x);
    [unusual.select(a.angle.hi, r), unusual.select(a.quadrant, quadrant)]
}

/// Sine and cosine of a reduced angle for floats, each to 2^-34.
#[inline(always)]
fn short<V: Doubles>([r, quadrant]: [V; 2]) -> (V, V, V) {
    let z = r.mul(r);
    let s = z.mul(r).madd(SIN_SHORT.horner(z), r);
    (s, z.madd(COS_SHORT.horner(z), ONE.v()), quadrant)
}

#[inline(always)]
fn sin_short_of<V: Doubles>(x: V, near: [V; 2]) -> V {
    let (s, c, quadrant) = short(near);
    let y = signed(bit(quadrant, 1).select(c, s), quadrant);
    x.eq(V::zero()).select(x, y)
}

#[inline(always)]
fn cos_short_of<V: Doubles>(near: [V; 2]) -> V {
    let (s, c, quadrant) = short(near);
    signed(bit(quadrant, 1).select(s, c), quadrant.iadd(V::bits(1)))
}

#[inline(always)]
pub fn sin_short<V: Doubles>(x: V) -> V {
    sin_short_of(x, short_anywhere(x))
}

#[inline(always)]
pub fn sin_short_quick<V: Doubles>(x: V) -> V {
    sin_short_of(x, V::fence(short_near(x)))
}

#[inline(always)]
pub fn cos_short<V: Doubles>(x: V) -> V {
    cos_short_of(short_anywhere(x))
}

#[inline(always)]
pub fn cos_short_quick<V: Doubles>(x: V) -> V {
    cos_short_of(V::fence(short_near(x)))
}

#[inline(always)]
pub fn tan_short<V: Doubles>(x: V) -> V {
    let (s, c, quadrant) = short(short_anywhere(x));
    let odd = bit(quadrant, 1);
    x.eq(V::zero()).select(x, odd.select(c.neg(), s).div(odd.select(s, c)))
}
