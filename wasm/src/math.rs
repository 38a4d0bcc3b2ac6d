//! Transcendental functions of vectors of doubles: at most 1 unit in the last place from the correctly rounded result
//! (2 for `pow`, `tan`, `erf`), whether the machine fuses multiplications and additions or not.
//!
//! Functions of floats compute in doubles and round once.
//!
//! Reductions are Cody and Waite's (1980), by constants in parts whose products are exact without a fused multiplication;
//! for huge angles Payne and Hanek's (1983). Polynomials are fdlibm's, or minimax by Remez's algorithm. Kernels run a function
//! `f_quick` on several vectors side by side ([`crate::lanes::Many`]) where no element is `f_unusual`, and `f` elsewhere: one
//! vector's chain of operations is longer than what a processor looks ahead, so that most of its units would wait.

use crate::lanes::{Doubles, F64, Lanes};

/// Declares [`Table`]s: `NAME: length = [constants];`, and the function that writes them.
macro_rules! tables {
    ($($(#[$doc:meta])* $vis:vis $name:ident: $n:literal = [$($value:expr),* $(,)?];)*) => {
        $($(#[$doc])* $vis static $name: $crate::math::Table<$n> = $crate::math::Table::new([$($value),*]);)*
        pub(crate) fn prepare() {
            $(
                let mut _i = 0;
                $($name.write(_i, $value); _i += 1;)*
            )*
        }
    };
}

pub mod error;
pub mod exp;
pub mod hyper;
pub mod inverse;
pub mod log;
pub mod power;
pub mod trig;

/// Constants of loops, in memory.
///
/// V8 makes a constant vector of three instructions each time round, and loads one from memory with one: without a check
/// of the address, which is a constant, but only as a whole vector (a broadcast takes two). So each constant lies here
/// twice, and these arrays look to the compiler as if they could change. They lie among zero-initialised data, and
/// [`crate::start::prepare`] writes them: each thread calls it when it instantiates the module, all of them the same values.
#[repr(align(16))]
pub struct Table<const N: usize>(core::cell::UnsafeCell<[[f64; 2]; N]>);

// Every thread only ever writes the same values, and reads after it has written.
unsafe impl<const N: usize> Sync for Table<N> {}

impl<const N: usize> Table<N> {
    #[doc(hidden)]
    pub const fn new(values: [f64; N]) -> Self {
        let mut lanes = [[0.0; 2]; N];
        let mut i = 0;
        while i < N && cfg!(not(target_arch = "wasm32")) {
            lanes[i] = [values[i]; 2];
            i += 1;
        }
        Self(core::cell::UnsafeCell::new(lanes))
    }
    #[doc(hidden)]
    #[inline(always)]
    pub fn write(&self, i: usize, value: f64) {
        let place: *mut [[f64; 2]; N] = core::hint::black_box(self.0.get());
        unsafe { place.cast::<F64>().add(i).write_volatile(F64::splat(value)) }
    }
    /// Constant `i` in all lanes.
    #[inline(always)]
    pub fn at<V: Doubles>(&self, i: usize) -> V {
        unsafe { V::constant(self.0.get().cast::<f64>().add(2 * i)) }
    }
    /// Constant `i`, loaded where it is used each time it is.
    #[inline(always)]
    pub fn fresh(&self, i: usize) -> F64 {
        unsafe { self.0.get().cast::<F64>().add(i).read_volatile() }
    }
    /// The first constant, in all lanes.
    #[inline(always)]
    pub fn v<V: Doubles>(&self) -> V {
        self.at(0)
    }
    /// The first two constants as a pair.
    #[inline(always)]
    pub fn pair<V: Doubles>(&self) -> Pair<V> {
        Pair { hi: self.at(0), lo: self.at(1) }
    }
    /// `c[0] + c[1]·x + c[2]·x² + …`.
    #[inline(always)]
    pub fn poly<V: Doubles>(&self, x: V) -> V {
        self.poly_from(0, x)
    }
    /// `c[first] + c[first + 1]·x + …`, by halves (Estrin's scheme): a third of the latency of Horner's, and the
    /// processor's queues hold few iterations of a loop.
    #[inline(always)]
    pub fn poly_from<V: Doubles>(&self, first: usize, x: V) -> V {
        let z = x.mul(x);
        let w = z.mul(z);
        self.sixteen(first, N - first, [x, z, w, w.mul(w)])
    }
    /// `c[0] + x·(c[1] + x·(c[2] + …))`, by Horner's scheme, which has the fewest operations: for several vectors side by
    /// side. It is the same for one vector, so that an element's result does not depend on its neighbours.
    #[inline(always)]
    pub fn horner<V: Doubles>(&self, x: V) -> V {
        let mut y = self.at::<V>(N - 1);
        for i in (0..N - 1).rev() {
            y = y.madd(x, self.at(i));
            if i > 0 && i % 3 == 0 {
                [y] = V::fence([y]);
            }
        }
        y
    }
    #[inline(always)]
    fn two<V: Doubles>(&self, from: usize, count: usize, x: [V; 4]) -> V {
        let first = self.at(from);
        if count == 1 { first } else { self.at::<V>(from + 1).madd(x[0], first) }
    }
    #[inline(always)]
    fn four<V: Doubles>(&self, from: usize, count: usize, x: [V; 4]) -> V {
        let two = self.two(from, count, x);
        if count <= 2 { two } else { self.two(from + 2, count - 2, x).madd(x[1], two) }
    }
    #[inline(always)]
    fn eight<V: Doubles>(&self, from: usize, count: usize, x: [V; 4]) -> V {
        let four = self.four(from, count, x);
        if count <= 4 { four } else { self.four(from + 4, count - 4, x).madd(x[2], four) }
    }
    #[inline(always)]
    fn sixteen<V: Doubles>(&self, from: usize, count: usize, x: [V; 4]) -> V {
        let eight = self.eight(from, count, x);
        if count <= 8 { eight } else { self.eight(from + 8, count - 8, x).madd(x[3], eight) }
    }
}

mod constants {
    tables! {
        pub ONE: 1 = [1.0];
        pub HALF: 1 = [0.5];
        pub TWO: 1 = [2.0];
    }
}
pub use constants::{HALF, ONE, TWO};

/// Writes the constants of all functions here.
pub(crate) fn prepare() {
    constants::prepare();
    error::prepare();
    exp::prepare();
    hyper::prepare();
    inverse::prepare();
    log::prepare();
    power::prepare();
    trig::prepare();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::Many;

    /// Numbers of both signs and all sizes, ordinary ones mostly.
    fn sample(i: usize) -> f64 {
        let x = (i as f64 * 0.754_877_666_246_693).fract() * 40.0 - 20.0;
        if i % 97 == 0 { x * 1e300 } else { x }
    }

    /// What several vectors give where none of their elements is unusual is what each alone gives.
    fn check<const K: usize>(
        name: &str,
        one: impl Fn(F64) -> F64,
        unusual: impl Fn(F64) -> F64,
        quick: impl Fn(Many<F64, K>) -> Many<F64, K>,
    ) {
        for i in (0..20_000).step_by(2 * K) {
            let xs: Vec<f64> = (i..i + 2 * K).map(sample).collect();
            let vectors: [F64; K] = core::array::from_fn(|k| unsafe { F64::load(xs.as_ptr().add(2 * k)) });
            let many = quick(Many::new(vectors)).vectors();
            for k in 0..K {
                let single = one(vectors[k]);
                for lane in 0..2 {
                    let (got, want) = (many[k].lane(lane), single.lane(lane));
                    let usual = unusual(F64::splat(xs[2 * k + lane])).any() == false;
                    assert!(!usual || got.to_bits() == want.to_bits(), "{name}({}): {got} beside {want}", xs[2 * k + lane]);
                }
            }
        }
    }

    #[test]
    fn vectors_side_by_side_give_what_each_gives() {
        check::<4>("exp", exp::exp, exp::exp_unusual, exp::exp_quick);
        check::<4>("sigmoid", exp::sigmoid, exp::sigmoid_unusual, exp::sigmoid_quick);
        check::<4>("sin", trig::sin, trig::trig_unusual, trig::sin_quick);
        check::<4>("cos", trig::cos, trig::trig_unusual, trig::cos_quick);
        check::<4>("log", log::log, log::log_unusual, log::log_quick);
    }

    #[test]
    fn zeros_keep_their_signs() {
        for x in [0.0, -0.0] {
            for neighbour in [1.0, f64::NAN, 1e300] {
                assert_eq!(trig::sin(F64::pair(x, neighbour)).lane(0).to_bits(), x.to_bits());
            }
        }
    }
}
