//! The lanes of WebAssembly: 32-bit integers.

use super::*;

impl Lanes for I32 {
    type E = i32;
    const N: usize = 4;
    bits!(I32, i32, i32x4_all_true, i32x4_relaxed_laneselect);
    parts32!(i32);
    two!(add = i32x4_add, sub = i32x4_sub, mul = i32x4_mul, min = i32x4_min, max = i32x4_max);
    two!(eq = i32x4_eq, lt = i32x4_lt, le = i32x4_le, ilt = i32x4_lt);
    one!(neg = i32x4_neg, abs = i32x4_abs);
    two!(pseudo_min = i32x4_min, pseudo_max = i32x4_max, count = i32x4_sub);
    #[inline(always)]
    fn counted(self) -> usize {
        sum32(self.0)
    }
    #[inline(always)]
    fn splat(x: i32) -> Self {
        Self(i32x4_splat(x))
    }
    #[inline(always)]
    fn lane(self, i: usize) -> i32 {
        match i {
            0 => i32x4_extract_lane::<0>(self.0),
            1 => i32x4_extract_lane::<1>(self.0),
            2 => i32x4_extract_lane::<2>(self.0),
            _ => i32x4_extract_lane::<3>(self.0),
        }
    }
    #[inline(always)]
    fn zero() -> Self {
        Self::splat(0)
    }
    #[inline(always)]
    fn one() -> Self {
        Self::splat(1)
    }
}

impl Wide for I32 {
    #[inline(always)]
    unsafe fn load4(p: *const i32) -> [F64; 2] {
        unsafe { Self::load(p) }.doubles()
    }
    #[inline(always)]
    unsafe fn load4_part(p: *const i32, count: usize, fill: f64) -> [F64; 2] {
        let at = |i: usize| if i < count { unsafe { *p.add(i) as f64 } } else { fill };
        [F64(f64x2(at(0), at(1))), F64(f64x2(at(2), at(3)))]
    }
    #[inline(always)]
    unsafe fn store4(p: *mut i32, x: [F64; 2], count: usize) {
        for i in 0..count {
            unsafe { *p.add(i) = x[i / 2].lane(i % 2) as i64 as i32 }
        }
    }
    #[inline(always)]
    fn narrow(x: f64) -> i32 {
        x as i32
    }
    #[inline(always)]
    fn widen(x: i32) -> f64 {
        x as f64
    }
}

impl I32 {
    #[inline(always)]
    fn doubles(self) -> [F64; 2] {
        let high = i64x2_shuffle::<1, 0>(self.0, self.0);
        [F64(f64x2_convert_low_i32x4(self.0)), F64(f64x2_convert_low_i32x4(high))]
    }
}
