//! Where the greatest element is, the first of equal ones; NaN counts as that.

use crate::lanes::Wide;
use crate::reduce::{Extreme, blocks, extreme};

/// Two partials a block: the element, and its index within the block.
#[inline(always)]
unsafe fn argmax<V: Wide + Extreme>(a: *const V::E, partials: *mut f64, n: usize) {
    unsafe {
        blocks(n, |start, length, block| {
            let p = a.add(start);
            let best = extreme::<V, true>(p, length);
            let mut i = 0;
            // The second search ends at the element, on average in the middle; it is in the cache by now.
            while i + 1 < length {
                let x = V::widen(*p.add(i));
                if x == best || (x.is_nan() && best.is_nan()) {
                    break;
                }
                i += 1;
            }
            *partials.add(2 * block) = best;
            *partials.add(2 * block + 1) = i as f64;
        })
    }
}

crate::reduction!(argmax; F64 argmax_f64, F32 argmax_f32, I32 argmax_i32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn argmax_finds_the_first_of_equal_ones() {
        let xs = [1, 4, 2, 4];
        let mut partials = [0.0; 2];
        unsafe { argmax_i32(xs.as_ptr(), partials.as_mut_ptr(), 4) };
        assert_eq!(partials[1], 1.0);
    }
}
