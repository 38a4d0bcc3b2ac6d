//! The one trait that loops are written over, and its two families of types: `v128` on WebAssembly, arrays of the
//! same number of elements elsewhere.
//!
//! A mask is a vector of the same type whose lanes are all ones or all zeros.

#[cfg(not(target_arch = "wasm32"))]
mod array;
mod many;
#[cfg(target_arch = "wasm32")]
mod v128;
#[cfg(target_arch = "wasm32")]
mod words;

#[cfg(not(target_arch = "wasm32"))]
pub use array::{F32, F64, I32, Unfused, Words};
pub use many::Many;
#[cfg(target_arch = "wasm32")]
pub use v128::{F32, F64, I32};
#[cfg(target_arch = "wasm32")]
pub use words::Words;

/// A vector of [`Lanes::N`] elements.
pub trait Lanes: Copy {
    /// The element.
    type E: Copy + PartialOrd;
    /// How many elements a vector has.
    const N: usize;
    /// The `N` elements at `p`, whatever its alignment.
    unsafe fn load(p: *const Self::E) -> Self;
    /// The first `count < N` elements at `p`, the other lanes those of `fill`.
    unsafe fn load_part(p: *const Self::E, count: usize, fill: Self) -> Self;
    /// Writes all lanes to `p`.
    unsafe fn store(self, p: *mut Self::E);
    /// Writes the first `count < N` lanes to `p`.
    unsafe fn store_part(self, p: *mut Self::E, count: usize);
    fn splat(x: Self::E) -> Self;
    /// Lane `i`.
    fn lane(self, i: usize) -> Self::E;
    fn zero() -> Self;
    fn one() -> Self;
    fn add(self, b: Self) -> Self;
    fn sub(self, b: Self) -> Self;
    fn mul(self, b: Self) -> Self;
    fn neg(self) -> Self;
    fn abs(self) -> Self;
    /// The lesser, as `Math.min` has it: NaN wins, -0 is less than +0.
    fn min(self, b: Self) -> Self;
    /// The greater, as `Math.max` has it.
    fn max(self, b: Self) -> Self;
    fn eq(self, b: Self) -> Self;
    fn lt(self, b: Self) -> Self;
    fn le(self, b: Self) -> Self;
    /// Compares the lanes as signed integers, as which NaN is more than every number of its sign. For masks that are
    /// joined: of two comparisons of floats LLVM makes one of their maximum, and then loses one beside a NaN.
    fn ilt(self, b: Self) -> Self;
    fn and(self, b: Self) -> Self;
    fn or(self, b: Self) -> Self;
    fn xor(self, b: Self) -> Self;
    /// The bits of `self` that are not in `b`.
    fn andnot(self, b: Self) -> Self;
    fn not(self) -> Self;
    /// Where the mask `self` is set `a`, else `b`.
    fn select(self, a: Self, b: Self) -> Self;
    /// The lesser by one comparison: which of two zeros, and what becomes of NaN, is left open.
    fn pseudo_min(self, b: Self) -> Self;
    /// The greater by one comparison.
    fn pseudo_max(self, b: Self) -> Self;
    /// Adds 1 to the lanes, as integers, where the mask is set.
    fn count(self, mask: Self) -> Self;
    /// The sum of the lanes as integers.
    fn counted(self) -> usize;
    /// Whether any lane of the mask is set.
    fn any(self) -> bool;
    /// Whether every lane of the mask is set.
    fn all(self) -> bool;
}

/// Vectors of floating-point numbers.
pub trait Floats: Lanes {
    fn div(self, b: Self) -> Self;
    fn sqrt(self) -> Self;
    fn floor(self) -> Self;
    fn ceil(self) -> Self;
    fn trunc(self) -> Self;
    /// To the nearest integer, halves to the even one.
    fn nearest(self) -> Self;
    /// `self * b + c`, rounded once or twice, whichever the machine does faster: only for results whose documented
    /// error bound holds either way.
    fn madd(self, b: Self, c: Self) -> Self;
    /// `c - self * b`, rounded once or twice.
    fn nmadd(self, b: Self, c: Self) -> Self;
    /// A number of the element's type from a double.
    fn num(x: f64) -> Self;
    /// The bits of the sign.
    fn sign_bits() -> Self;
    /// Between these numbers squares neither overflow nor become denormal.
    fn safe_squares() -> (Self, Self);
    /// A power of two that brings numbers below that range into it; its reciprocal those above.
    fn unit_scale() -> Self;
    /// A leg times this, or less, does not count beside it in a hypotenuse.
    fn negligible() -> Self;
    /// The magnitude of `self` with the sign of `b`.
    #[inline(always)]
    fn copysign(self, b: Self) -> Self {
        let s = Self::sign_bits();
        self.andnot(s).or(b.and(s))
    }
}

/// Vectors of doubles, with their bits.
pub trait Doubles: Floats<E = f64> {
    /// Between two steps of a long function of several vectors: keeps the compiler from doing all steps for the first
    /// vector, then all for the second.
    #[inline(always)]
    fn fence<const M: usize>(x: [Self; M]) -> [Self; M] {
        x
    }
    /// A constant that lies at `p` twice, aligned to 16 bytes, in all lanes.
    #[inline(always)]
    unsafe fn constant(p: *const f64) -> Self {
        unsafe { Self::load(p) }
    }
    /// A vector whose lanes have these bits.
    fn bits(x: u64) -> Self;
    /// Adds the lanes as 64-bit integers.
    fn iadd(self, b: Self) -> Self;
    /// Subtracts the lanes as 64-bit integers.
    fn isub(self, b: Self) -> Self;
    /// Shifts the lanes left as 64-bit integers.
    fn shl(self, by: u32) -> Self;
    /// Shifts the lanes right as unsigned 64-bit integers.
    fn shr(self, by: u32) -> Self;
    /// The lanes moved up by one, 0 in the first.
    fn shifted(self) -> Self;
    /// The last lane in all.
    fn last(self) -> Self;
    /// The first lane of `self`, then that of `b`.
    fn firsts(self, b: Self) -> Self;
    /// The second lanes, of vectors of two.
    fn seconds(self, b: Self) -> Self;
    /// Compares the lanes as 64-bit integers.
    fn ieq(self, b: Self) -> Self;
    /// `f` of each lane, one after the other: for the rare cases.
    fn each(self, f: impl Fn(f64) -> f64) -> Self;
    /// `f` of the lanes of two vectors.
    fn each2(self, b: Self, f: impl Fn(f64, f64) -> f64) -> Self;
}

/// Elements that reductions read as doubles, four at a time.
pub trait Wide: Lanes {
    /// Elements `p[0..4]` as two vectors of doubles.
    unsafe fn load4(p: *const Self::E) -> [F64; 2];
    /// The first `count < 4` elements, the rest `fill`.
    unsafe fn load4_part(p: *const Self::E, count: usize, fill: f64) -> [F64; 2];
    /// Writes the first `count <= 4` of four doubles as elements; whole numbers wrap.
    unsafe fn store4(p: *mut Self::E, x: [F64; 2], count: usize);
    /// Rounds, or converts, a double to the element.
    fn narrow(x: f64) -> Self::E;
    fn widen(x: Self::E) -> f64;
}
