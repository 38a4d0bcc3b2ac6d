//! Prices of European options, by the formula of Black and Scholes.

use crate::lanes::{F32, F64, Floats, Lanes, Wide};
use crate::math::error::erf;
use crate::math::exp::exp;
use crate::math::log::log;

/// The standard normal distribution function.
#[inline(never)]
fn normal(d: F64) -> F64 {
    let half = F64::num(0.5);
    erf(d.mul(F64::num(core::f64::consts::FRAC_1_SQRT_2))).mul(half).add(half)
}

/// Calls go to `dst`, puts `n` elements behind them (`stride`).
#[inline(always)]
unsafe fn prices<V: Wide>(
    [spot, strike, years]: [*const V::E; 3],
    dst: *mut V::E,
    stride: usize,
    [rate, volatility]: [f64; 2],
    n: usize,
) {
    let (r, v) = (F64::num(rate), F64::num(volatility));
    let drift = F64::num(rate + 0.5 * volatility * volatility);
    let mut i = 0;
    while i < n {
        let count = if n - i < 4 { n - i } else { 4 };
        let load = |p: *const V::E| unsafe { if count == 4 { V::load4(p.add(i)) } else { V::load4_part(p.add(i), count, 1.0) } };
        let (s, k, t) = (load(spot), load(strike), load(years));
        let mut calls = [F64::zero(); 2];
        let mut puts = calls;
        for h in 0..2 {
            let spread = v.mul(t[h].sqrt());
            let d1 = log(s[h].div(k[h])).add(drift.mul(t[h])).div(spread);
            let d2 = d1.sub(spread);
            let now = k[h].mul(exp(r.mul(t[h]).neg()));
            let (n1, n2) = (normal(d1), normal(d2));
            calls[h] = s[h].mul(n1).sub(now.mul(n2));
            puts[h] = now.mul(F64::one().sub(n2)).sub(s[h].mul(F64::one().sub(n1)));
        }
        unsafe {
            V::store4(dst.add(i), calls, count);
            V::store4(dst.add(stride + i), puts, count);
        }
        i += 4;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn black_scholes_f64(
    spot: *const f64,
    strike: *const f64,
    years: *const f64,
    dst: *mut f64,
    stride: usize,
    rate: f64,
    volatility: f64,
    n: usize,
) {
    unsafe { prices::<F64>([spot, strike, years], dst, stride, [rate, volatility], n) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn black_scholes_f32(
    spot: *const f32,
    strike: *const f32,
    years: *const f32,
    dst: *mut f32,
    stride: usize,
    rate: f64,
    volatility: f64,
    n: usize,
) {
    unsafe { prices::<F32>([spot, strike, years], dst, stride, [rate, volatility], n) }
}
