//! `sin x`.

use crate::lanes::F32;
use crate::math::trig::{sin, sin_quick, sin_short, trig_unusual};

crate::unary!(sin, quick(trig_unusual, sin_quick, 4); F64 sin_f64);
crate::unary!(float, heavy; F32 sin_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(sin_short))
}
