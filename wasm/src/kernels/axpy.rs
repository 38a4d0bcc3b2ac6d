//! `a·x + y`.

use crate::lanes::Floats;
use crate::map::UNROLL;

#[inline(always)]
fn axpy<V: Floats>(x: V, y: V, z: V) -> V {
    x.mul(y).add(z)
}

crate::ternary!(axpy, UNROLL; F64 axpy_f64, F32 axpy_f32);
