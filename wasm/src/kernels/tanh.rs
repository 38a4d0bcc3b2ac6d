//! `tanh x`.

use crate::lanes::F32;
use crate::math::hyper::{tanh, tanh_short};

crate::unary!(tanh, heavy; F64 tanh_f64);
crate::unary!(float, heavy; F32 tanh_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(tanh_short))
}
