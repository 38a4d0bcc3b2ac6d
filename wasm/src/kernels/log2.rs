//! `log2 x`.

use crate::lanes::F32;
use crate::math::log::log2;

crate::unary!(log2, heavy; F64 log2_f64);
crate::unary!(float, heavy; F32 log2_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(log2))
}
