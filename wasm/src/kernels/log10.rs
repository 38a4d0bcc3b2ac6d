//! `log10 x`.

use crate::lanes::F32;
use crate::math::log::log10;

crate::unary!(log10, heavy; F64 log10_f64);
crate::unary!(float, heavy; F32 log10_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(log10))
}
