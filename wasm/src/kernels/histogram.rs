//! Counts of elements by equal intervals.

use crate::lanes::{F32, F64, I32, Lanes, Wide};

/// Writes to `counts` how many elements from `low` to `high` each of `bins` intervals has; `scale` is the number of bins
/// by the width of the range. While it counts, `counts` is a table of four cells an interval, one for every fourth
/// element, so that equal neighbours do not wait for each other, and of one interval more, for what is out of the range.
#[inline(always)]
unsafe fn histogram<V: Wide>(a: *const V::E, counts: *mut u32, bins: usize, range: [f64; 3], n: usize) {
    let table: *mut [u32; 4] = counts.cast();
    let [low, high, scale] = range;
    if !(scale > 0.0 && scale < f64::INFINITY) {
        return unsafe { histogram_far::<V>(a, counts, bins, range, n) };
    }
    let [low, high, scale] = [low, high, scale].map(F64::splat);
    let (last, outside) = (F64::splat((bins - 1) as f64), F64::splat(bins as f64));
    let interval = |x: F64| {
        let interval = x.sub(low).mul(scale).pseudo_min(last);
        low.le(x).and(x.le(high)).select(interval, outside)
    };
    let tally = |x: [F64; 2]| {
        for (k, cell) in unsafe { F64::cells(x.map(interval), table) }.into_iter().enumerate() {
            unsafe { (*cell)[k] += 1 };
        }
    };
    let mut i = 0;
    while i + 4 <= n {
        tally(unsafe { V::load4(a.add(i)) });
        i += 4;
    }
    if i < n {
        tally(unsafe { V::load4_part(a.add(i), n - i, f64::NAN) });
    }
    for bin in 0..bins {
        unsafe {
            let [a, b, c, d] = *table.add(bin);
            *counts.add(bin) = (a + b) + (c + d);
        }
    }
}

/// The same for ranges whose width, or number of bins by it, is infinite.
#[cold]
#[inline(never)]
unsafe fn histogram_far<V: Wide>(a: *const V::E, counts: *mut u32, bins: usize, range: [f64; 3], n: usize) {
    let [low, high, scale] = range;
    for i in 0..n {
        let x = V::widen(unsafe { *a.add(i) });
        if x >= low && x <= high {
            let bin = ((x - low) * scale) as u32 as usize;
            unsafe { *counts.add(if bin < bins { bin } else { bins - 1 }) += 1 };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histogram_of_every_short_length() {
        for n in 0..20 {
            // From -0.5, below the range, to 9, above it, and the upper end, which the last interval has.
            let mut xs: Vec<f64> = (0..n).map(|i| i as f64 * 0.5 - 0.5).collect();
            xs.extend([8.0, f64::NAN, f64::INFINITY]);
            let mut counts = [0; 20];
            unsafe { histogram_f64(xs.as_ptr(), counts.as_mut_ptr(), 4, 0.0, 8.0, 0.5, xs.len()) };
            for bin in 0..4 {
                let within = |x: &&f64| **x >= 0.0 && **x <= 8.0 && ((**x * 0.5) as usize).min(3) == bin;
                assert_eq!(counts[bin] as usize, xs.iter().filter(within).count(), "{n} elements, interval {bin}");
            }
        }
    }

    #[test]
    fn histogram_of_an_infinite_width() {
        let mut counts = [0; 12];
        let (xs, low, high) = ([-f64::MAX, 0.0, f64::MAX], -f64::MAX, f64::MAX);
        unsafe { histogram_f64(xs.as_ptr(), counts.as_mut_ptr(), 2, low, high, 2.0 / (high - low), 3) };
        assert_eq!(counts[..2], [3, 0]);
    }
}
