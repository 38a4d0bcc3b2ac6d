//! `atan x`.

use crate::lanes::F32;
use crate::math::inverse::atan;

crate::unary!(atan, heavy; F64 atan_f64);
crate::unary!(float, heavy; F32 atan_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(atan))
}
