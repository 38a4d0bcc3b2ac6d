//! `2^x`.

use crate::lanes::F32;
use crate::math::exp::exp2;

crate::unary!(exp2, heavy; F64 exp2_f64);
crate::unary!(float, heavy; F32 exp2_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(exp2))
}
