//! Counts of elements by equal intervals.

use crate::lanes::{F32, F64, I32, Wide};

/// Adds to `counts` (four tables of `bins`, one after the other, so that equal neighbours do not wait for each other) the
/// elements from `low` to `high`; `scale` is the number of bins by the width of the range.
#[inline(always)]
unsafe fn histogram<V: Wide>(a: *const V::E, counts: *mut u32, bins: usize, range: [f64; 3], n: usize) {
    let [low, high, scale] = range;
    for i in 0..n {
        unsafe {
            let x = V::widen(*a.add(i));
            if x >= low && x <= high {
                let bin = ((x - low) * scale) as u32 as usize;
                let bin = if bin < bins { bin } else { bins - 1 };
                *counts.add((i & 3) * bins + bin) += 1;
            }
        }
    }
}

macro_rules! export {
    ($v:ident, $t:ty, $name:ident) => {
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            a: *const $t,
            counts: *mut u32,
            bins: usize,
            low: f64,
            high: f64,
            scale: f64,
            n: usize,
        ) {
            unsafe { histogram::<$v>(a, counts, bins, [low, high, scale], n) }
        }
    };
}

export!(F64, f64, histogram_f64);
export!(F32, f32, histogram_f32);
export!(I32, i32, histogram_i32);
