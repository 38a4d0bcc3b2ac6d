//! `1 / (1 + e^-x)`.

use crate::lanes::{F32, Many};
use crate::math::exp::{sigmoid, sigmoid_quick, short_unusual, sigmoid_short, sigmoid_short_quick, sigmoid_unusual};

crate::unary!(sigmoid, quick(sigmoid_unusual, sigmoid_quick, 6); F64 sigmoid_f64);
crate::unary!(float, quick(short_unusual, floats, 2); F32 sigmoid_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(sigmoid_short))
}

#[inline(always)]
fn floats(x: Many<F32, 2>) -> Many<F32, 2> {
    Many::from_doubles(sigmoid_short_quick(x.doubles()))
}
