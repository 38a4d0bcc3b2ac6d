//! `sin x`.

use crate::lanes::{F32, Many};
use crate::math::trig::{sin, sin_quick, sin_short, sin_short_quick, short_unusual, trig_unusual};

crate::unary!(sin, quick(trig_unusual, sin_quick, 4); F64 sin_f64);
crate::unary!(float, quick(short_unusual, floats, 2); F32 sin_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(sin_short))
}

#[inline(always)]
fn floats(x: Many<F32, 2>) -> Many<F32, 2> {
    Many::from_doubles(sin_short_quick(x.doubles()))
}
