//! `x·y + z`, rounded once on every machine.

use crate::lanes::{F32, F64, Floats, Lanes};
use crate::map::{UNROLL, map3};

/// Whether the machine's multiply-add rounds once: the square of `1 + 2^-30` has a bit that a product rounded by itself
/// loses.
#[inline(always)]
fn fuses() -> bool {
    let x = F64::splat(core::hint::black_box(1.0 + 1.0 / (1u64 << 30) as f64));
    x.madd(x, x.mul(x).neg()).lane(0) != 0.0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fma_f64(
    a: *const f64,
    sa: usize,
    b: *const f64,
    sb: usize,
    c: *const f64,
    sc: usize,
    dst: *mut f64,
    n: usize,
) {
    unsafe {
        if fuses() {
            return map3::<F64, UNROLL>((a, sa), (b, sb), (c, sc), dst, n, |x, y, z| x.madd(y, z));
        }
        for i in 0..n {
            let (x, y, z) = (*a.add(i * sa), *b.add(i * sb), *c.add(i * sc));
            *dst.add(i) = x.mul_add(y, z);
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fma_f32(
    a: *const f32,
    sa: usize,
    b: *const f32,
    sb: usize,
    c: *const f32,
    sc: usize,
    dst: *mut f32,
    n: usize,
) {
    unsafe {
        if fuses() {
            return map3::<F32, UNROLL>((a, sa), (b, sb), (c, sc), dst, n, |x, y, z| x.madd(y, z));
        }
        for i in 0..n {
            let (x, y, z) = (*a.add(i * sa), *b.add(i * sb), *c.add(i * sc));
            *dst.add(i) = x.mul_add(y, z);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fma_rounds_once() {
        let x = [1.0 + f64::EPSILON; 3];
        let z = [-1.0; 3];
        let mut out = [0.0; 3];
        unsafe { fma_f64(x.as_ptr(), 1, x.as_ptr(), 1, z.as_ptr(), 1, out.as_mut_ptr(), 3) };
        assert_eq!(out, [2.0 * f64::EPSILON + f64::EPSILON * f64::EPSILON; 3]);
    }
}
