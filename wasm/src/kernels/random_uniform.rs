//! Random numbers of a range, all equally likely.

use crate::lanes::{F32, F64, Lanes, Wide};
use crate::philox::units;

/// Elements `first..first + n` of the sequence; `first` is a multiple of 8.
#[inline(always)]
unsafe fn uniform<V: Wide>(dst: *mut V::E, seed: [u32; 2], [low, width]: [f64; 2], first: f64, n: usize) {
    let (low, width) = (F64::splat(low), F64::splat(width));
    let batch = |i: usize| first as u64 / 8 + i as u64 / 8;
    let scaled = |u: [F64; 4]| u.map(|u| low.add(u.mul(width)));
    let mut i = 0;
    while i + 16 <= n {
        let [u, v] = units::<2>(batch(i), 0, seed).map(scaled);
        unsafe {
            V::store4(dst.add(i), [u[0], u[1]], 4);
            V::store4(dst.add(i + 4), [u[2], u[3]], 4);
            V::store4(dst.add(i + 8), [v[0], v[1]], 4);
            V::store4(dst.add(i + 12), [v[2], v[3]], 4);
        }
        i += 16;
    }
    while i < n {
        let [u] = units::<1>(batch(i), 0, seed).map(scaled);
        let left = n - i;
        unsafe {
            V::store4(dst.add(i), [u[0], u[1]], if left < 4 { left } else { 4 });
            if left > 4 {
                V::store4(dst.add(i + 4), [u[2], u[3]], if left < 8 { left - 4 } else { 4 });
            }
        }
        i += 8;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn random_uniform_f64(
    dst: *mut f64,
    k0: u32,
    k1: u32,
    low: f64,
    width: f64,
    first: f64,
    n: usize,
) {
    unsafe { uniform::<F64>(dst, [k0, k1], [low, width], first, n) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn random_uniform_f32(
    dst: *mut f32,
    k0: u32,
    k1: u32,
    low: f64,
    width: f64,
    first: f64,
    n: usize,
) {
    unsafe { uniform::<F32>(dst, [k0, k1], [low, width], first, n) }
}
