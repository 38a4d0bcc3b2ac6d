//! `1 / (1 + e^-x)`.

use crate::lanes::F32;
use crate::math::exp::{sigmoid, sigmoid_short};

crate::unary!(sigmoid, heavy; F64 sigmoid_f64);
crate::unary!(float, heavy; F32 sigmoid_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(sigmoid_short))
}
