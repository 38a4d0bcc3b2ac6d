//! Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011): random bits as a function of a seed and a counter, so that every
//! slice can compute its own.

/// Counters that are computed at once, each giving four words.
const LANES: usize = 4;
/// Words of one batch.
pub const WORDS: usize = 4 * LANES;

/// The words of batch `batch` of the stream with that key.
#[inline(always)]
pub fn batch(batch: u64, stream: u32, mut key: [u32; 2]) -> [[u32; LANES]; 4] {
    let first = batch * LANES as u64;
    let mut c = [[0u32; LANES]; 4];
    for lane in 0..LANES {
        let counter = first + lane as u64;
        c[0][lane] = counter as u32;
        c[1][lane] = (counter >> 32) as u32;
        c[2][lane] = stream;
    }
    for _ in 0..10 {
        let mut next = c;
        for lane in 0..LANES {
            let a = c[0][lane] as u64 * 0xd251_1f53;
            let b = c[2][lane] as u64 * 0xcd9e_8d57;
            next[0][lane] = (b >> 32) as u32 ^ c[1][lane] ^ key[0];
            next[1][lane] = b as u32;
            next[2][lane] = (a >> 32) as u32 ^ c[3][lane] ^ key[1];
            next[3][lane] = a as u32;
        }
        c = next;
        key = [key[0].wrapping_add(0x9e37_79b9), key[1].wrapping_add(0xbb67_ae85)];
    }
    c
}

/// 52 random bits as a number from 0 to below 1.
#[inline(always)]
pub fn unit(high: u32, low: u32) -> f64 {
    let bits = (high as u64) << 32 | low as u64;
    f64::from_bits(bits >> 12 | 0x3ff0_0000_0000_0000) - 1.0
}

/// The eight numbers from 0 to below 1 of a batch.
#[inline(always)]
pub fn units(at: u64, stream: u32, key: [u32; 2]) -> [f64; 8] {
    let words = batch(at, stream, key);
    let mut out = [0.0; 8];
    for lane in 0..LANES {
        out[2 * lane] = unit(words[0][lane], words[1][lane]);
        out[2 * lane + 1] = unit(words[2][lane], words[3][lane]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers of the authors' own implementation.
    #[test]
    fn philox_gives_the_known_answer() {
        let words = batch(0, 0, [0, 0]);
        assert_eq!([words[0][0], words[1][0], words[2][0], words[3][0]], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    }
}
