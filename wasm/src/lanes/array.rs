//! The lanes of every other target, for tests: arrays as wide as the vectors of WebAssembly.

use super::{Doubles, Floats, Lanes, Wide};

/// `N` elements; `FUSED` says whether [`Floats::madd`] rounds once, as on most machines, or twice.
#[derive(Clone, Copy)]
pub struct Array<T, const N: usize, const FUSED: bool>([T; N]);

/// Two doubles.
pub type F64 = Array<f64, 2, true>;
/// Four floats.
pub type F32 = Array<f32, 4, true>;
/// Four 32-bit integers, whose arithmetic wraps.
pub type I32 = Array<i32, 4, true>;
/// Two doubles on a machine without fused multiply-add.
pub type Unfused = Array<f64, 2, false>;

impl<T: Copy, const N: usize, const FUSED: bool> Array<T, N, FUSED> {
    fn map(self, f: impl Fn(T) -> T) -> Self {
        Self(self.0.map(f))
    }
    fn zip(self, b: Self, f: impl Fn(T, T) -> T) -> Self {
        Self(core::array::from_fn(|i| f(self.0[i], b.0[i])))
    }
}

/// The lanes of one element type with bits of type `$bits`.
macro_rules! lanes {
    ($t:ty, $bits:ty, $n:literal, $zero:expr, $one:expr, $from:expr, $to:expr, $add:expr, $sub:expr, $mul:expr, $neg:expr, $abs:expr, $min:expr, $max:expr) => {
        impl<const FUSED: bool> Lanes for Array<$t, $n, FUSED> {
            type E = $t;
            const N: usize = $n;
            unsafe fn load(p: *const $t) -> Self {
                Self(core::array::from_fn(|i| unsafe { p.add(i).read_unaligned() }))
            }
            unsafe fn load_part(p: *const $t, count: usize, fill: Self) -> Self {
                Self(core::array::from_fn(|i| {
                    if i < count { unsafe { p.add(i).read_unaligned() } } else { fill.0[i] }
                }))
            }
            unsafe fn store(self, p: *mut $t) {
                for i in 0..$n {
                    unsafe { p.add(i).write_unaligned(self.0[i]) }
                }
            }
            unsafe fn store_part(self, p: *mut $t, count: usize) {
                for i in 0..count {
                    unsafe { p.add(i).write_unaligned(self.0[i]) }
                }
            }
            fn splat(x: $t) -> Self {
                Self([x; $n])
            }
            fn lane(self, i: usize) -> $t {
                self.0[i]
            }
            fn zero() -> Self {
                Self::splat($zero)
            }
            fn one() -> Self {
                Self::splat($one)
            }
            fn add(self, b: Self) -> Self {
                self.zip(b, $add)
            }
            fn sub(self, b: Self) -> Self {
                self.zip(b, $sub)
            }
            fn mul(self, b: Self) -> Self {
                self.zip(b, $mul)
            }
            fn neg(self) -> Self {
                self.map($neg)
            }
            fn abs(self) -> Self {
                self.map($abs)
            }
            fn min(self, b: Self) -> Self {
                self.zip(b, $min)
            }
            fn max(self, b: Self) -> Self {
                self.zip(b, $max)
            }
            fn eq(self, b: Self) -> Self {
                self.zip(b, |a, b| $from(if a == b { <$bits>::MAX } else { 0 }))
            }
            fn lt(self, b: Self) -> Self {
                self.zip(b, |a, b| $from(if a < b { <$bits>::MAX } else { 0 }))
            }
            fn le(self, b: Self) -> Self {
                self.zip(b, |a, b| $from(if a <= b { <$bits>::MAX } else { 0 }))
            }
            fn ilt(self, b: Self) -> Self {
                let sign = <$bits>::MAX ^ (<$bits>::MAX >> 1);
                self.zip(b, |a, b| $from(if $to(a) ^ sign < $to(b) ^ sign { <$bits>::MAX } else { 0 }))
            }
            fn and(self, b: Self) -> Self {
                self.zip(b, |a, b| $from($to(a) & $to(b)))
            }
            fn or(self, b: Self) -> Self {
                self.zip(b, |a, b| $from($to(a) | $to(b)))
            }
            fn xor(self, b: Self) -> Self {
                self.zip(b, |a, b| $from($to(a) ^ $to(b)))
            }
            fn andnot(self, b: Self) -> Self {
                self.zip(b, |a, b| $from($to(a) & !$to(b)))
            }
            fn not(self) -> Self {
                self.map(|a| $from(!$to(a)))
            }
            fn select(self, a: Self, b: Self) -> Self {
                a.and(self).or(b.andnot(self))
            }
            fn pseudo_min(self, b: Self) -> Self {
                self.zip(b, |a, b| if b < a { b } else { a })
            }
            fn pseudo_max(self, b: Self) -> Self {
                self.zip(b, |a, b| if a < b { b } else { a })
            }
            fn count(self, mask: Self) -> Self {
                self.zip(mask, |a, m| $from($to(a).wrapping_sub($to(m))))
            }
            fn counted(self) -> usize {
                self.0.iter().map(|&x| $to(x) as usize).sum()
            }
            fn any(self) -> bool {
                self.0.iter().any(|&x| $to(x) != 0)
            }
            fn all(self) -> bool {
                self.0.iter().all(|&x| $to(x) != 0)
            }
        }
    };
}

/// The operations of a floating-point type.
macro_rules! floats {
    ($t:ty, $bits:ty, $n:literal, $bias:literal, $digits:literal, $safe:literal, $scale:literal, $small:literal) => {
        lanes!(
            $t,
            $bits,
            $n,
            0.0,
            1.0,
            <$t>::from_bits,
            <$t>::to_bits,
            |a, b| a + b,
            |a, b| a - b,
            |a, b| a * b,
            |a: $t| -a,
            |a: $t| a.abs(),
            |a: $t, b: $t| {
                if a.is_nan() || b.is_nan() {
                    <$t>::NAN
                } else if a < b || (a == b && a.is_sign_negative()) {
                    a
                } else {
                    b
                }
            },
            |a: $t, b: $t| {
                if a.is_nan() || b.is_nan() {
                    <$t>::NAN
                } else if a > b || (a == b && a.is_sign_positive()) {
                    a
                } else {
                    b
                }
            }
        );
        impl<const FUSED: bool> Floats for Array<$t, $n, FUSED> {
            fn div(self, b: Self) -> Self {
                self.zip(b, |a, b| a / b)
            }
            fn sqrt(self) -> Self {
                self.map(|a| a.sqrt())
            }
            fn floor(self) -> Self {
                self.map(|a| a.floor())
            }
            fn ceil(self) -> Self {
                self.map(|a| a.ceil())
            }
            fn trunc(self) -> Self {
                self.map(|a| a.trunc())
            }
            fn nearest(self) -> Self {
                self.map(|a| a.round_ties_even())
            }
            fn madd(self, b: Self, c: Self) -> Self {
                if FUSED {
                    Self(core::array::from_fn(|i| self.0[i].mul_add(b.0[i], c.0[i])))
                } else {
                    self.mul(b).add(c)
                }
            }
            fn nmadd(self, b: Self, c: Self) -> Self {
                self.neg().madd(b, c)
            }
            fn num(x: f64) -> Self {
                Self::splat(x as $t)
            }
            fn sign_bits() -> Self {
                Self::splat(-0.0)
            }
            fn safe_squares() -> (Self, Self) {
                let power = |by: $bits| Self::splat(<$t>::from_bits(by << $digits));
                (power($bias - $safe), power($bias + $safe))
            }
            fn unit_scale() -> Self {
                Self::splat(<$t>::from_bits(($bias + $scale) << $digits))
            }
            fn negligible() -> Self {
                Self::splat(<$t>::from_bits(($bias - $small) << $digits))
            }
        }
    };
}

floats!(f64, u64, 2, 1023, 52, 500, 600, 28);
floats!(f32, u32, 4, 127, 23, 60, 100, 14);
lanes!(
    i32,
    u32,
    4,
    0,
    1,
    |b: u32| b as i32,
    |a: i32| a as u32,
    i32::wrapping_add,
    i32::wrapping_sub,
    i32::wrapping_mul,
    i32::wrapping_neg,
    i32::wrapping_abs,
    |a, b| if a < b { a } else { b },
    |a, b| if a > b { a } else { b }
);

impl<const FUSED: bool> Doubles for Array<f64, 2, FUSED> {
    fn bits(x: u64) -> Self {
        Self::splat(f64::from_bits(x))
    }
    fn iadd(self, b: Self) -> Self {
        self.zip(b, |a, b| f64::from_bits(a.to_bits().wrapping_add(b.to_bits())))
    }
    fn isub(self, b: Self) -> Self {
        self.zip(b, |a, b| f64::from_bits(a.to_bits().wrapping_sub(b.to_bits())))
    }
    fn shl(self, by: u32) -> Self {
        self.map(|a| f64::from_bits(a.to_bits() << by))
    }
    fn shr(self, by: u32) -> Self {
        self.map(|a| f64::from_bits(a.to_bits() >> by))
    }
    fn shifted(self) -> Self {
        Self([0.0, self.0[0]])
    }
    fn last(self) -> Self {
        Self([self.0[1]; 2])
    }
    fn firsts(self, b: Self) -> Self {
        Self([self.0[0], b.0[0]])
    }
    fn seconds(self, b: Self) -> Self {
        Self([self.0[1], b.0[1]])
    }
    fn ieq(self, b: Self) -> Self {
        self.zip(b, |a, b| f64::from_bits(if a.to_bits() == b.to_bits() { u64::MAX } else { 0 }))
    }
    fn each(self, f: impl Fn(f64) -> f64) -> Self {
        self.map(f)
    }
    fn each2(self, b: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        self.zip(b, f)
    }
}

/// Four elements read as doubles.
macro_rules! wide {
    ($v:ty, $t:ty, $from:expr) => {
        impl Wide for $v {
            unsafe fn store4(p: *mut $t, x: [F64; 2], count: usize) {
                for i in 0..count {
                    unsafe { p.add(i).write_unaligned($from(x[i / 2].0[i % 2])) }
                }
            }
            unsafe fn load4(p: *const $t) -> [F64; 2] {
                let at = |i: usize| unsafe { p.add(i).read_unaligned() } as f64;
                [Array([at(0), at(1)]), Array([at(2), at(3)])]
            }
            unsafe fn load4_part(p: *const $t, count: usize, fill: f64) -> [F64; 2] {
                let at = |i: usize| if i < count { (unsafe { p.add(i).read_unaligned() }) as f64 } else { fill };
                [Array([at(0), at(1)]), Array([at(2), at(3)])]
            }
            fn narrow(x: f64) -> $t {
                x as $t
            }
            fn widen(x: $t) -> f64 {
                x as f64
            }
        }
    };
}

wide!(F64, f64, |x| x);
wide!(F32, f32, |x| x as f32);
wide!(I32, i32, |x| x as i64 as i32);

impl F64 {
    /// A vector of these two.
    pub fn pair(a: f64, b: f64) -> Self {
        Self([a, b])
    }
    /// The entries of a table with these numbers, which are at least 0 and rounded down.
    ///
    /// # Safety
    ///
    /// The table has them.
    pub unsafe fn cells(x: [F64; 2], table: *mut [u32; 4]) -> [*mut [u32; 4]; 4] {
        let [[a, b], [c, d]] = x.map(|v| v.0);
        [a, b, c, d].map(|number| unsafe { table.add(number as usize) })
    }
}

impl F32 {
    /// Each lane in all lanes of a vector.
    pub fn spread(self) -> [F32; 4] {
        self.0.map(|x| Array([x; 4]))
    }
    /// The four floats as doubles.
    pub fn doubles(self) -> [F64; 2] {
        let at = |i: usize| self.0[i] as f64;
        [Array([at(0), at(1)]), Array([at(2), at(3)])]
    }
    /// Four doubles, rounded.
    pub fn from_doubles(x: [F64; 2]) -> Self {
        Self([x[0].0[0] as f32, x[0].0[1] as f32, x[1].0[0] as f32, x[1].0[1] as f32])
    }
}

/// Four unsigned 32-bit words, for random bits.
#[derive(Clone, Copy)]
pub struct Words([u32; 4]);

impl Words {
    pub fn new(x: [u32; 4]) -> Self {
        Self(x)
    }
    pub fn splat(x: u32) -> Self {
        Self([x; 4])
    }
    pub fn xor(self, b: Self) -> Self {
        Self(core::array::from_fn(|i| self.0[i] ^ b.0[i]))
    }
    pub fn add(self, b: Self) -> Self {
        Self(core::array::from_fn(|i| self.0[i].wrapping_add(b.0[i])))
    }
    /// The bits of two doubles.
    pub fn of(bits: F64) -> Self {
        let half = |i: usize| (bits.0[i / 2].to_bits() >> (i % 2 * 32)) as u32;
        Self(core::array::from_fn(half))
    }
    /// The upper and lower halves of the products with `m`.
    pub fn product(self, m: Self) -> (Self, Self) {
        let wide: [u64; 4] = core::array::from_fn(|i| self.0[i] as u64 * m.0[i] as u64);
        (Self(wide.map(|x| (x >> 32) as u32)), Self(wide.map(|x| x as u32)))
    }
    /// These words below `high`, as bits of doubles.
    pub fn below(self, high: Self) -> [F64; 2] {
        let at = |i: usize| f64::from_bits((high.0[i] as u64) << 32 | self.0[i] as u64);
        [Array([at(0), at(1)]), Array([at(2), at(3)])]
    }
    pub fn get(self, i: usize) -> u32 {
        self.0[i]
    }
}
