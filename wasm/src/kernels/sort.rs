//! Sorting. The host has chunks sorted, then runs merged by pairs, then the keys turned into elements again.

use crate::sorting::{Sortable, merge, sort_chunk};

macro_rules! sort {
    ($t:ty, $key:ty, $chunk:ident, $merge:ident, $decode:ident) => {
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $chunk(src: *const $t, a: *mut $key, b: *mut $key, counts: *mut u32, n: usize) {
            unsafe { sort_chunk(a, b, counts, n, |i| (*src.add(i)).key()) }
        }
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $merge(
            from: *const $key,
            to: *mut $key,
            n: usize,
            width: usize,
            start: usize,
            count: usize,
        ) {
            unsafe { merge(from, n, width, start, count, |i, key| *to.add(i) = key) }
        }
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $decode(from: *const $key, to: *mut $t, n: usize) {
            for i in 0..n {
                unsafe { *to.add(i) = <$t>::unkey(*from.add(i)) }
            }
        }
    };
}

sort!(f64, u64, sort_chunk_f64, sort_merge_f64, sort_decode_f64);
sort!(f32, u32, sort_chunk_f32, sort_merge_f32, sort_decode_f32);
sort!(i32, u32, sort_chunk_i32, sort_merge_i32, sort_decode_i32);
