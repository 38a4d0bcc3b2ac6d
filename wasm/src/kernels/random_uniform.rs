//! Random numbers of a range, all equally likely.

use crate::lanes::{F32, F64, Wide};
use crate::philox::units;

/// Elements `first..first + n` of the sequence; `first` is a multiple of 8.
#[inline(always)]
unsafe fn uniform<V: Wide>(dst: *mut V::E, key: [u32; 2], [low, width]: [f64; 2], first: f64, n: usize) {
    let mut i = 0;
    while i < n {
        let batch = units(first as u64 / 8 + i as u64 / 8, 0, key);
        let count = if n - i < 8 { n - i } else { 8 };
        for (k, unit) in batch.iter().enumerate() {
            if k < count {
                unsafe { *dst.add(i + k) = V::narrow(low + unit * width) }
            }
        }
        i += 8;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn random_uniform_f64(
    dst: *mut f64,
    k0: u32,
    k1: u32,
    low: f64,
    width: f64,
    first: f64,
    n: usize,
) {
    unsafe { uniform::<F64>(dst, [k0, k1], [low, width], first, n) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn random_uniform_f32(
    dst: *mut f32,
    k0: u32,
    k1: u32,
    low: f64,
    width: f64,
    first: f64,
    n: usize,
) {
    unsafe { uniform::<F32>(dst, [k0, k1], [low, width], first, n) }
}
