//! Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011): random bits as a function of a seed and a counter, so that every
//! slice can compute its own.

use crate::lanes::{Doubles, F64, Lanes, Words};

/// Two copies of a word as the bits of a double.
const fn twice(word: u32) -> f64 {
    f64::from_bits((word as u64) << 32 | word as u64)
}

tables! {
    /// The multipliers of a round, and what the key grows by.
    MULTIPLIERS: 2 = [twice(0xd251_1f53), twice(0xcd9e_8d57)];
    WEYL: 2 = [twice(0x9e37_79b9), twice(0xbb67_ae85)];
    /// The bits of 1.
    UNIT: 1 = [1.0];
}

/// Four counters are computed at once, each giving four words.
const LANES: u64 = 4;

/// The words of batch `batch` of the stream with that key.
#[inline(always)]
pub fn batch(batch: u64, stream: u32, key: [u32; 2]) -> [Words; 4] {
    let [words] = batches(batch, stream, key);
    words
}

/// The words of `B` batches from `batch`: one alone leaves the processor waiting for each round's products.
#[inline(always)]
pub fn batches<const B: usize>(batch: u64, stream: u32, key: [u32; 2]) -> [[Words; 4]; B] {
    let mut c: [[Words; 4]; B] = core::array::from_fn(|b| {
        let first = (batch + b as u64) * LANES;
        let low: [u32; 4] = core::array::from_fn(|lane| (first + lane as u64) as u32);
        // A batch does not straddle a multiple of 2^32: it begins at a multiple of 4.
        [Words::new(low), Words::splat((first >> 32) as u32), Words::splat(stream), Words::splat(0)]
    });
    let (mut k0, mut k1) = (Words::splat(key[0]), Words::splat(key[1]));
    for _ in 0..10 {
        let (m0, m1) = (Words::of(MULTIPLIERS.fresh(0)), Words::of(MULTIPLIERS.fresh(1)));
        for c in &mut c {
            let (a_high, a_low) = c[0].product(m0);
            let (b_high, b_low) = c[2].product(m1);
            *c = [b_high.xor(c[1]).xor(k0), b_low, a_high.xor(c[3]).xor(k1), a_low];
        }
        k0 = k0.add(Words::of(WEYL.at(0)));
        k1 = k1.add(Words::of(WEYL.at(1)));
    }
    c
}

/// The eight numbers from 0 to below 1 of each of `B` batches, each of 52 bits.
#[inline(always)]
pub fn units<const B: usize>(at: u64, stream: u32, key: [u32; 2]) -> [[F64; 4]; B] {
    batches(at, stream, key).map(|words| {
        let [a, b] = words[1].below(words[0]);
        let [c, d] = words[3].below(words[2]);
        [a, b, c, d].map(|bits| bits.shr(12).or(UNIT.v()).sub(UNIT.v()))
    })
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
