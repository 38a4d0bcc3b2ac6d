//! Where values belong in a sorted array.

macro_rules! searchsorted {
    ($t:ty, $name:ident) => {
        /// For each value how many elements of the sorted array are less, or, with `right`, not greater.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            sorted: *const $t,
            n: usize,
            values: *const $t,
            to: *mut u32,
            count: usize,
            right: u32,
        ) {
            // NaN is greater than everything, as in `sort`.
            #[allow(clippy::eq_op, reason = "NaN is what differs from itself")]
            let less = |x: $t, y: $t| x < y || (y != y && x == x);
            for i in 0..count {
                let value = unsafe { *values.add(i) };
                let (mut at, mut left) = (0, n);
                while left > 0 {
                    let half = left / 2;
                    let x = unsafe { *sorted.add(at + half) };
                    let before = if right != 0 { !less(value, x) } else { less(x, value) };
                    at = if before { at + half + 1 } else { at };
                    left = if before { left - half - 1 } else { half };
                }
                unsafe { *to.add(i) = at as u32 };
            }
        }
    };
}

searchsorted!(f64, searchsorted_f64);
searchsorted!(f32, searchsorted_f32);
searchsorted!(i32, searchsorted_i32);
