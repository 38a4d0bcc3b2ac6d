//! `ln(1 + x)`.

use crate::lanes::F32;
use crate::math::log::log1p;

crate::unary!(log1p, heavy; F64 log1p_f64);
crate::unary!(float, heavy; F32 log1p_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(log1p))
}
