//! `min(max(x, low), high)`.

use crate::lanes::Lanes;
use crate::map::UNROLL;

#[inline(always)]
fn clamp<V: Lanes>(x: V, y: V, z: V) -> V {
    x.max(y).min(z)
}

crate::ternary!(clamp, UNROLL; F64 clamp_f64, F32 clamp_f32, I32 clamp_i32);
