//! Four unsigned 32-bit words, for random bits.

use super::F64;
use core::arch::wasm32::*;

#[derive(Clone, Copy)]
pub struct Words(v128);

impl Words {
    #[inline(always)]
    pub fn new(x: [u32; 4]) -> Self {
        Self(u32x4(x[0], x[1], x[2], x[3]))
    }
    #[inline(always)]
    pub fn splat(x: u32) -> Self {
        Self(u32x4_splat(x))
    }
    #[inline(always)]
    pub fn xor(self, b: Self) -> Self {
        Self(v128_xor(self.0, b.0))
    }
    #[inline(always)]
    pub fn add(self, b: Self) -> Self {
        Self(u32x4_add(self.0, b.0))
    }
    /// The bits of two doubles.
    #[inline(always)]
    pub fn of(bits: F64) -> Self {
        Self(bits.0)
    }
    /// The upper and lower halves of the products with `m`, which the compiler must not know: it would multiply 64 bits
    /// by 64, for which x64 has no instruction.
    #[inline(always)]
    pub fn product(self, m: Self) -> (Self, Self) {
        let (a, b) = (u64x2_extmul_low_u32x4(self.0, m.0), u64x2_extmul_high_u32x4(self.0, m.0));
        (Self(i32x4_shuffle::<1, 3, 5, 7>(a, b)), Self(i32x4_shuffle::<0, 2, 4, 6>(a, b)))
    }
    /// These words below `high`, as bits of doubles.
    #[inline(always)]
    pub fn below(self, high: Self) -> [F64; 2] {
        [F64(i32x4_shuffle::<0, 4, 1, 5>(self.0, high.0)), F64(i32x4_shuffle::<2, 6, 3, 7>(self.0, high.0))]
    }
    #[inline(always)]
    pub fn get(self, i: usize) -> u32 {
        match i {
            0 => u32x4_extract_lane::<0>(self.0),
            1 => u32x4_extract_lane::<1>(self.0),
            2 => u32x4_extract_lane::<2>(self.0),
            _ => u32x4_extract_lane::<3>(self.0),
        }
    }
}
