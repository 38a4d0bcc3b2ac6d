//! Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011): random bits as a function of a seed and a counter, so that every
//! slice can compute its own.

use crate::lanes::{Doubles, F64, Lanes, Words};

/// Four counters are computed at once, each giving four words.
const LANES: u64 = 4;

/// The words of batch `batch` of the stream with that key.
#[inline(always)]
pub fn batch(batch: u64, stream: u32, mut key: [u32; 2]) -> [Words; 4] {
    let first = batch * LANES;
    let low: [u32; 4] = core::array::from_fn(|lane| (first + lane as u64) as u32);
    // A batch does not straddle a multiple of 2^32: it begins at a multiple of 4.
    let mut c = [Words::new(low), Words::splat((first >> 32) as u32), Words::splat(stream), Words::splat(0)];
    for _ in 0..10 {
        let (a_high, a_low) = c[0].product(0xd251_1f53);
        let (b_high, b_low) = c[2].product(0xcd9e_8d57);
        let (k0, k1) = (Words::splat(key[0]), Words::splat(key[1]));
        c = [b_high.xor(c[1]).xor(k0), b_low, a_high.xor(c[3]).xor(k1), a_low];
        key = [key[0].wrapping_add(0x9e37_79b9), key[1].wrapping_add(0xbb67_ae85)];
    }
    c
}

/// The eight numbers from 0 to below 1 of a batch, each of 52 bits.
#[inline(always)]
pub fn units(at: u64, stream: u32, key: [u32; 2]) -> [F64; 4] {
    let words = batch(at, stream, key);
    let [a, b] = words[1].below(words[0]);
    let [c, d] = words[3].below(words[2]);
    [a, b, c, d].map(|bits| bits.shr(12).or(F64::bits(0x3ff0_0000_0000_0000)).sub(F64::one()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers of the authors' own implementation.
    #[test]
    fn philox_gives_the_known_answer() {
        let words = batch(0, 0, [0, 0]);
        assert_eq!(words.map(|w| w.get(0)), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    }
}
