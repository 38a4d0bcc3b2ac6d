//! The greatest element, NaN if there is one.

use crate::lanes::Wide;
use crate::reduce::{Extreme, blocks, extreme};

/// One partial a block.
#[inline(always)]
unsafe fn max<V: Wide + Extreme>(a: *const V::E, partials: *mut f64, n: usize) {
    unsafe { blocks(n, |start, length, block| *partials.add(block) = extreme::<V, true>(a.add(start), length)) }
}

crate::reduction!(max; F64 max_f64, F32 max_f32, I32 max_i32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_of_every_length() {
        for n in 1..70 {
            for at in 0..n {
                let mut xs: Vec<f64> = vec![1.0; n];
                xs[at] = 5.0;
                let mut partial = [0.0];
                unsafe { max_f64(xs.as_ptr(), partial.as_mut_ptr(), n) };
                assert_eq!(partial[0], xs[at]);
                xs[at] = f64::NAN;
                unsafe { max_f64(xs.as_ptr(), partial.as_mut_ptr(), n) };
                assert!(partial[0].is_nan());
            }
        }
    }
}
