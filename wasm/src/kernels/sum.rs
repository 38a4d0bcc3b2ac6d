//! The sum, pairwise, in doubles.

use crate::lanes::Wide;
use crate::reduce::{blocks, four, pairwise};

/// One partial a block: its sum.
#[inline(always)]
unsafe fn sum<V: Wide>(a: *const V::E, partials: *mut f64, n: usize) {
    unsafe {
        blocks(n, |start, length, block| {
            let p = a.add(start);
            *partials.add(block) = pairwise(length, |i, count| four::<V>(p, i, count, 0.0));
        })
    }
}

crate::reduction!(sum; F64 sum_f64, F32 sum_f32, I32 sum_i32);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reduce::BLOCK;

    #[test]
    fn sum_gives_one_partial_a_block() {
        for n in [0, 1, 2, 3, 66, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 17] {
            let xs: Vec<f32> = (0..n).map(|i| i as f32 * 0.5).collect();
            let mut partials = vec![0.0; n.div_ceil(BLOCK)];
            unsafe { sum_f32(xs.as_ptr(), partials.as_mut_ptr(), n) };
            for (part, chunk) in partials.iter().zip(xs.chunks(BLOCK)) {
                assert_eq!(*part, chunk.iter().map(|&x| x as f64).sum::<f64>());
            }
        }
    }
}
