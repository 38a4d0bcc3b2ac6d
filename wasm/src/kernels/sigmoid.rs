//! `1 / (1 + e^-x)`.

use crate::lanes::F32;
use crate::math::exp::{sigmoid, sigmoid_quick, sigmoid_short, sigmoid_unusual};

crate::unary!(sigmoid, quick(sigmoid_unusual, sigmoid_quick, 4); F64 sigmoid_f64);
crate::unary!(float, heavy; F32 sigmoid_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(sigmoid_short))
}
