//! `x + (y - x)·t`.

use crate::lanes::Floats;
use crate::map::UNROLL;

#[inline(always)]
fn lerp<V: Floats>(x: V, y: V, z: V) -> V {
    x.add(y.sub(x).mul(z))
}

crate::ternary!(lerp, UNROLL; F64 lerp_f64, F32 lerp_f32);
