//! The sum of squares; the host takes the root.

use crate::lanes::{Lanes, Wide};
use crate::reduce::{blocks, extreme_magnitude, four, pairwise};

/// Two partials a block: the sum of squares scaled by a power of two, and that power's exponent.
#[inline(always)]
unsafe fn norm<V: Wide>(a: *const V::E, partials: *mut f64, n: usize) {
    unsafe {
        blocks(n, |start, length, block| {
            let p = a.add(start);
            let plain = pairwise(length, |i, count| {
                let x = four::<V>(p, i, count, 0.0);
                [x[0].mul(x[0]), x[1].mul(x[1])]
            });
            let (mut sum, mut exponent) = (plain, 0.0);
            // Squares that overflowed, or may have lost bits: again, of scaled elements.
            if !(1e-280..=1e300).contains(&plain) {
                let scale = extreme_magnitude::<V>(p, length);
                let by = crate::lanes::F64::splat(f64::from_bits(((1023 - scale) as u64) << 52));
                sum = pairwise(length, |i, count| {
                    let x = four::<V>(p, i, count, 0.0);
                    let (d, e) = (x[0].mul(by), x[1].mul(by));
                    [d.mul(d), e.mul(e)]
                });
                exponent = scale as f64;
            }
            *partials.add(2 * block) = sum;
            *partials.add(2 * block + 1) = exponent;
        })
    }
}

crate::reduction!(norm; F64 norm_f64, F32 norm_f32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norm_of_huge_and_tiny_numbers() {
        for x in [1e300, 1e-300, 3.0, 5e-324, 0.0] {
            let xs = [x * 3.0, x * 4.0];
            let mut partials = [0.0; 2];
            unsafe { norm_f64(xs.as_ptr(), partials.as_mut_ptr(), 2) };
            let root = partials[0].sqrt() * 2f64.powi(partials[1] as i32);
            assert!((root - x * 5.0).abs() <= x * 1e-14, "{root} for {x}");
        }
    }
}
