//! `e^x - 1`.

use crate::lanes::F32;
use crate::math::exp::expm1;

crate::unary!(expm1, heavy; F64 expm1_f64);
crate::unary!(float, heavy; F32 expm1_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(expm1))
}
