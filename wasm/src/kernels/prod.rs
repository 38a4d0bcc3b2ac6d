//! The product, in doubles.

use crate::lanes::{F64, Lanes, Wide};
use crate::reduce::{blocks, four};

/// One partial a block: its product, by lanes.
#[inline(always)]
unsafe fn prod<V: Wide>(a: *const V::E, partials: *mut f64, n: usize) {
    unsafe {
        blocks(n, |start, length, block| {
            let p = a.add(start);
            let mut acc = [F64::one(); 4];
            let mut i = 0;
            while i < length {
                let count = if length - i < 4 { length - i } else { 4 };
                let x = four::<V>(p, i, count, 1.0);
                let k = i & 4;
                if k == 0 {
                    acc[0] = acc[0].mul(x[0]);
                    acc[1] = acc[1].mul(x[1]);
                } else {
                    acc[2] = acc[2].mul(x[0]);
                    acc[3] = acc[3].mul(x[1]);
                }
                i += 4;
            }
            let all = acc[0].mul(acc[1]).mul(acc[2].mul(acc[3]));
            *partials.add(block) = all.lane(0) * all.lane(1);
        })
    }
}

crate::reduction!(prod; F64 prod_f64, F32 prod_f32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prod_of_every_short_length() {
        for n in 0..30 {
            let xs: Vec<f64> = (1..=n).map(|i| 1.0 + i as f64 / 64.0).collect();
            let mut partial = [1.0];
            unsafe { prod_f64(xs.as_ptr(), partial.as_mut_ptr(), n) };
            let want: f64 = xs.iter().product();
            assert!((partial[0] - want).abs() <= want * 1e-14);
        }
    }
}
