//! How many elements are not 0.

use crate::lanes::Wide;
use crate::reduce::{blocks, count_nonzero};

/// One partial a block.
#[inline(always)]
unsafe fn count<V: Wide>(a: *const V::E, partials: *mut f64, n: usize) {
    unsafe { blocks(n, |start, length, block| *partials.add(block) = count_nonzero::<V>(a.add(start), length)) }
}

crate::reduction!(count; F64 count_f64, F32 count_f32, I32 count_i32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn count_of_every_short_length() {
        for n in 0..70 {
            let xs: Vec<f32> = (0..n).map(|i| if i % 3 == 0 { -0.0 } else { i as f32 }).collect();
            let mut partial = [0.0];
            unsafe { count_f32(xs.as_ptr(), partial.as_mut_ptr(), n) };
            assert_eq!(partial[0], xs.iter().filter(|&&x| x != 0.0).count() as f64);
        }
    }
}
