//! The lanes of WebAssembly: doubles and floats, and what all types share.

use super::{Doubles, Floats, Lanes, Wide};
use core::arch::wasm32::*;

/// Two doubles.
#[derive(Clone, Copy)]
pub struct F64(pub v128);
/// Four floats.
#[derive(Clone, Copy)]
pub struct F32(pub v128);
/// Four 32-bit integers, whose arithmetic wraps.
#[derive(Clone, Copy)]
pub struct I32(pub v128);

/// What does not depend on the element: the same text for each type.
macro_rules! bits {
    ($type:ident, $e:ty, $all:path, $select:path) => {
        #[inline(always)]
        unsafe fn load(p: *const $e) -> Self {
            Self(unsafe { v128_load(p.cast()) })
        }
        #[inline(always)]
        unsafe fn store(self, p: *mut $e) {
            unsafe { v128_store(p.cast(), self.0) }
        }
        #[inline(always)]
        fn and(self, b: Self) -> Self {
            Self(v128_and(self.0, b.0))
        }
        #[inline(always)]
        fn or(self, b: Self) -> Self {
            Self(v128_or(self.0, b.0))
        }
        #[inline(always)]
        fn xor(self, b: Self) -> Self {
            Self(v128_xor(self.0, b.0))
        }
        #[inline(always)]
        fn andnot(self, b: Self) -> Self {
            Self(v128_andnot(self.0, b.0))
        }
        #[inline(always)]
        fn not(self) -> Self {
            Self(v128_not(self.0))
        }
        #[inline(always)]
        fn select(self, a: Self, b: Self) -> Self {
            // Lanes of a mask are all ones or all zeros, for which this is as exact as `v128_bitselect`, in one
            // instruction instead of three.
            Self($select(a.0, b.0, self.0))
        }
        #[inline(always)]
        fn any(self) -> bool {
            v128_any_true(self.0)
        }
        #[inline(always)]
        fn all(self) -> bool {
            $all(self.0)
        }
    };
}

/// One method that is one instruction of two operands.
macro_rules! two {
    ($($name:ident = $op:path),* $(,)?) => {
        $(#[inline(always)]
        fn $name(self, b: Self) -> Self {
            Self($op(self.0, b.0))
        })*
    };
}

/// One method that is one instruction of one operand.
macro_rules! one {
    ($($name:ident = $op:path),* $(,)?) => {
        $(#[inline(always)]
        fn $name(self) -> Self {
            Self($op(self.0))
        })*
    };
}

/// Loads and stores of fewer than four 32-bit lanes.
macro_rules! parts32 {
    ($e:ty) => {
        #[inline(always)]
        unsafe fn load_part(p: *const $e, count: usize, fill: Self) -> Self {
            let p: *const u32 = p.cast();
            let mut v = fill.0;
            unsafe {
                if count > 0 {
                    v = v128_load32_lane::<0>(v, p);
                }
                if count > 1 {
                    v = v128_load32_lane::<1>(v, p.add(1));
                }
                if count > 2 {
                    v = v128_load32_lane::<2>(v, p.add(2));
                }
            }
            Self(v)
        }
        #[inline(always)]
        unsafe fn store_part(self, p: *mut $e, count: usize) {
            let p: *mut u32 = p.cast();
            unsafe {
                if count > 0 {
                    v128_store32_lane::<0>(self.0, p);
                }
                if count > 1 {
                    v128_store32_lane::<1>(self.0, p.add(1));
                }
                if count > 2 {
                    v128_store32_lane::<2>(self.0, p.add(2));
                }
            }
        }
    };
}

// After the macros, which it uses.
#[path = "v128_i32.rs"]
mod v128_i32;

impl Lanes for F64 {
    type E = f64;
    const N: usize = 2;
    bits!(F64, f64, i64x2_all_true, i64x2_relaxed_laneselect);
    two!(add = f64x2_add, sub = f64x2_sub, mul = f64x2_mul, min = f64x2_min, max = f64x2_max);
    two!(eq = f64x2_eq, lt = f64x2_lt, le = f64x2_le, ilt = i64x2_lt);
    one!(neg = f64x2_neg, abs = f64x2_abs);
    #[inline(always)]
    unsafe fn load_part(p: *const f64, count: usize, fill: Self) -> Self {
        if count == 0 { fill } else { Self(unsafe { v128_load64_lane::<0>(fill.0, p.cast()) }) }
    }
    #[inline(always)]
    unsafe fn store_part(self, p: *mut f64, count: usize) {
        if count > 0 {
            unsafe { v128_store64_lane::<0>(self.0, p.cast()) }
        }
    }
    two!(pseudo_min = f64x2_pmin, pseudo_max = f64x2_pmax, count = i64x2_sub);
    #[inline(always)]
    fn counted(self) -> usize {
        i64x2_extract_lane::<0>(self.0) as usize + i64x2_extract_lane::<1>(self.0) as usize
    }
    #[inline(always)]
    fn splat(x: f64) -> Self {
        Self(f64x2_splat(x))
    }
    #[inline(always)]
    fn lane(self, i: usize) -> f64 {
        if i == 0 { f64x2_extract_lane::<0>(self.0) } else { f64x2_extract_lane::<1>(self.0) }
    }
    #[inline(always)]
    fn zero() -> Self {
        Self::splat(0.0)
    }
    #[inline(always)]
    fn one() -> Self {
        Self::splat(1.0)
    }
}

impl Floats for F64 {
    two!(div = f64x2_div);
    one!(sqrt = f64x2_sqrt, floor = f64x2_floor, ceil = f64x2_ceil, trunc = f64x2_trunc, nearest = f64x2_nearest);
    #[inline(always)]
    fn madd(self, b: Self, c: Self) -> Self {
        Self(f64x2_relaxed_madd(self.0, b.0, c.0))
    }
    #[inline(always)]
    fn nmadd(self, b: Self, c: Self) -> Self {
        Self(f64x2_relaxed_nmadd(self.0, b.0, c.0))
    }
    #[inline(always)]
    fn num(x: f64) -> Self {
        Self::splat(x)
    }
    #[inline(always)]
    fn sign_bits() -> Self {
        Self::splat(-0.0)
    }
    #[inline(always)]
    fn safe_squares() -> (Self, Self) {
        (Self::splat(f64::from_bits((1023 - 500) << 52)), Self::splat(f64::from_bits((1023 + 500) << 52)))
    }
    #[inline(always)]
    fn unit_scale() -> Self {
        Self::splat(f64::from_bits((1023 + 600) << 52))
    }
    #[inline(always)]
    fn negligible() -> Self {
        Self::splat(f64::from_bits((1023 - 28) << 52))
    }
}

impl F64 {
    /// A vector of these two.
    #[inline(always)]
    pub fn pair(a: f64, b: f64) -> Self {
        Self(f64x2(a, b))
    }
    /// The entries of a table with these numbers, which are at least 0 and rounded down.
    ///
    /// # Safety
    ///
    /// The table has them.
    #[inline(always)]
    pub unsafe fn cells(x: [F64; 2], table: *mut [u32; 4]) -> [*mut [u32; 4]; 4] {
        let whole = |x: F64| i32x4_relaxed_trunc_f64x2_zero(x.0);
        let numbers = i64x2_shuffle::<0, 2>(whole(x[0]), whole(x[1]));
        let at = i32x4_add(i32x4_shl(numbers, 4), u32x4_splat(table as u32));
        [
            u32x4_extract_lane::<0>(at),
            u32x4_extract_lane::<1>(at),
            u32x4_extract_lane::<2>(at),
            u32x4_extract_lane::<3>(at),
        ]
        .map(|at| at as *mut [u32; 4])
    }
}

impl Doubles for F64 {
    two!(iadd = i64x2_add, isub = i64x2_sub);
    #[inline(always)]
    fn bits(x: u64) -> Self {
        Self(u64x2_splat(x))
    }
    #[inline(always)]
    fn shl(self, by: u32) -> Self {
        Self(i64x2_shl(self.0, by))
    }
    #[inline(always)]
    fn shr(self, by: u32) -> Self {
        Self(u64x2_shr(self.0, by))
    }
    #[inline(always)]
    fn shifted(self) -> Self {
        Self(i64x2_shuffle::<2, 0>(self.0, f64x2_splat(0.0)))
    }
    #[inline(always)]
    fn last(self) -> Self {
        Self(i64x2_shuffle::<1, 1>(self.0, self.0))
    }
    #[inline(always)]
    fn firsts(self, b: Self) -> Self {
        Self(i64x2_shuffle::<0, 2>(self.0, b.0))
    }
    #[inline(always)]
    fn seconds(self, b: Self) -> Self {
        Self(i64x2_shuffle::<1, 3>(self.0, b.0))
    }
    #[inline(always)]
    fn ieq(self, b: Self) -> Self {
        Self(i64x2_eq(self.0, b.0))
    }
    #[inline(always)]
    fn each(self, f: impl Fn(f64) -> f64) -> Self {
        Self(f64x2(f(self.lane(0)), f(self.lane(1))))
    }
    #[inline(always)]
    fn each2(self, b: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self(f64x2(f(self.lane(0), b.lane(0)), f(self.lane(1), b.lane(1))))
    }
}

impl Wide for F64 {
    #[inline(always)]
    unsafe fn load4(p: *const f64) -> [F64; 2] {
        unsafe { [Self::load(p), Self::load(p.add(2))] }
    }
    #[inline(always)]
    unsafe fn load4_part(p: *const f64, count: usize, fill: f64) -> [F64; 2] {
        let f = Self::splat(fill);
        unsafe {
            if count >= 2 {
                [Self::load(p), Self::load_part(p.add(2), count - 2, f)]
            } else {
                [Self::load_part(p, count, f), f]
            }
        }
    }
    #[inline(always)]
    unsafe fn store4(p: *mut f64, x: [F64; 2], count: usize) {
        unsafe {
            if count == 4 {
                x[0].store(p);
                x[1].store(p.add(2));
            } else if count > 1 {
                x[0].store(p);
                x[1].store_part(p.add(2), count - 2);
            } else {
                x[0].store_part(p, count);
            }
        }
    }
    #[inline(always)]
    fn narrow(x: f64) -> f64 {
        x
    }
    #[inline(always)]
    fn widen(x: f64) -> f64 {
        x
    }
}

#[inline(always)]
fn sum32(v: v128) -> usize {
    let pairs = i32x4_add(v, i64x2_shuffle::<1, 0>(v, v));
    (i32x4_extract_lane::<0>(pairs) + i32x4_extract_lane::<1>(pairs)) as usize
}

impl Lanes for F32 {
    type E = f32;
    const N: usize = 4;
    bits!(F32, f32, i32x4_all_true, i32x4_relaxed_laneselect);
    parts32!(f32);
    two!(add = f32x4_add, sub = f32x4_sub, mul = f32x4_mul, min = f32x4_min, max = f32x4_max);
    two!(eq = f32x4_eq, lt = f32x4_lt, le = f32x4_le, ilt = i32x4_lt);
    one!(neg = f32x4_neg, abs = f32x4_abs);
    two!(pseudo_min = f32x4_pmin, pseudo_max = f32x4_pmax, count = i32x4_sub);
    #[inline(always)]
    fn counted(self) -> usize {
        sum32(self.0)
    }
    #[inline(always)]
    fn splat(x: f32) -> Self {
        Self(f32x4_splat(x))
    }
    #[inline(always)]
    fn lane(self, i: usize) -> f32 {
        match i {
            0 => f32x4_extract_lane::<0>(self.0),
            1 => f32x4_extract_lane::<1>(self.0),
            2 => f32x4_extract_lane::<2>(self.0),
            _ => f32x4_extract_lane::<3>(self.0),
        }
    }
    #[inline(always)]
    fn zero() -> Self {
        Self::splat(0.0)
    }
    #[inline(always)]
    fn one() -> Self {
        Self::splat(1.0)
    }
}

impl Floats for F32 {
    two!(div = f32x4_div);
    one!(sqrt = f32x4_sqrt, floor = f32x4_floor, ceil = f32x4_ceil, trunc = f32x4_trunc, nearest = f32x4_nearest);
    #[inline(always)]
    fn madd(self, b: Self, c: Self) -> Self {
        Self(f32x4_relaxed_madd(self.0, b.0, c.0))
    }
    #[inline(always)]
    fn nmadd(self, b: Self, c: Self) -> Self {
        Self(f32x4_relaxed_nmadd(self.0, b.0, c.0))
    }
    #[inline(always)]
    fn num(x: f64) -> Self {
        Self::splat(x as f32)
    }
    #[inline(always)]
    fn sign_bits() -> Self {
        Self::splat(-0.0)
    }
    #[inline(always)]
    fn safe_squares() -> (Self, Self) {
        (Self::splat(f32::from_bits((127 - 60) << 23)), Self::splat(f32::from_bits((127 + 60) << 23)))
    }
    #[inline(always)]
    fn unit_scale() -> Self {
        Self::splat(f32::from_bits((127 + 100) << 23))
    }
    #[inline(always)]
    fn negligible() -> Self {
        Self::splat(f32::from_bits((127 - 14) << 23))
    }
}

impl F32 {
    /// Each lane in all lanes of a vector.
    #[inline(always)]
    pub fn spread(self) -> [F32; 4] {
        [
            F32(i32x4_shuffle::<0, 0, 0, 0>(self.0, self.0)),
            F32(i32x4_shuffle::<1, 1, 1, 1>(self.0, self.0)),
            F32(i32x4_shuffle::<2, 2, 2, 2>(self.0, self.0)),
            F32(i32x4_shuffle::<3, 3, 3, 3>(self.0, self.0)),
        ]
    }
    /// The four floats as doubles.
    #[inline(always)]
    pub fn doubles(self) -> [F64; 2] {
        let high = i64x2_shuffle::<1, 0>(self.0, self.0);
        [F64(f64x2_promote_low_f32x4(self.0)), F64(f64x2_promote_low_f32x4(high))]
    }
    /// Four doubles, rounded.
    #[inline(always)]
    pub fn from_doubles(x: [F64; 2]) -> Self {
        let low = f32x4_demote_f64x2_zero(x[0].0);
        let high = f32x4_demote_f64x2_zero(x[1].0);
        Self(i64x2_shuffle::<0, 2>(low, high))
    }
}

impl Wide for F32 {
    #[inline(always)]
    unsafe fn load4(p: *const f32) -> [F64; 2] {
        unsafe { Self::load(p) }.doubles()
    }
    #[inline(always)]
    unsafe fn load4_part(p: *const f32, count: usize, fill: f64) -> [F64; 2] {
        let at = |i: usize| if i < count { unsafe { *p.add(i) as f64 } } else { fill };
        [F64(f64x2(at(0), at(1))), F64(f64x2(at(2), at(3)))]
    }
    #[inline(always)]
    unsafe fn store4(p: *mut f32, x: [F64; 2], count: usize) {
        let y = Self::from_doubles(x);
        unsafe { if count == 4 { y.store(p) } else { y.store_part(p, count) } }
    }
    #[inline(always)]
    fn narrow(x: f64) -> f32 {
        x as f32
    }
    #[inline(always)]
    fn widen(x: f32) -> f64 {
        x as f64
    }
}
