//! Several vectors as one, whose operations are done for all of them before the next: what a processor needs of a long
//! function so that its units do not wait for each other's results.

use super::{Doubles, F32, F64, Floats, Lanes};
use core::array::from_fn;

/// `K` vectors.
#[derive(Clone, Copy)]
pub struct Many<V, const K: usize>([V; K]);

impl<V, const K: usize> Many<V, K> {
    #[inline(always)]
    pub fn new(vectors: [V; K]) -> Self {
        Self(vectors)
    }
    #[inline(always)]
    pub fn vectors(self) -> [V; K] {
        self.0
    }
}

impl Many<F32, 2> {
    /// The floats as doubles.
    #[inline(always)]
    pub fn doubles(self) -> Many<F64, 4> {
        let ([a, b], [c, d]) = (self.0[0].doubles(), self.0[1].doubles());
        Many([a, b, c, d])
    }
    /// Doubles, rounded.
    #[inline(always)]
    pub fn from_doubles(x: Many<F64, 4>) -> Self {
        let [a, b, c, d] = x.0;
        Self([F32::from_doubles([a, b]), F32::from_doubles([c, d])])
    }
}

impl<V: Lanes, const K: usize> Many<V, K> {
    #[inline(always)]
    fn map(self, f: impl Fn(V) -> V) -> Self {
        Self(from_fn(|k| f(self.0[k])))
    }
    #[inline(always)]
    fn zip(self, b: Self, f: impl Fn(V, V) -> V) -> Self {
        Self(from_fn(|k| f(self.0[k], b.0[k])))
    }
    #[inline(always)]
    fn all_of(x: V) -> Self {
        Self([x; K])
    }
}

/// Methods that are those of each vector.
macro_rules! each {
    ($($name:ident($($b:ident)?)),* $(,)?) => {
        $(#[inline(always)]
        fn $name(self $(, $b: Self)?) -> Self {
            each!(@ $name self $($b)?)
        })*
    };
    (@ $name:ident $self:ident) => { $self.map(|a| a.$name()) };
    (@ $name:ident $self:ident $b:ident) => { $self.zip($b, |a, b| a.$name(b)) };
}

/// Functions that make the same vector `K` times.
macro_rules! constants {
    ($($name:ident),*) => {
        $(#[inline(always)]
        fn $name() -> Self {
            Self::all_of(V::$name())
        })*
    };
}

impl<V: Lanes, const K: usize> Lanes for Many<V, K> {
    type E = V::E;
    const N: usize = K * V::N;
    #[inline(always)]
    unsafe fn load(p: *const V::E) -> Self {
        Self(from_fn(|k| unsafe { V::load(p.add(k * V::N)) }))
    }
    #[inline(always)]
    unsafe fn load_part(p: *const V::E, count: usize, fill: Self) -> Self {
        Self(from_fn(|k| {
            let from = k * V::N;
            if count >= from + V::N {
                unsafe { V::load(p.add(from)) }
            } else {
                unsafe { V::load_part(p.add(from), count.saturating_sub(from), fill.0[k]) }
            }
        }))
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut V::E) {
        for k in 0..K {
            unsafe { self.0[k].store(p.add(k * V::N)) }
        }
    }
    #[inline(always)]
    unsafe fn store_part(self, p: *mut V::E, count: usize) {
        for k in 0..K {
            let from = k * V::N;
            if count >= from + V::N {
                unsafe { self.0[k].store(p.add(from)) }
            } else {
                unsafe { self.0[k].store_part(p.add(from), count.saturating_sub(from)) }
            }
        }
    }
    #[inline(always)]
    fn splat(x: V::E) -> Self {
        Self::all_of(V::splat(x))
    }
    #[inline(always)]
    fn lane(self, i: usize) -> V::E {
        self.0[i / V::N].lane(i % V::N)
    }
    constants!(zero, one);
    each!(add(b), sub(b), mul(b), neg(), abs(), min(b), max(b), eq(b), lt(b), le(b), ilt(b), and(b), or(b));
    each!(xor(b), andnot(b), not(), pseudo_min(b), pseudo_max(b), count(b));
    #[inline(always)]
    fn select(self, a: Self, b: Self) -> Self {
        Self(from_fn(|k| self.0[k].select(a.0[k], b.0[k])))
    }
    #[inline(always)]
    fn counted(self) -> usize {
        self.0.iter().map(|v| v.counted()).sum()
    }
    #[inline(always)]
    fn any(self) -> bool {
        let mut all = self.0[0];
        for k in 1..K {
            all = all.or(self.0[k]);
        }
        all.any()
    }
    #[inline(always)]
    fn all(self) -> bool {
        let mut all = self.0[0];
        for k in 1..K {
            all = all.and(self.0[k]);
        }
        all.all()
    }
}

impl<V: Floats, const K: usize> Floats for Many<V, K> {
    each!(div(b), sqrt(), floor(), ceil(), trunc(), nearest());
    constants!(sign_bits, unit_scale, negligible);
    #[inline(always)]
    fn madd(self, b: Self, c: Self) -> Self {
        Self(from_fn(|k| self.0[k].madd(b.0[k], c.0[k])))
    }
    #[inline(always)]
    fn nmadd(self, b: Self, c: Self) -> Self {
        Self(from_fn(|k| self.0[k].nmadd(b.0[k], c.0[k])))
    }
    #[inline(always)]
    fn num(x: f64) -> Self {
        Self::all_of(V::num(x))
    }
    #[inline(always)]
    fn safe_squares() -> (Self, Self) {
        let (least, most) = V::safe_squares();
        (Self::all_of(least), Self::all_of(most))
    }
}

/// Zero for ever, which the compiler does not know.
#[cfg(target_arch = "wasm32")]
struct Zero(core::cell::UnsafeCell<[u128; 8]>);
#[cfg(target_arch = "wasm32")]
unsafe impl Sync for Zero {}
#[cfg(target_arch = "wasm32")]
static ZERO: Zero = Zero(core::cell::UnsafeCell::new([0; 8]));

/// The vectors, computed before anything that follows.
///
/// LLVM arranges the operations of a block so that each is followed by what uses its result: all of one vector's, then all
/// of the other's. It does not move what both ways of a branch need; this one, never taken, would need all of `x`.
#[inline(always)]
fn settle<V: Copy, const M: usize>(x: [V; M]) -> [V; M] {
    #[cfg(target_arch = "wasm32")]
    unsafe {
        if ZERO.0.get().cast::<u32>().read_volatile() != 0 {
            for v in x {
                ZERO.0.get().cast::<V>().write_volatile(v);
            }
        }
    }
    x
}

impl<V: Doubles, const K: usize> Doubles for Many<V, K> {
    #[inline(always)]
    fn fence<const M: usize>(x: [Self; M]) -> [Self; M] {
        settle(x.map(|m| m.0)).map(Self)
    }
    #[inline(always)]
    unsafe fn constant(p: *const f64) -> Self {
        Self::all_of(unsafe { V::constant(p) })
    }
    each!(iadd(b), isub(b), shifted(), last(), firsts(b), seconds(b), ieq(b));
    #[inline(always)]
    fn bits(x: u64) -> Self {
        Self::all_of(V::bits(x))
    }
    #[inline(always)]
    fn shl(self, by: u32) -> Self {
        self.map(|a| a.shl(by))
    }
    #[inline(always)]
    fn shr(self, by: u32) -> Self {
        self.map(|a| a.shr(by))
    }
    #[inline(always)]
    fn each(self, f: impl Fn(f64) -> f64) -> Self {
        Self(from_fn(|k| self.0[k].each(&f)))
    }
    #[inline(always)]
    fn each2(self, b: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self(from_fn(|k| self.0[k].each2(b.0[k], &f)))
    }
}
