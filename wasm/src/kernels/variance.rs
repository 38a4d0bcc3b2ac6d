//! The mean and the sum of squares about it, of each block.

use crate::lanes::{F64, Lanes, Wide};
use crate::reduce::{blocks, four, pairwise};

/// Three partials a block: the sum, the sum of squared differences from the block's mean, and the count.
#[inline(always)]
unsafe fn variance<V: Wide>(a: *const V::E, partials: *mut f64, n: usize) {
    unsafe {
        blocks(n, |start, length, block| {
            let p = a.add(start);
            let sum = pairwise(length, |i, count| four::<V>(p, i, count, 0.0));
            let mean = sum / length as f64;
            let m = F64::splat(mean);
            let squares = pairwise(length, |i, count| {
                let x = four::<V>(p, i, count, mean);
                let (d, e) = (x[0].sub(m), x[1].sub(m));
                [d.mul(d), e.mul(e)]
            });
            let to = partials.add(3 * block);
            *to = sum;
            *to.add(1) = squares;
            *to.add(2) = length as f64;
        })
    }
}

crate::reduction!(variance; F64 variance_f64, F32 variance_f32, I32 variance_i32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variance_of_a_block() {
        let xs = [1.0, 2.0, 3.0, 4.0, 5.0];
        let mut partials = [0.0; 3];
        unsafe { variance_f64(xs.as_ptr(), partials.as_mut_ptr(), 5) };
        assert_eq!(partials, [15.0, 10.0, 5.0]);
    }
}
