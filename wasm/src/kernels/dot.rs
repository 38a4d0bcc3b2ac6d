//! The sum of products, in doubles.

use crate::lanes::{F32, F64, I32, Lanes, Wide};
use crate::reduce::{blocks, four, pairwise};

/// One partial a block. Products are rounded, and then summed by halves.
#[inline(always)]
unsafe fn dot<V: Wide>(a: *const V::E, b: *const V::E, partials: *mut f64, n: usize) {
    unsafe {
        blocks(n, |start, length, block| {
            let (p, q) = (a.add(start), b.add(start));
            *partials.add(block) = pairwise(length, |i, count| {
                let (x, y) = (four::<V>(p, i, count, 0.0), four::<V>(q, i, count, 0.0));
                [x[0].mul(y[0]), x[1].mul(y[1])]
            });
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn dot_f64(a: *const f64, b: *const f64, partials: *mut f64, n: usize) {
    unsafe { dot::<F64>(a, b, partials, n) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn dot_f32(a: *const f32, b: *const f32, partials: *mut f64, n: usize) {
    unsafe { dot::<F32>(a, b, partials, n) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn dot_i32(a: *const i32, b: *const i32, partials: *mut f64, n: usize) {
    unsafe { dot::<I32>(a, b, partials, n) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dot_of_every_short_length() {
        for n in 0..70 {
            let xs: Vec<f64> = (0..n).map(|i| i as f64).collect();
            let mut partial = [0.0];
            unsafe { dot_f64(xs.as_ptr(), xs.as_ptr(), partial.as_mut_ptr(), n) };
            assert_eq!(partial[0], xs.iter().map(|x| x * x).sum::<f64>());
        }
    }
}
