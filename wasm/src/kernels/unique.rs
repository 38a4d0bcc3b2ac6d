//! Of a sorted array the elements that differ from the one before.

macro_rules! unique {
    ($t:ty, $name:ident) => {
        /// Moves the distinct elements to the front, in place, and returns how many there are. NaNs are all the same.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(a: *mut $t, n: usize) -> usize {
            #[allow(clippy::eq_op, reason = "NaN is what differs from itself")]
            let same = |x: $t, y: $t| x == y || (x != x && y != y);
            let mut count = 0;
            for i in 0..n {
                let x = unsafe { *a.add(i) };
                if i == 0 || !same(x, unsafe { *a.add(count - 1) }) {
                    unsafe { *a.add(count) = x };
                    count += 1;
                }
            }
            count
        }
    };
}

unique!(f64, unique_f64);
unique!(f32, unique_f32);
unique!(i32, unique_i32);
