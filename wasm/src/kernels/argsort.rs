//! Sorting of indices: as `sort`, of keys with the indices of their elements.

use crate::sorting::{Indexed32, Indexed64, Sortable, merge, sort_chunk};

macro_rules! argsort {
    ($t:ty, $key:ty, $chunk:ident, $merge:ident, $decode:ident) => {
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $chunk(
            src: *const $t,
            a: *mut $key,
            b: *mut $key,
            counts: *mut u32,
            n: usize,
            first: u32,
        ) {
            unsafe { sort_chunk(a, b, counts, n, |i| (*src.add(i)).indexed(first + i as u32)) }
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
        pub unsafe extern "C" fn $decode(from: *const $key, to: *mut u32, n: usize) {
            for i in 0..n {
                unsafe { *to.add(i) = <$t>::index(*from.add(i)) }
            }
        }
    };
}

argsort!(f64, Indexed64, argsort_chunk_f64, argsort_merge_f64, argsort_decode_f64);
argsort!(f32, Indexed32, argsort_chunk_f32, argsort_merge_f32, argsort_decode_f32);
argsort!(i32, Indexed32, argsort_chunk_i32, argsort_merge_i32, argsort_decode_i32);
