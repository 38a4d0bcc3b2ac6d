//! Transcendental functions of vectors of doubles: at most 1 unit in the last place from the correctly rounded result
//! (2 for `pow`, `tan`, `erf`), whether the machine fuses multiplications and additions or not.
//!
//! Functions of floats compute in doubles and round once.

pub mod error;
pub mod exp;
pub mod hyper;
pub mod inverse;
pub mod log;
pub mod power;
pub mod trig;

use crate::lanes::Doubles;

/// `c[0] + x·(c[1] + x·(c[2] + …))`.
#[inline(always)]
pub fn poly<V: Doubles, const N: usize>(x: V, c: [f64; N]) -> V {
    let mut p = V::num(c[N - 1]);
    for i in (0..N - 1).rev() {
        p = p.madd(x, V::num(c[i]));
    }
    p
}

/// The upper 26 bits of the significand: products of two such numbers are exact.
#[inline(always)]
pub fn head<V: Doubles>(x: V) -> V {
    x.and(V::bits(0xffff_ffff_f800_0000))
}

/// A number as a sum of two doubles, the second below the last place of the first.
#[derive(Clone, Copy)]
pub struct Pair<V> {
    pub hi: V,
    pub lo: V,
}

/// The exact sum of two numbers, the first of which is the larger one (or zero).
#[inline(always)]
pub fn fast_sum<V: Doubles>(a: V, b: V) -> Pair<V> {
    let hi = a.add(b);
    Pair { hi, lo: a.sub(hi).add(b) }
}

/// The exact sum of any two numbers.
#[inline(always)]
pub fn exact_sum<V: Doubles>(a: V, b: V) -> Pair<V> {
    let hi = a.add(b);
    let c = hi.sub(a);
    Pair { hi, lo: a.sub(hi.sub(c)).add(b.sub(c)) }
}

/// The product of two numbers, exact but for about 2^-106 of it. It does not rely on a fused multiply-add, which not
/// every machine has.
#[inline(always)]
pub fn exact_product<V: Doubles>(a: V, b: V) -> Pair<V> {
    let hi = a.mul(b);
    let (ah, bh) = (head(a), head(b));
    let (al, bl) = (a.sub(ah), b.sub(bh));
    let lo = ah.mul(bh).sub(hi).add(ah.mul(bl)).add(al.mul(bh)).add(al.mul(bl));
    Pair { hi, lo }
}

/// The product of two pairs.
#[inline(always)]
pub fn product<V: Doubles>(a: Pair<V>, b: Pair<V>) -> Pair<V> {
    let p = exact_product(a.hi, b.hi);
    fast_sum(p.hi, p.lo.add(a.hi.mul(b.lo)).add(a.lo.mul(b.hi)))
}

/// The sum of two pairs, the first of which is the larger one (or zero).
#[inline(always)]
pub fn pair_sum<V: Doubles>(a: Pair<V>, b: Pair<V>) -> Pair<V> {
    let s = exact_sum(a.hi, b.hi);
    fast_sum(s.hi, s.lo.add(a.lo).add(b.lo))
}

/// The quotient of two pairs.
#[inline(always)]
pub fn quotient<V: Doubles>(a: Pair<V>, b: Pair<V>) -> Pair<V> {
    let q = head(a.hi.div(b.hi));
    let bh = head(b.hi);
    let bl = b.hi.sub(bh).add(b.lo);
    let rest = a.hi.sub(q.mul(bh)).sub(q.mul(bl)).add(a.lo);
    fast_sum(q, rest.div(b.hi))
}

impl<V: Doubles> Pair<V> {
    /// The one double nearest to it.
    #[inline(always)]
    pub fn value(self) -> V {
        self.hi.add(self.lo)
    }
    #[inline(always)]
    pub fn neg(self) -> Self {
        Pair { hi: self.hi.neg(), lo: self.lo.neg() }
    }
    /// A constant.
    #[inline(always)]
    pub fn num(hi: f64, lo: f64) -> Self {
        Pair { hi: V::num(hi), lo: V::num(lo) }
    }
    /// Where the mask is set `a`, else `b`.
    #[inline(always)]
    pub fn select(mask: V, a: Self, b: Self) -> Self {
        Pair { hi: mask.select(a.hi, b.hi), lo: mask.select(a.lo, b.lo) }
    }
    /// Times a power of two.
    #[inline(always)]
    pub fn times(self, by: V) -> Self {
        Pair { hi: self.hi.mul(by), lo: self.lo.mul(by) }
    }
}
