//! Random whole numbers of a range, all equally likely to 2^-32.

use crate::philox::batch;

/// Elements `first..first + n` of the sequence, from `low` to below `low + width`; `first` is a multiple of 8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn random_integers_i32(
    dst: *mut i32,
    k0: u32,
    k1: u32,
    low: f64,
    width: f64,
    first: f64,
    n: usize,
) {
    let width = width as u64;
    let mut i = 0;
    while i < n {
        let words = batch(first as u64 / 8 + i as u64 / 8, 1, [k0, k1]);
        for k in 0..8 {
            if i + k < n {
                let pair = k & 1;
                let (high, low_word) = (words[2 * pair].get(k / 2) as u64, words[2 * pair + 1].get(k / 2) as u64);
                // The upper half of 64 random bits times the width.
                let scaled = (high * width + (low_word * width >> 32)) >> 32;
                unsafe { *dst.add(i + k) = (low as i64 + scaled as i64) as i32 }
            }
        }
        i += 8;
    }
}
