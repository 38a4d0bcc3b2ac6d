//! Normally distributed random numbers, by the method of Box and Muller.

use crate::lanes::{F32, F64, Floats, Lanes, Wide};
use crate::math::log::log;
use crate::math::trig::{cos, sin};
use crate::philox::units;

/// Elements `first..first + n` of the sequence; `first` is a multiple of 8.
#[inline(always)]
unsafe fn normal<V: Wide>(dst: *mut V::E, key: [u32; 2], [mean, deviation]: [f64; 2], first: f64, n: usize) {
    let (mean, deviation) = (F64::splat(mean), F64::splat(deviation));
    let mut i = 0;
    while i < n {
        let [u] = units(first as u64 / 8 + i as u64 / 8, 2, key);
        let mut half = 0;
        // Four numbers make two radii and two angles, and these four numbers.
        while half < 8 {
            if i + half >= n {
                return;
            }
            let (a, b) = if half == 0 { (u[0], u[1]) } else { (u[2], u[3]) };
            let radius = log(F64::one().sub(a)).mul(F64::num(-2.0)).sqrt().mul(deviation);
            let angle = b.mul(F64::num(2.0 * core::f64::consts::PI));
            let x = [radius.mul(cos(angle)).add(mean), radius.mul(sin(angle)).add(mean)];
            let left = n - i - half;
            unsafe { V::store4(dst.add(i + half), x, if left < 4 { left } else { 4 }) };
            half += 4;
        }
        i += 8;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn random_normal_f64(
    dst: *mut f64,
    k0: u32,
    k1: u32,
    mean: f64,
    deviation: f64,
    first: f64,
    n: usize,
) {
    unsafe { normal::<F64>(dst, [k0, k1], [mean, deviation], first, n) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn random_normal_f32(
    dst: *mut f32,
    k0: u32,
    k1: u32,
    mean: f64,
    deviation: f64,
    first: f64,
    n: usize,
) {
    unsafe { normal::<F32>(dst, [k0, k1], [mean, deviation], first, n) }
}
