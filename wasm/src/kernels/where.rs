//! `if x != 0 { y } else { z }`.

use crate::lanes::Lanes;
use crate::map::UNROLL;

#[inline(always)]
fn choose<V: Lanes>(x: V, y: V, z: V) -> V {
    x.eq(V::zero()).select(z, y)
}

crate::ternary!(choose, UNROLL; F64 where_f64, F32 where_f32, I32 where_i32);
