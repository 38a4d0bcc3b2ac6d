//! Prices of European options, by the formula of Black and Scholes.

use crate::lanes::{Doubles, F32, F64, Floats, Lanes, Many, Wide};
use crate::math::error::erf;
use crate::math::exp::{exp, exp_quick};
use crate::math::log::{log, log_quick};
use crate::math::{HALF, ONE};

tables! {
    /// Half of `erfc(d / √2)·e^(d²/2)` by powers of `1 / (1 + d/5) - 3/5`: to 2^-56 times e^(d²/2), from 0 to 8.6.
    TAIL: 15 = [0.11098530691721768, 0.4026563520004506, 0.712758552712727, 1.0408693912679519, 1.2375763116016083, 1.1605834896651022, 0.7972726813950826, 0.3174370841448911, -0.03229469166381554, -0.12595175590761504, -0.04108942535542461, 0.023565500554887393, 0.05036550079633492, -0.040265478078257116, 0.008931300190639643];
    FIFTH: 1 = [0.2];
    MIDDLE: 1 = [0.6];
    MINUS_HALF: 1 = [-0.5];
    LEAST: 1 = [-700.0];
    /// Bounds of a usual ratio of spot and discounted strike, of a spread, and of a discount's exponent.
    SMALL: 1 = [1e-90];
    LARGE: 1 = [1e90];
    LONG: 1 = [200.0];
}

/// Spot, strike, years, rate, volatility, half of the volatility's square.
type Market<V> = [V; 6];

/// Call, put, and where they do not hold.
///
/// The density at `d2` follows from that at `d1`: `φ(d2) = φ(d1)·S/(K·e^-rt)`. So there are two exponentials, one logarithm
/// and four divisions.
#[inline(always)]
fn quick<V: Doubles>([s, k, t, rate, volatility, half_square]: Market<V>) -> [V; 3] {
    let one = ONE.v::<V>();
    let rt = rate.mul(t);
    let now = k.mul(exp_quick(V::zero().sub(rt)));
    let ratio = s.div(now);
    let spread = volatility.mul(t.sqrt());
    let (small, large) = (SMALL.v::<V>(), LARGE.v::<V>());
    let unusual = ratio.ilt(small).or(large.ilt(ratio)).or(spread.ilt(small).or(large.ilt(spread)));
    let unusual = unusual.or(LONG.v::<V>().ilt(rt.abs()));
    let [ratio, now, spread, unusual] = V::fence([ratio, now, spread, unusual]);
    let [log] = V::fence([log_quick(ratio)]);
    let [d1] = V::fence([half_square.madd(t, log).div(spread)]);
    let d2 = d1.sub(spread);
    let e1 = exp_quick(LEAST.v::<V>().pseudo_max(d1.mul(d1).mul(MINUS_HALF.v())));
    let e2 = one.pseudo_min(e1.mul(ratio));
    let [d1, d2, e1, e2] = V::fence([d1, d2, e1, e2]);
    // Two reciprocals by one division.
    let (a, b) = (d1.abs().madd(FIFTH.v(), one), d2.abs().madd(FIFTH.v(), one));
    let r = one.div(a.mul(b));
    let [x, y] = V::fence([r.mul(b).sub(MIDDLE.v()), r.mul(a).sub(MIDDLE.v())]);
    let (mut p, mut q) = (TAIL.at::<V>(14), TAIL.at::<V>(14));
    for i in (0..14).rev() {
        (p, q) = (p.madd(x, TAIL.at(i)), q.madd(y, TAIL.at(i)));
        if i % 2 == 0 {
            [p, q] = V::fence([p, q]);
        }
    }
    let (p, q) = (p.mul(e1), q.mul(e2));
    let (up1, up2) = (one.sub(p), one.sub(q));
    let (below1, below2) = (d1.lt(V::zero()), d2.lt(V::zero()));
    let call = s.mul(below1.select(p, up1)).sub(now.mul(below2.select(q, up2)));
    let put = now.mul(below2.select(up2, q)).sub(s.mul(below1.select(up1, p)));
    [call, put, unusual]
}

/// The standard normal distribution function.
#[inline(never)]
fn normal(d: F64) -> F64 {
    let half = HALF.v::<F64>();
    erf(d.mul(F64::num(core::f64::consts::FRAC_1_SQRT_2))).mul(half).add(half)
}

/// Of unusual numbers, by the definition.
#[cold]
#[inline(never)]
fn far([s, k, t, rate, volatility, half_square]: Market<F64>) -> [F64; 2] {
    let spread = volatility.mul(t.sqrt());
    let d1 = log(s.div(k)).add(rate.add(half_square).mul(t)).div(spread);
    let d2 = d1.sub(spread);
    let now = k.mul(exp(rate.mul(t).neg()));
    let (n1, n2) = (normal(d1), normal(d2));
    [s.mul(n1).sub(now.mul(n2)), now.mul(F64::one().sub(n2)).sub(s.mul(F64::one().sub(n1)))]
}

/// At most [`AT_ONCE`] options, one vector after the other.
#[inline(never)]
unsafe fn rest<V: Wide>(from: [*const V::E; 3], to: [*mut V::E; 2], market: [f64; 3], n: usize) {
    let [rate, volatility, half_square] = market.map(F64::splat);
    let mut i = 0;
    while i < n {
        let count = if n - i < 4 { n - i } else { 4 };
        let load = |p: *const V::E| unsafe { if count == 4 { V::load4(p) } else { V::load4_part(p, count, 1.0) } };
        let [s, k, t] = from.map(|p| load(unsafe { p.add(i) }));
        let mut results = [[F64::zero(); 2]; 2];
        for h in 0..2 {
            let numbers = [s[h], k[h], t[h], rate, volatility, half_square];
            let [mut call, mut put, unusual] = quick(numbers);
            if unusual.any() {
                let [c, p] = far(numbers);
                call = unusual.select(c, call);
                put = unusual.select(p, put);
            }
            results[0][h] = call;
            results[1][h] = put;
        }
        for (to, result) in to.into_iter().zip(results) {
            unsafe { V::store4(to.add(i), result, count) }
        }
        i += 4;
    }
}

/// How many vectors are computed side by side: the formula is one long chain of operations.
const VECTORS: usize = 8;
const AT_ONCE: usize = 2 * VECTORS;
type Side = Many<F64, VECTORS>;

#[inline(always)]
unsafe fn load<V: Wide>(p: *const V::E) -> Side {
    let mut vectors = [F64::zero(); VECTORS];
    for i in 0..VECTORS / 2 {
        let [a, b] = unsafe { V::load4(p.add(4 * i)) };
        vectors[2 * i] = a;
        vectors[2 * i + 1] = b;
    }
    Side::new(vectors)
}

#[inline(always)]
unsafe fn store<V: Wide>(x: Side, p: *mut V::E) {
    let vectors = x.vectors();
    for i in 0..VECTORS / 2 {
        unsafe { V::store4(p.add(4 * i), [vectors[2 * i], vectors[2 * i + 1]], 4) }
    }
}

/// Calls go to `dst`, puts `n` elements behind them (`stride`).
#[inline(always)]
unsafe fn prices<V: Wide>(
    from: [*const V::E; 3],
    dst: *mut V::E,
    stride: usize,
    [rate, volatility]: [f64; 2],
    n: usize,
) {
    let market = [rate, volatility, 0.5 * volatility * volatility];
    let mut i = 0;
    unsafe {
        let to = |i: usize| [dst.add(i), dst.add(stride + i)];
        let from = |i: usize| from.map(|p| p.add(i));
        while i < n {
            while i + AT_ONCE <= n {
                let [s, k, t] = from(i).map(|p| load::<V>(p));
                let [rate, volatility, half_square] = market.map(Side::splat);
                let [call, put, unusual] = quick([s, k, t, rate, volatility, half_square]);
                if unusual.any() {
                    break;
                }
                let [calls, puts] = to(i);
                store::<V>(call, calls);
                store::<V>(put, puts);
                i += AT_ONCE;
            }
            if i < n {
                let count = if n - i < AT_ONCE { n - i } else { AT_ONCE };
                rest::<V>(from(i), to(i), market, count);
                i += count;
            }
        }
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
