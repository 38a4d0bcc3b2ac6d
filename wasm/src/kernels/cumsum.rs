//! Running sums: the sums of blocks first (by `sum`), then their running sums, then those within each block.

use crate::lanes::{Doubles, F32, F64, I32, Lanes, Wide};
use crate::reduce::{blocks, four};

/// Turns the sums of blocks into the sums of all before each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cumsum_offsets(sums: *mut f64, n: usize) {
    let mut total = 0.0;
    for i in 0..n {
        unsafe {
            let here = *sums.add(i);
            *sums.add(i) = total;
            total += here;
        }
    }
}

#[inline(always)]
unsafe fn cumsum<V: Wide>(a: *const V::E, dst: *mut V::E, offsets: *const f64, n: usize) {
    unsafe {
        blocks(n, |start, length, block| {
            let mut carry = F64::splat(*offsets.add(block));
            let mut i = 0;
            while i < length {
                let count = if length - i < 4 { length - i } else { 4 };
                let [x, y] = four::<V>(a.add(start), i, count, 0.0);
                let p = x.add(x.shifted());
                let q = y.add(y.shifted()).add(p.last());
                let r = [carry.add(p), carry.add(q)];
                carry = r[1].last();
                V::store4(dst.add(start + i), r, count);
                i += 4;
            }
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cumsum_f64(a: *const f64, dst: *mut f64, offsets: *const f64, n: usize) {
    unsafe { cumsum::<F64>(a, dst, offsets, n) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cumsum_f32(a: *const f32, dst: *mut f32, offsets: *const f64, n: usize) {
    unsafe { cumsum::<F32>(a, dst, offsets, n) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cumsum_i32(a: *const i32, dst: *mut i32, offsets: *const f64, n: usize) {
    unsafe { cumsum::<I32>(a, dst, offsets, n) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cumsum_of_every_short_length() {
        for n in 0..70 {
            let xs: Vec<i32> = (0..n).map(|i| i as i32 * 3 - 7).collect();
            let mut out = vec![0; n];
            unsafe { cumsum_i32(xs.as_ptr(), out.as_mut_ptr(), [0.0].as_ptr(), n) };
            let mut total = 0;
            for i in 0..n {
                total += xs[i];
                assert_eq!(out[i], total);
            }
        }
    }
}
