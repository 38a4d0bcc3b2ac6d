//! `sqrt(x² + y²)`.

use crate::lanes::Floats;
use crate::map::UNROLL;

#[inline(always)]
fn hypot<V: Floats>(x: V, y: V) -> V {
    let (a, b) = (x.abs(), y.abs());
    let plain = x.mul(x).add(y.mul(y)).sqrt();
    // Squares of numbers in this range neither overflow nor lose bits.
    let (low, high) = V::safe_squares();
    let ok = low.le(a).and(a.le(high)).and(low.le(b)).and(b.le(high));
    if ok.all() { plain } else { ok.select(plain, far(a, b)) }
}

/// Scaled by powers of two, which round nothing.
#[inline(always)]
fn far<V: Floats>(a: V, b: V) -> V {
    let (most, least) = (a.max(b), a.min(b));
    let (low, high) = V::safe_squares();
    let up = V::unit_scale();
    let scale = most.lt(low).select(up, high.lt(most).select(V::one().div(up), V::one()));
    let (p, q) = (most.mul(scale), least.mul(scale));
    let r = p.mul(p).add(q.mul(q)).sqrt().div(scale);
    // The smaller one does not count, or would lose bits in its square.
    let r = q.le(p.mul(V::negligible())).select(most, r);
    let infinity = V::num(f64::INFINITY);
    most.eq(infinity).or(a.eq(infinity)).or(b.eq(infinity)).select(infinity, r)
}

crate::binary!(hypot, UNROLL; F64 hypot_f64, F32 hypot_f32);
